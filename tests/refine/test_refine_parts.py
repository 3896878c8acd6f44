import cv2
import numpy as np
import pytest
from expression_transfer.core.raster.windows import pixel_centres
from expression_transfer.core.refine import tps
from expression_transfer.core.refine.aperture import coverage
from expression_transfer.core.refine.backward import relax
from expression_transfer.core.refine.bank import BLENDED, farthest, mismatch, shares
from expression_transfer.core.refine.colour import grain, hue_difference, with_grain
from expression_transfer.core.refine.fill import alike
from expression_transfer.core.refine.grid import extend
from expression_transfer.core.refine.inner import GAP_SHADE, arch_length, between_teeth, lower_edge
from expression_transfer.core.refine.patch import Patch
from expression_transfer.core.refine.perform import warped


def test_coverage_is_the_area_covered():
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    ellipse = np.stack([20.3 + 12.4 * np.cos(angle), 15.7 + 6.1 * np.sin(angle)], axis=1)
    covered = coverage(ellipse, (0, 0, 40, 30))
    assert covered.sum() == pytest.approx(np.pi * 12.4 * 6.1, rel=0.02)
    v, u = np.indices(covered.shape) + 0.5
    assert (covered * u).sum() / covered.sum() == pytest.approx(20.3, abs=0.1)
    assert (covered * v).sum() / covered.sum() == pytest.approx(15.7, abs=0.1)
    shut = np.stack([np.linspace(5, 35, 50), np.full(50, 12.2)], axis=1)
    assert coverage(np.concatenate([shut, shut[::-1]]), (0, 0, 40, 30)).sum() < 0.2 * 30


def test_extend_takes_the_nearest():
    seen = np.zeros((9, 9), bool)
    seen[4, 2], seen[4, 6] = True, True
    values = np.zeros((9, 9, 1), np.float32)
    values[4, 2], values[4, 6] = 3, 7
    filled = extend(values, seen)[..., 0]
    assert filled[0, 0] == 3
    assert filled[8, 8] == 7
    assert filled[4, 2] == 3


def test_relax_keeps_the_mesh_and_ends_at_zero():
    seen = np.zeros((120, 120), bool)
    seen[40:80, 40:80] = True
    offsets = np.where(seen[..., None], np.float32([5, -3]), 0).astype(np.float32)
    far = np.full(seen.shape, 1e6, np.float32)
    relaxed = relax(offsets, seen, np.zeros_like(seen), 30.0, far)
    assert np.allclose(relaxed[seen], [5, -3], atol=1e-5)
    assert np.abs(relaxed[:9]).max() == 0
    assert np.abs(np.diff(relaxed, axis=0)).max() < 0.6
    assert np.abs(np.diff(relaxed, axis=1)).max() < 0.6


def test_the_warp_is_opencvs_remap_of_the_whole():
    """What stays isn't looked up, which changes nothing."""
    rng, window = np.random.default_rng(2), (10, 20, 210, 220)
    plate = Patch(rng.random((200, 200, 3), np.float32), window, np.zeros((478, 2)), np.ones(3, np.float32))
    v, u = np.indices((200, 200), np.float32)
    bump = np.maximum(1 - np.hypot(u - 90, v - 120) / 60, 0)
    # OpenCV looks up 32nds of a pixel
    offsets = (np.rint(32 * np.stack([7 * bump, -3 * bump], axis=-1)) / 32).astype(np.float32)
    whole = cv2.remap(plate.pixels, np.stack([u, v], axis=-1) + offsets, None, cv2.INTER_LANCZOS4)
    assert np.abs(warped(plate, offsets).pixels - whole)[8:-8, 8:-8].max() < 1e-6


def test_the_spline_is_opencvs():
    rng = np.random.default_rng(3)
    window = (10, 20, 210, 180)
    new = np.stack(np.meshgrid(np.arange(40, 190, 15), np.arange(50, 150, 15)), axis=-1).reshape(-1, 2)
    new = new + rng.uniform(-5, 5, new.shape)
    old = new + rng.normal(0, 3, new.shape)
    offsets = tps.spline_offsets(old, new, window)
    spline = cv2.createThinPlateSplineShapeTransformer()
    pins = tps._border(window)
    here, there = np.concatenate([new, pins]), np.concatenate([old, pins])
    matches = [cv2.DMatch(i, i, 0) for i in range(len(here))]
    spline.estimateTransformation(here[None].astype(np.float32), there[None].astype(np.float32), matches)
    pixels = pixel_centres(window)
    _, moved = spline.applyTransformation(pixels.reshape(1, -1, 2))
    error = np.linalg.norm(offsets - (moved.reshape(pixels.shape) - pixels), axis=-1)
    assert np.median(error) < 0.05
    assert np.percentile(error, 99) < 0.5


def test_classic_offsets_scale_with_the_face():
    rng = np.random.default_rng(4)
    neutral = rng.uniform(0, 100, (478, 2))
    source = neutral + rng.normal(0, 2, neutral.shape)
    target = 3 * neutral + 50
    moved = tps.displaced(target, 0.8 * tps.offset(source, neutral))
    assert np.allclose(moved - target, 0.8 * 3 * (source - neutral))


def test_farthest_spans_the_range():
    features = np.concatenate([np.zeros((50, 6)), np.full((3, 6), 10.0), np.full((2, 6), -8.0)])
    rows = farthest(features, np.arange(55), 3)
    assert len(rows) == 3
    assert {float(features[row, 0]) for row in rows} == {0.0, 10.0, -8.0}
    assert len(farthest(features, np.arange(50), 5)) == 1


def test_shares_are_of_the_nearest_pictures():
    cost = np.random.default_rng(6).random(9) * 3
    found = shares(cost)
    assert [k for k, _ in found] == np.argsort(cost)[:BLENDED].tolist()
    assert sum(share for _, share in found) == pytest.approx(1)
    assert np.all(np.diff([share for _, share in found]) <= 0)
    assert shares(np.array([2.0])) == [(0, 1.0)]
    assert shares(np.full(6, 0.3)) == [(0, 1.0)]


def test_shares_pass_smoothly_from_picture_to_picture():
    """Along a straight way through 20 pictures: between steps as small as these no share jumps, and all get theirs."""
    features = np.cumsum(np.random.default_rng(7).uniform(0.5, 2, (20, 1)), axis=0)
    way = np.linspace(features[0], features[-1], 30001)
    found = np.zeros((len(way), len(features)))
    for row, cost in enumerate(mismatch(way, features)):
        for k, share in shares(cost):
            found[row, k] = share
    assert np.abs(np.diff(found, axis=0)).max() < 0.02
    assert found.max(axis=0).min() > 0.8


def test_mismatch_is_a_mean_square():
    rng = np.random.default_rng(8)
    wanted, features = rng.random((4, 9)), rng.random((5, 9))
    direct = ((wanted[:, None] - features) ** 2).mean(axis=2)
    assert np.allclose(mismatch(wanted, features), direct)


def test_grain_is_measured_and_laid():
    v, u = np.indices((200, 200)).astype(np.float32)
    smooth = np.repeat((100 + 0.2 * u + 10 * np.sin(v / 30))[..., None], 3, axis=2).astype(np.float32)
    noisy = with_grain(smooth, 4.0, seed=1)
    assert grain(noisy) == pytest.approx(4.0, rel=0.1)
    assert grain(smooth) < 0.2
    assert np.array_equal(noisy, with_grain(smooth, 4.0, seed=1))


def test_teeth_are_darker_between_than_on_them():
    """The gap between the central incisors is at the middle, the next ones 8.5 and 8.5 + 6.5 mm to both sides."""
    shade = between_teeth(np.array([[0.0, 4.25, -8.5, 15.0, np.nan]], np.float32))[0]
    assert shade == pytest.approx([1 - GAP_SHADE, 1, 1 - GAP_SHADE, 1 - GAP_SHADE, 1], abs=1e-3)


def test_the_arch_is_measured_along_it():
    angle = np.linspace(-np.pi / 2, np.pi / 2, 41)
    arch = 0.025 * np.column_stack([np.sin(angle), np.zeros(41), np.cos(angle)])
    assert arch_length(arch) == pytest.approx(25 * angle, abs=1e-6)


def test_lower_edge_is_the_outline():
    along = np.linspace(0, 32, 1000).astype(np.float32)
    outline = 5 + 0.1 * along
    points = [(along, (outline - lift).astype(np.float32)) for lift in (0, 1, 3)]
    places, edge = lower_edge(np.concatenate([p[0] for p in points]), np.concatenate([p[1] for p in points]))
    assert edge == pytest.approx(5 + 0.1 * places, abs=0.11)


def test_light_makes_no_difference_of_hue():
    tone = np.array([200, 150, 120], np.float32)
    assert hue_difference(tone, tone / 2) < 1e-5
    redder = tone * np.array([1.1, 1, 1], np.float32)
    assert hue_difference(tone, redder) == pytest.approx(np.log(1.1) * np.sqrt(2 / 3), rel=1e-3)


def test_teeth_in_foreign_light_are_refused():
    """Brighter is no matter, another hue is."""
    assert alike(np.array([120, 100, 90], np.float32), np.array([240, 200, 180], np.float32)) == 1
    assert alike(np.array([120, 100, 90], np.float32), np.array([120, 80, 60], np.float32)) == 0
