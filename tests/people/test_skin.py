"""Skin, folds and glasses of synthetic people, over the chart of the built-in head and with planted pictures."""

import numpy as np
import pytest
from expression_transfer.core.face.ict import EXPRESSIONS
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.heads.registry import load_model
from expression_transfer.core.landmarks.mirror import MIRROR
from expression_transfer.core.landmarks.places import OPEN_SKIN
from expression_transfer.core.reporting import SilentReporter
from expression_transfer.models.people import glasses, hair, skin, wrinkles
from expression_transfer.models.people.chart import Chart, skin_chart, with_skin_chart
from expression_transfer.models.people.complexion import draw_tone
from expression_transfer.models.people.delight import delit

SIZE = 256
CHIN_REACH = 0.25
LIGHT = np.array([0.3, 0.5])


@pytest.fixture(scope="module")
def landmarks():
    """478×3 m."""
    head = load_builtin()
    return head.landmarks(head.mean.astype(np.float64))


@pytest.fixture(scope="module")
def chart(landmarks):
    """The face seen from the front, the same on both sides."""
    flat = landmarks[:468, :2] * [1, -1]
    flat = (flat + flat[MIRROR[:468]] * [-1, 1]) / 2
    marks = SIZE / 2 + (flat - [0, flat[:, 1].mean()]) * 0.7 * SIZE / np.ptp(flat[:, 0])
    bare = np.zeros((SIZE, SIZE), np.float32)
    return Chart(SIZE, marks, float(marks[263, 0] - marks[33, 0]), bare, EXPRESSIONS)


@pytest.fixture(scope="module")
def creased(chart):
    """Folds that leave nothing at rest."""
    for seed in range(100):
        folds = wrinkles.draw_folds(np.random.default_rng(seed), chart)
        if not folds.rest.any():
            return folds
    raise AssertionError("nobody is young")


def weights(chart, **acted):
    out = np.zeros(len(chart.expressions))
    for name, weight in acted.items():
        out[chart.expressions.index(name)] = weight
    return out


def changed(folds, chart, **acted):
    """SIZE×SIZE: how far from 1 the factors of an expression are."""
    out = np.zeros((SIZE, SIZE))
    rows, columns, factors = wrinkles.modulation(folds, weights(chart, **acted), LIGHT)
    out[rows, columns] = np.abs(factors - 1).max(axis=2)
    return out


def centre(changes):
    """Column and row of what changed."""
    return np.array([np.average(np.arange(SIZE), weights=changes.sum(axis=axis)) for axis in (0, 1)])


def test_marks_are_each_others_mirror_images_and_the_subjects_left_is_right(shared):
    head = with_skin_chart(load_model(str(shared / "models" / "ICT-FaceKit-master.zip"), SilentReporter()))
    chart = skin_chart(head, SIZE)
    assert np.isfinite(chart.marks).all()
    assert chart.marks == pytest.approx(chart.mirrored(chart.marks[MIRROR[:468]]))
    assert chart.points(263)[0, 0] > SIZE / 2 > chart.points(33)[0, 0]
    assert chart.expressions == EXPRESSIONS


def test_without_weights_young_skin_is_the_texture_itself(chart, creased):
    texture = np.random.default_rng(1).uniform(size=(SIZE, SIZE, 3)).astype(np.float32)
    one = skin.Skin(texture, creased, np.zeros(3, np.float32))
    assert np.array_equal(one.albedo(weights(chart)), texture)
    assert not np.array_equal(one.albedo(weights(chart, mouthSmile_L=1.0)), texture)


@pytest.mark.parametrize(
    ("action", "mark", "reach"),
    [("browInnerUp", 108, 0.5), ("browDown", 55, 0.35), ("cheekSquint", 110, 0.5), ("noseSneer", 188, 0.5),
     ("mouthFrown", 43, 0.45), ("mouthDimple", 57, 0.35)],
)  # fmt: skip
def test_folds_lie_where_their_muscle_is_and_on_its_side(chart, creased, action, mark, reach):
    right = changed(creased, chart, **{f"{action}_R": 1.0})
    left = changed(creased, chart, **{f"{action}_L": 1.0})
    there = chart.points(mark)[0]
    assert np.linalg.norm(centre(right) - there) < reach * chart.unit
    assert np.linalg.norm(centre(left) - chart.mirrored(there)) < reach * chart.unit
    # a frown also puckers the chin, in the middle
    beside = int(CHIN_REACH * chart.unit)
    on_right, on_left = slice(0, SIZE // 2 - beside), slice(SIZE // 2 + beside, SIZE)
    assert right[:, on_right].sum() > 3 * right[:, on_left].sum()
    assert left[:, on_left].sum() > 3 * left[:, on_right].sum()


def test_both_sides_folds_are_as_deep_for_both_sides_weights(chart):
    folds = wrinkles.draw_folds(np.random.default_rng(3), chart)
    rng = np.random.default_rng(4)
    mirror = [chart.expressions.index(_other_side(name)) for name in chart.expressions]
    acted = rng.uniform(size=len(mirror))
    symmetric = np.maximum(acted, acted[mirror])
    both, swapped = folds.levels(acted), folds.levels(acted[mirror])
    pairs = slice(0, 2 * len(wrinkles.CREASES))
    assert folds.levels(symmetric)[pairs][::2] == pytest.approx(folds.levels(symmetric)[pairs][1::2])
    assert both[pairs][::2] == pytest.approx(swapped[pairs][1::2])


def _other_side(name):
    return name[:-1] + {"L": "R", "R": "L"}[name[-1]] if name.endswith(("_L", "_R")) else name


def test_folds_deepen_steadily(chart, creased):
    depth = [changed(creased, chart, mouthSmile_L=weight).sum() for weight in (0.1, 0.3, 0.5, 0.7, 0.9)]
    assert (np.diff(depth) > 0).all()


def test_old_skin_has_folds_at_rest(chart):
    rest = [wrinkles.draw_folds(np.random.default_rng(seed), chart).rest.max() for seed in range(20)]
    assert min(rest) == 0.0 and max(rest) > 0.2


def test_what_faces_the_lamp_is_brighter(chart, creased):
    """A groove is lit on the side across from the lamp: turning the lamp round turns the shading round."""
    acted = weights(chart, mouthSmile_R=1.0)
    *_, one = wrinkles.modulation(creased, acted, np.array([0.2, 0.0]))
    *_, none = wrinkles.modulation(creased, acted, np.zeros(2))
    *_, other = wrinkles.modulation(creased, acted, np.array([-0.2, 0.0]))
    free = (np.minimum(one, other) > wrinkles.LIMITS[0]) & (np.maximum(one, other) < wrinkles.LIMITS[1])
    assert np.allclose((one + other)[free], 2 * none[free], atol=1e-5)
    assert np.ptp(one - none) > 0.02


def test_skins_are_light_and_the_same_for_the_same_seed(chart):
    photos = tuple(np.random.default_rng(k).uniform(0.2, 0.4, (SIZE, SIZE, 3)).astype(np.float32) for k in range(2))
    for seed in range(6):
        one, again = (skin.draw_skin(np.random.default_rng(seed), chart, photos) for _ in range(2))
        assert np.array_equal(one.texture, again.texture)
        assert one.texture.dtype == np.float32 and one.texture.min() > 0 and one.texture.max() <= 1


def test_tones_run_from_very_dark_to_very_fair():
    tones = np.array([draw_tone(np.random.default_rng(seed)) for seed in range(300)])
    assert tones.mean(axis=1).min() < 0.08 and tones.mean(axis=1).max() > 0.5
    assert (tones[:, 0] > tones[:, 1]).all() and (tones[:, 1] > tones[:, 2] * 0.9).all()


def test_brows_are_painted_on_the_brows_alone(chart):
    canvas = np.full((SIZE, SIZE, 3), 0.5, np.float32)
    hair.paint_brows(canvas, np.random.default_rng(1), chart, hair.draw_brow(np.random.default_rng(2)), np.zeros(3))
    painted = (canvas < 0.48).any(axis=2)
    assert painted.any()
    assert hair.brow_mask(chart)[painted].mean() > 0.8


def test_a_planted_lamp_is_taken_out(chart):
    """A grey ball lit from the side is even again: what is left is a fraction of what the lamp made."""
    y, x = (np.mgrid[:SIZE, :SIZE] + 0.5 - SIZE / 2) / (0.5 * SIZE)
    z = np.sqrt(np.clip(1 - x**2 - y**2, 0, None))
    normals = np.stack([x, y, -z], axis=2).astype(np.float32)
    lamp = 0.3 * (0.3 + np.clip(normals @ np.array([0.6, -0.3, -0.74]), 0, None))
    even = delit(lamp[..., None].repeat(3, axis=2).astype(np.float32), (z > 0.3).astype(np.float32), normals, chart)
    x, y = chart.marks[OPEN_SKIN].astype(int).T
    before, after = (np.log(picture[y, x]).std() for picture in (lamp, even.mean(axis=2)))
    assert after < 0.3 * before


def test_glasses_go_round_the_eyes(landmarks):
    glasses_worn = None
    seed = 0
    while glasses_worn is None:
        glasses_worn, seed = glasses.draw_glasses(np.random.default_rng(seed), landmarks), seed + 1
    picture = np.full((200, 200, 3), 0.5, np.float32)
    glasses_worn.draw(picture, lambda points: points[:, :2] * [800, -800] + 100, 1.0)
    drawn = np.abs(picture - 0.5).max(axis=2) > 0.1
    rows, columns = np.nonzero(drawn)
    eyes = landmarks[[473, 468]][:, :2] * [800, -800] + 100
    assert columns.min() < eyes[1, 0] < eyes[0, 0] < columns.max()
    assert rows.min() < eyes[:, 1].mean() < rows.max()


def test_few_people_wear_glasses(landmarks):
    worn = [glasses.draw_glasses(np.random.default_rng(seed), landmarks) is not None for seed in range(400)]
    assert np.mean(worn) == pytest.approx(glasses.WORN, abs=0.06)
