"""What synthetic people do keeps within what faces can do, and leaves nothing out that they can."""

import numpy as np
import pytest
from expression_transfer.core.facs.convert import gaze_from_weights
from expression_transfer.core.heads.registry import load_model
from expression_transfer.core.reporting import SilentReporter
from expression_transfer.models.people import acts


@pytest.fixture(scope="module")
def drawn():
    return acts.expressions(np.random.default_rng(1), 6000)


def of(weights, name):
    return weights[..., acts.NAMES.index(name)]


def test_names_are_ict_facekits_in_its_order(shared):
    head = load_model(str(shared / "models" / "ICT-FaceKit-master.zip"), SilentReporter())
    assert head.expressions == acts.NAMES


def test_every_acted_channel_runs_from_nothing_to_all(drawn):
    acted = drawn[:, :45]
    assert acted.min() == 0.0 and acted.max() == 1.0
    assert (acted.max(axis=0) > 0.9).all()
    share = (acted > 0.05).mean(axis=0)
    assert share.min() > 0.03 and share.max() < 0.4


def test_every_stem_is_also_seen_alone_and_every_side_without_the_other(drawn):
    active = drawn > 0.05
    for stem, columns in acts.COLUMNS.items():
        others = np.delete(active, columns, axis=1).any(axis=1)
        allowed = stem == "mouthClose"  # never without the jaw
        assert allowed or (active[:, columns].any(axis=1) & ~others).any(), stem
        if len(columns) == 2:
            left, right = active[:, columns].T
            assert (left & ~right).any() and (right & ~left).any() and (left & right).any(), stem


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("jawLeft", "jawRight"),
        ("mouthLeft", "mouthRight"),
        ("eyeWide_L", "eyeBlink_L"),
        ("mouthFunnel", "mouthRollUpper"),
        ("mouthFunnel", "mouthRollLower"),
        ("mouthFunnel", "mouthPucker"),
    ],
)
def test_what_excludes_each_other_is_never_strong_together(drawn, one, other):
    assert np.minimum(of(drawn, one), of(drawn, other)).max() < 0.35


def test_lips_close_only_what_the_jaw_opens(drawn):
    assert (of(drawn, "mouthClose") <= of(drawn, "jawOpen")).all()


def test_many_frames_are_near_neutral(drawn):
    assert 0.08 < (drawn.max(axis=1) < 0.15).mean() < 0.3


def test_gaze_stays_in_range_and_the_eyes_never_part():
    eyes = acts.gaze(np.random.default_rng(2), 4000)
    assert (np.abs(eyes) <= acts.GAZE_LIMIT + 1e-12).all()
    assert (eyes[:, 1, 0] >= eyes[:, 0, 0]).all()  # the right eye turned at least as far to the left
    assert np.abs(eyes[:, :, 0]).max() > np.radians(33) and np.abs(eyes[:, :, 1]).max() > np.radians(23)


def test_lids_follow_the_gaze():
    eyes = acts.gaze(np.random.default_rng(3), 500) * 0.7  # within the range of the weights
    weights = acts.looking(np.zeros((500, 53)), eyes)
    read = gaze_from_weights({name: of(weights, name) for name in acts.NAMES[45:]})
    np.testing.assert_allclose(read, eyes, atol=1e-9)


def test_possible_is_continuous():
    rng = np.random.default_rng(4)
    way = rng.random((50, 53)) * (rng.random((50, 53)) < 0.3)
    fine = np.linspace(0, 1, 2001)[:, None, None]
    path = acts.possible(way[:-1] * (1 - fine) + way[1:] * fine)
    assert np.abs(np.diff(path, axis=0)).max() < 0.02


def test_takes_differ_between_frames_and_are_drawn_again_alike():
    one, again = (acts.take(np.random.default_rng(5), 10) for _ in range(2))
    np.testing.assert_array_equal(one.weights, again.weights)
    assert len(np.unique(one.weights.round(6), axis=0)) >= 9
    assert one.turn.shape == one.drift.shape == (10, 3) and one.gaze.shape == (10, 2, 2)
