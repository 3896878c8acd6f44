"""A head painted with folds that deepen with a smile: they come and go as they should."""

import cv2
import numpy as np
import pytest
from expression_transfer.core.clip import open_clip
from expression_transfer.core.export.sheet import write_png
from expression_transfer.core.raster.cpu import interpolate, rasterise
from expression_transfer.core.refine.lesson import lesson
from expression_transfer.core.refine.reperform import Reperformer
from expression_transfer.core.refine.stages import Stages
from expression_transfer.core.reporting import SilentReporter

SIZE = 384
STRAIGHT = np.zeros((2, 2))
SKIN, DEEP = 150.0, 0.3
"""Plate value; natural log that a fold takes at a full smile."""
AMOUNTS = np.array([0.0, 0.9, 0.2, 0.6, 0.1, 1.0, 0.4, 0.8, 0.3, 0.5, 0.7, 0.05])


@pytest.fixture(scope="module")
def smiling(head, shot, weights, tmp_path_factory):
    """Fit, track, clip, and a painter of any smile; folds are stripes 8 mm apart, drawn on the mean head's cheeks."""
    expressions = np.stack([weights(mouthSmile=amount) for amount in AMOUNTS])
    fit, track = shot(expressions)

    def paint(amount):
        posed = head.shape(fit.identity, weights(mouthSmile=amount))
        pixels, depth = fit.project(posed, 0), fit.to_camera(posed, 0)[:, 2]
        fragments = rasterise(pixels, depth, head.triangles, SIZE, SIZE)
        x, y, _ = np.moveaxis(interpolate(fragments, head.triangles, head.mean), -1, 0)
        cheeks = np.exp(-(((np.abs(x) - 0.04) / 0.012) ** 2) - ((y + 0.03) / 0.015) ** 2) * fragments.seen
        folds = DEEP * amount * cheeks * (0.5 + 0.5 * np.cos(2 * np.pi * (x + y) / 0.008))
        return np.where(fragments.seen, SKIN * np.exp(-folds), 90.0), cheeks

    folder = tmp_path_factory.mktemp("smiling")
    for row, amount in enumerate(AMOUNTS):
        grey = np.rint(paint(amount)[0]).astype(np.uint8)
        write_png(np.repeat(grey[..., None], 3, axis=2), folder / f"plate.{row:04d}.png")
    return fit, track, open_clip(folder / "plate.####.png"), paint


def performed(head, smiling, weights, start, end, stages=None):
    """The logarithm of the brightness: of a row made to smile otherwise, as it should be, and where folds are."""
    fit, track, clip, paint = smiling
    performer = Reperformer(head, fit, track, stages=stages or Stages(refiner=False))
    performer.learn(clip, SilentReporter())
    row = AMOUNTS.tolist().index(start)
    made = performer.frame(row, clip.read(row).pixels, weights(mouthSmile=end), STRAIGHT).pixels[..., 0]
    truth, cheeks = paint(end)
    return np.log(made.astype(float)), np.log(truth), cheeks > 0.6


@pytest.mark.parametrize(("start", "end"), [(0.0, 1.0), (1.0, 0.0), (0.1, 0.6)])
def test_folds_come_and_go_with_a_smile(head, smiling, weights, start, end):
    made, truth, there = performed(head, smiling, weights, start, end)
    missing, _, _ = performed(head, smiling, weights, start, end, Stages(wrinkles=False, refiner=False))
    wrong, wrong_without = (np.sqrt(np.mean((picture - truth)[there] ** 2)) for picture in (made, missing))
    assert wrong_without > 0.06 * abs(end - start)
    assert wrong < 0.35 * wrong_without


def test_folds_are_as_deep_as_they_were(head, smiling, weights):
    """Regression of the new folds on the true ones: neither half of them nor double."""
    made, truth, there = performed(head, smiling, weights, 0.0, 1.0)
    depth = np.polyfit(truth[there], made[there], 1)[0]
    assert depth == pytest.approx(1, abs=0.15)


def test_a_single_picture_teaches_no_folds(head, shot, weights, smiling):
    _, _, clip, _ = smiling
    fit, track = shot(weights()[None])
    learnt, bare = (Reperformer(head, fit, track, stages=Stages(wrinkles=on, refiner=False)) for on in (True, False))
    learnt.learn(clip, SilentReporter())
    bare.learn(clip, SilentReporter())
    plate, new = clip.read(0).pixels, weights(mouthSmile=1)
    assert np.array_equal(learnt.frame(0, plate, new, STRAIGHT).pixels, bare.frame(0, plate, new, STRAIGHT).pixels)


def face(head, fit, posed):
    """x and y of the mean head (m) and where it is seen, with the head posed so."""
    pixels, depth = fit.project(posed, 0), fit.to_camera(posed, 0)[:, 2]
    fragments = rasterise(pixels, depth, head.triangles, SIZE, SIZE)
    x, y, _ = np.moveaxis(interpolate(fragments, head.triangles, head.mean), -1, 0)
    return x, y, fragments.seen


def spot(x, y, at, wide):
    return np.exp(-((np.hypot(np.abs(x) - at[0], y - at[1]) / wide) ** 2))


CHEEK, BROW = ((0.035, -0.03), 0.014), ((0.02, 0.05), 0.014)


@pytest.fixture(scope="module")
def bearded(head, shot, weights, tmp_path_factory):
    """A driver's fit, track and clip: a smile shades the cheeks softly, scratches the forehead finely and darkens the
    stubble on the chin, all by as much.
    """
    fit, track = shot(np.stack([weights(mouthSmile=amount) for amount in AMOUNTS]))
    folder = tmp_path_factory.mktemp("bearded")
    stubble = np.random.default_rng(1).random((400, 400))
    for row, amount in enumerate(AMOUNTS):
        x, y, seen = face(head, fit, head.shape(fit.identity, weights(mouthSmile=amount)))
        dots = stubble[(y * 1500).astype(int) % 400, (x * 1500).astype(int) % 400]
        deep = spot(x, y, *CHEEK) + spot(x, y, *BROW) * (np.cos(2 * np.pi * x / 0.003) > 0)
        beard = (y < -0.075) * dots
        grey = np.where(seen, SKIN * np.exp(-DEEP * amount * (deep + beard) - 0.6 * beard), 90.0)
        write_png(np.repeat(np.rint(grey).astype(np.uint8)[..., None], 3, axis=2), folder / f"plate.{row:04d}.png")
    return fit, track, open_clip(folder / "plate.####.png")


def test_of_borrowed_folds_only_the_soft_shade_is_taken(head, shot, bearded, weights, tmp_path):
    """A person of whom there is one picture, clean-shaven, smiles; who smiled keeps to the own folds."""
    own_fit, own_track = shot(weights()[None])
    _, _, seen = face(head, own_fit, head.shape(own_fit.identity, weights()))
    still = tmp_path / "still.png"
    write_png(np.repeat(np.where(seen, SKIN, 90.0).astype(np.uint8)[..., None], 3, axis=2), still)
    plate = open_clip(still).read(open_clip(still).first).pixels.astype(np.float32)
    performer = Reperformer(head, own_fit, own_track, stages=Stages(refiner=False, occlusion=False))
    performer.learn(open_clip(still), SilentReporter())
    bare = performer.frame(0, plate, weights(mouthSmile=1), STRAIGHT).pixels[..., 0]
    fit, track, clip = bearded
    lent = lesson(clip, head, fit, track, clip, SilentReporter())
    performer.lend(lent)
    made = performer.frame(0, plate, weights(mouthSmile=1), STRAIGHT).pixels[..., 0]
    darker = np.log(bare) - np.log(made)
    x, y, there = face(head, own_fit, head.shape(own_fit.identity, weights(mouthSmile=1)))
    cheeks, brow = spot(x, y, *CHEEK) * there, spot(x, y, *BROW) * there
    assert darker[cheeks > 0.7].mean() == pytest.approx(DEEP * cheeks[cheeks > 0.7].mean(), rel=0.35)
    fine = darker - cv2.GaussianBlur(darker, (0, 0), 4)
    assert np.abs(fine[brow > 0.6]).max() < 0.05 * DEEP
    assert np.abs(darker[there & (y < -0.082)]).max() < 0.05 * DEEP
    assert performer._wrinkles.learnt.known(weights(mouthSmile=1)) == 0
    known = lent.wrinkles.learnt.known
    assert known(weights(mouthSmile=1)) > 0.6 > 3 * known(weights(jawOpen=1))
