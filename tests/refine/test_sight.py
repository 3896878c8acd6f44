"""What the network that sees what is in front is shown, and what is made of what it says."""

import numpy as np
import pytest
from expression_transfer.core.landmarks.places import OUTER_LIPS
from expression_transfer.core.refine.crop import SIDE, Crop
from expression_transfer.core.refine.light import Light
from expression_transfer.core.refine.occlusion import Occluders
from expression_transfer.core.refine.occlusion_sight import CHANNELS, NETWORK, NOTHING, Foretold, Sight, clear, seen
from expression_transfer.core.refine.patch import Patch

SIZE, ROWS = 384, 12
FRAME = (0, 0, SIZE, SIZE)
SHOWN = Light(255.0, linear=False)
needs_network = pytest.mark.skipif(not NETWORK.is_file(), reason=f"{NETWORK} is missing: make occlusion")


class Told(Sight):
    """Says what is planted in the frame, in the square."""

    name = "told"

    def __init__(self, front):
        super().__init__()
        self.front, self.shown = front, []

    def __call__(self, shown):
        self.shown.append(shown)
        return self.front


@pytest.fixture(scope="module")
def learnt(head, shot):
    """Twelve frames of plain skin, a hand of just its colour before the cheek in none of them; learnt with a sight."""
    fit, track = shot(np.zeros((ROWS, len(head.expressions))))
    points = track.points[0].astype(np.float64)
    side = np.linspace(1.1, 0.8, SIZE)[None, :, None]
    grain = np.random.default_rng(0)
    frames = [
        (np.array([200, 150, 125]) * side + grain.normal(0, 1.5, (SIZE, SIZE, 1))).clip(0, 255).round().astype(np.uint8)
        for _ in range(ROWS)
    ]

    def make(sight):
        occluders = Occluders(head, fit, sight)
        for row in occluders.rows.tolist():
            occluders.show(row, frames[row], points, SHOWN)
        occluders.learn()
        return occluders

    return make, Patch.of(frames[3], points, FRAME), points


def _bar(points):
    """SIDE×SIDE: surely something on the face, 40 px wide."""
    u, v = Crop.of(points).points(points[[5]])[0].astype(int)
    front = np.zeros((SIDE, SIDE), np.float32)
    front[v - 20 : v + 20, u - 50 : u + 50] = 0.99
    return front


def test_what_only_the_network_sees_is_in_front(learnt):
    make, plate, points = learnt
    front = _bar(points)
    found = make(Told(front)).find(3, plate, SHOWN).over(FRAME) > 0.5
    true = Crop.of(points).put(front[..., None], FRAME)[..., 0] > 0.5
    assert (found & true).sum() / (found | true).sum() >= 0.85


def test_a_grin_is_nothing_in_front_but_a_hand_before_the_mouth_is(learnt):
    make, plate, points = learnt
    lips = Crop.of(points).points(points[OUTER_LIPS])
    low, high = lips.min(axis=0).astype(int), lips.max(axis=0).astype(int)
    teeth, hand = np.zeros((2, SIDE, SIDE), np.float32)
    teeth[low[1] - 1 : high[1] + 1, low[0] + 4 : high[0] - 4] = 0.99
    hand[low[1] - 1 : high[1] + 30, low[0] + 4 : high[0] - 4] = 0.99
    assert make(Told(teeth)).find(3, plate, SHOWN) is None
    found = make(Told(hand)).find(3, plate, SHOWN).over(FRAME) > 0.5
    true = Crop.of(points).put(hand[..., None], FRAME)[..., 0] > 0.5
    assert (found & true).sum() / (found | true).sum() >= 0.85  # the mouth behind it included


def test_without_its_file_it_sees_nothing(learnt, tmp_path):
    make, plate, _ = learnt
    assert make(Sight(network=tmp_path / "none.onnx")).find(3, plate, SHOWN) is None


def test_a_frame_is_judged_by_itself(learnt):
    make, plate, points = learnt
    occluders = make(Told(_bar(points)))
    first, again = occluders.find(3, plate, SHOWN), occluders.find(3, plate, SHOWN)
    assert np.array_equal(first.matte, again.matte)


def test_it_is_shown_the_face_its_place_and_what_the_shot_foretells(learnt):
    make, plate, points = learnt
    sight = Told(np.zeros((SIDE, SIDE), np.float32))
    assert make(sight).find(3, plate, SHOWN) is None
    shown = sight.shown[-1]
    assert shown.shape == (CHANNELS, SIDE, SIDE)
    u, v = Crop.of(points).points(points[[50, 280, 10, 152]]).astype(int).T  # right cheek, left cheek, top, chin
    cheek = plate.pixels[tuple(points[280].astype(int)[::-1])] / 255 - 0.5
    np.testing.assert_allclose(shown[:3, v[1], u[1]], cheek, atol=0.03)
    assert shown[3, v[0], u[0]] < -0.2 < 0.2 < shown[3, v[1], u[1]]
    assert shown[4, v[2] + 3, u[2]] < -0.4 < 0.4 < shown[4, v[3] - 3, u[3]]
    assert shown[5, v[0], u[0]] == 1
    assert shown[5, 2, 2] == 0
    assert np.abs(shown[6:9, v[0], u[0]]).max() < 0.05
    assert shown[10, v[0], u[0]] == 1


def test_what_is_foretold_is_told_in_deviations():
    square = np.full((SIDE, SIDE, 3), 0.4, np.float32)
    square[10, 10] = 0.8
    doubt = np.full((SIDE, SIDE), 0.1, np.float32)
    doubt[50:] = 0
    shown = seen(square, np.zeros((3, SIDE, SIDE), np.float32), Foretold(np.full_like(square, 0.4), doubt, 0.5))
    away = np.log((0.8 / 0.5 + 0.08) / (0.4 / 0.5 + 0.08)) / 0.1
    np.testing.assert_allclose(shown[9, 10, 10], away / 6, rtol=1e-5)
    np.testing.assert_allclose(shown[6:9, 10, 10], 0.8, rtol=1e-5)
    assert shown[9, 60].max() == shown[10, 60].max() == 0
    assert shown[10, 10].min() == 1


def test_specks_threads_and_what_is_nowhere_sure_do_not_count():
    face = np.ones((SIDE, SIDE), np.float32)
    likely = np.zeros((SIDE, SIDE), np.float32)
    likely[10:14, 10:14] = 0.99
    likely[20:25, 10:250] = 0.99
    likely[40:80, 40:80] = 0.55
    likely[120:160, 120:160] = 0.99
    found = clear(likely, face)
    assert found[:90].max() < 0.1
    assert found[125:155, 125:155].min() > 0.9
    assert not clear(likely, np.zeros_like(face)).any()


@needs_network
def test_the_shipped_network_is_small_and_says_the_same_every_time():
    assert NETWORK.stat().st_size <= 3e6
    square = np.random.default_rng(0).random((SIDE, SIDE, 3), dtype=np.float32)
    shown = seen(square, np.zeros((3, SIDE, SIDE), np.float32), NOTHING)
    first, again = Sight("cpu")(shown), Sight("cpu")(shown)
    assert np.array_equal(first, again)
    assert first.min() >= 0
    assert first.max() <= 1
