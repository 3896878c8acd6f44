"""What the network that sees what is in front is shown, and what is made of what it says."""

import cv2
import numpy as np
import pytest
from expression_transfer.core.clip import open_clip
from expression_transfer.core.export.sheet import write_png
from expression_transfer.core.refine.crop import SIDE, Crop
from expression_transfer.core.refine.light import Light
from expression_transfer.core.refine.occlusion import Occluders
from expression_transfer.core.refine.occlusion_front import made_up
from expression_transfer.core.refine.occlusion_sight import (
    CHANNELS,
    NETWORK,
    NOTHING,
    OF_SHOT,
    OF_STILL,
    Foretold,
    Sight,
    clear,
    seen,
)
from expression_transfer.core.refine.patch import Patch
from expression_transfer.core.refine.reperform import Reperformer
from expression_transfer.core.refine.stages import Stages
from expression_transfer.core.reporting import SilentReporter

SIZE = 384
SHOWN = Light(255.0, linear=False)
ALONE = Stages(wrinkles=False, refiner=False, motion_blur=False)
SKIN, THING = np.array([200, 150, 125]), np.array([60, 65, 80])
needs_network = pytest.mark.skipif(not NETWORK.is_file(), reason=f"{NETWORK} is missing: make occlusion")


class Told(Sight):
    """Says what is planted in the frame, in the square."""

    name = "told"

    def __init__(self, landmarks, mask):
        super().__init__()
        self.front = Crop.of(landmarks).take(mask.astype(np.float32)[..., None], (0, 0, SIZE, SIZE))[..., 0]
        self.shown = []

    def __call__(self, shown):
        self.shown.append(shown)
        return self.front


@pytest.fixture(scope="module")
def still(head, shot, weights, tmp_path_factory):
    """A photograph of a bare face behind a bar across its cheek."""
    fit, track = shot(np.zeros((1, len(head.expressions))))
    points = track.points[0].astype(np.float64)
    side = np.linspace(1.1, 0.8, SIZE)[None, :, None]
    pixels = (SKIN * side + np.random.default_rng(0).normal(0, 1.5, (SIZE, SIZE, 1))).clip(0, 255)
    mask = np.zeros((SIZE, SIZE), np.uint8)
    start, end = (points[k].round().astype(int).tolist() for k in (205, 149))
    cv2.line(mask, start, end, 1, 24)
    plate = np.where(mask[..., None] > 0, THING, pixels).round().astype(np.uint8)
    folder = tmp_path_factory.mktemp("still")
    write_png(plate, folder / "still.png")
    return fit, track, plate, mask > 0, open_clip(folder / "still.png")


def _made(head, still, sight, weights):
    fit, track, plate, _, clip = still
    performer = Reperformer(head, fit, track, stages=ALONE, sight=sight)
    performer.learn(clip, SilentReporter())
    return performer.frame(0, plate, weights(jawOpen=0.6, mouthSmile=0.8), np.zeros((2, 2)))


def test_before_a_still_what_is_seen_stays_and_is_not_dragged_along(head, still, weights):
    _, track, plate, mask, _ = still
    made = _made(head, still, Told(track.points[0].astype(np.float64), mask), weights)
    found = made.occlusion > 0.5
    assert (found & mask).sum() / (found | mask).sum() >= 0.85
    core = cv2.erode(mask.astype(np.uint8), np.ones((7, 7))) > 0
    assert np.array_equal(made.pixels[core], plate[core])
    off = cv2.dilate(mask.astype(np.uint8), np.ones((7, 7))) == 0
    bluish = made.pixels[..., 2].astype(int) - made.pixels[..., 0]
    assert (bluish[off] > 5).mean() < 1e-3
    assert not np.array_equal(made.pixels, plate)


def test_without_its_file_a_still_moves_whole(head, still, weights, tmp_path):
    made = _made(head, still, Sight(network=tmp_path / "none.onnx"), weights)
    assert not made.occlusion.any()


def test_it_is_shown_the_face_its_place_and_nothing_foretold_of_a_still(head, still, weights):
    _, track, plate, mask, _ = still
    points = track.points[0].astype(np.float64)
    sight = Told(points, mask)
    _made(head, still, sight, weights)
    shown = sight.shown[-1]
    assert shown.shape == (CHANNELS, SIDE, SIDE)
    u, v = Crop.of(points).points(points[[50, 280, 10, 152]]).astype(int).T  # right cheek, left cheek, top, chin
    np.testing.assert_allclose(
        shown[:3, v[1], u[1]], plate[tuple(points[280].astype(int)[::-1])] / 255 - 0.5, atol=0.03
    )
    assert shown[3, v[0], u[0]] < -0.2 < 0.2 < shown[3, v[1], u[1]]
    assert shown[4, v[2] + 3, u[2]] < -0.4 < 0.4 < shown[4, v[3] - 3, u[3]]
    assert shown[5, v[0], u[0]] == 1
    assert shown[5, 2, 2] == 0
    assert not shown[6:].any()


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


def test_specks_and_what_is_nowhere_sure_do_not_count():
    face = np.ones((SIDE, SIDE), np.float32)
    likely = np.zeros((SIDE, SIDE), np.float32)
    likely[10:14, 10:14] = 0.99
    likely[40:80, 40:80] = 0.55
    likely[120:160, 120:160] = 0.99
    for bar in (OF_SHOT, OF_STILL):
        found = clear(likely, face, bar)
        assert found[10:90, 10:90].max() < 0.1
        assert found[125:155, 125:155].min() > 0.9
        assert not clear(likely, np.zeros_like(face), bar).any()


def test_what_is_behind_continues_what_is_beside():
    down = np.mgrid[:SIDE, :SIDE][0].astype(np.float32)[..., None].repeat(3, axis=2)
    known = np.ones((SIDE, SIDE), np.bool_)
    known[100:130, 60:200] = False
    made = made_up(np.where(known[..., None], down, 1000), known)
    assert np.abs(made - down)[~known].max() < 12
    assert np.array_equal(made[known], down[known])


def test_a_frame_is_judged_by_itself(head, shot, still):
    fit, track, plate, mask, _ = still
    points = track.points[0].astype(np.float64)
    occluders = Occluders(head, fit, Told(points, mask))
    patch = Patch.of(plate, points, (0, 0, SIZE, SIZE))
    first, again = occluders.find(0, patch, SHOWN), occluders.find(0, patch, SHOWN)
    assert np.array_equal(first.matte, again.matte)


@needs_network
def test_the_shipped_network_is_small_and_says_the_same_every_time():
    assert NETWORK.stat().st_size <= 3e6
    square = np.random.default_rng(0).random((SIDE, SIDE, 3), dtype=np.float32)
    shown = seen(square, np.zeros((3, SIDE, SIDE), np.float32), NOTHING)
    first, again = Sight("cpu")(shown), Sight("cpu")(shown)
    assert np.array_equal(first, again)
    assert first.min() >= 0
    assert first.max() <= 1
