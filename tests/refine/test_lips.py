"""Pictures that are nearer to what is wanted than the plate: their lips on the plate, and which they are."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from expression_transfer.core.landmarks.places import MOUTH, OUTER_LIPS
from expression_transfer.core.refine.aperture import Chart, rims
from expression_transfer.core.refine.backward import Motion
from expression_transfer.core.refine.bank import STRANGE, trust
from expression_transfer.core.refine.fill import Filler
from expression_transfer.core.refine.geometry import PlateGeometry
from expression_transfer.core.refine.habits import ELSEWHERE
from expression_transfer.core.refine.inner import InnerMouth
from expression_transfer.core.refine.lips import FADE, retrieved, unfolded, without_corners
from expression_transfer.core.refine.mouth import LOWER_CROWN, seated
from expression_transfer.core.refine.patch import Patch
from expression_transfer.core.refine.spline import spline

SIZE = 384
FRAME = (0, 0, SIZE, SIZE)


def test_the_spline_is_opencvs_without_smoothing():
    rng = np.random.default_rng(3)
    points = np.stack(np.meshgrid(np.arange(40, 190, 25), np.arange(50, 150, 25)), axis=-1).reshape(-1, 2)
    points = points + rng.uniform(-5, 5, points.shape)
    values = points + rng.normal(0, 3, points.shape)
    peer = cv2.createThinPlateSplineShapeTransformer()
    here, there = points[None].astype(np.float32), values[None].astype(np.float32)
    peer.estimateTransformation(here, there, [cv2.DMatch(i, i, 0) for i in range(len(points))])
    places = rng.uniform(60, 140, (50, 2))
    _, moved = peer.applyTransformation(places[None].astype(np.float32))
    found = spline(points, values, 0.0)
    assert found(places) == pytest.approx(moved[0], abs=0.02)
    over = found.over((60, 70, 120, 130))
    assert over[20, 30] == pytest.approx(found(np.array([[90.5, 90.5]]))[0], abs=0.05)


def test_a_smoothed_spline_keeps_what_is_straight():
    rng = np.random.default_rng(4)
    points = rng.uniform(0, 100, (30, 2))
    straight = points @ np.array([[1.1, 0.2], [-0.1, 0.9]]) + 7
    assert spline(points, straight, 1e6)(points) == pytest.approx(straight, abs=1e-4)


def test_trust_goes_with_what_is_nearer():
    assert trust(0.0, 0.0) == trust(0.05, 0.02) == 0
    assert trust(30.0, 1.0) == 1
    assert trust(200.0, STRANGE[1]) == 0
    rising = [trust(own, 1.0) for own in np.linspace(0, 10, 2001)]
    assert np.diff(rising).min() >= 0
    assert np.diff(rising).max() < 0.01


@pytest.fixture
def moved(head, shot, weights):
    """A plate's motion from a closed mouth to a smile, and the smiling face's landmarks elsewhere in another frame."""
    fit, track = shot(np.stack([weights(), weights(mouthSmile=0.6, jawOpen=0.1)]))
    other = replace(fit, translation=fit.translation + np.array([0.02, 0.01, 0.0]))
    marks = other.project(head.landmarks(head.shape(fit.identity, fit.expression[1])), 1)
    return PlateGeometry(head, fit, track).motion(0, fit.expression[1], np.zeros((2, 2))), marks


def picture_of(landmarks, window):
    """A picture of where each pixel lies from the middle of the upper lip."""
    v, u = np.indices((SIZE, SIZE)) + 0.5
    return Patch(
        np.stack([u - landmarks[0, 0], v - landmarks[0, 1], 0 * u], axis=-1).astype(np.float32), window, landmarks,
        np.ones(3, np.float32),
    )  # fmt: skip


def test_lips_are_carried_by_their_landmarks(moved):
    motion, elsewhere = moved
    plate = picture_of(motion.old_landmarks, FRAME)
    filler = Filler(picture_of(elsewhere, FRAME), own=True, share=1.0, trust=0.75)
    fill = retrieved(plate, motion, [filler], 1.0)
    chosen = np.concatenate([OUTER_LIPS, MOUTH.upper])
    lips = motion.new_landmarks[chosen]
    u, v = np.floor(lips - fill.window[:2]).astype(int).T
    wanted = elsewhere[chosen] - elsewhere[0] + np.floor(lips) + 0.5 - lips
    assert np.abs(fill.pixels[v, u, :2] - wanted).max() < 0.3
    assert fill.coverage[v, u] == pytest.approx(0.75)
    edge = np.concatenate([fill.coverage[0], fill.coverage[-1], fill.coverage[:, 0], fill.coverage[:, -1]])
    assert edge.max() < 0.1 and FADE[1] > FADE[0]


def test_nobody_elses_lips_are_taken(moved):
    motion, elsewhere = moved
    plate = picture_of(motion.old_landmarks, FRAME)
    others = [Filler(picture_of(elsewhere, FRAME), own=False, share=1.0, trust=1.0),
              Filler(picture_of(elsewhere, FRAME), own=True, share=1.0)]  # fmt: skip
    assert not retrieved(plate, motion, others, 1.0).coverage.any()


def test_hidden_skin_makes_no_jagged_edge(moved):
    motion, _ = moved
    centre = motion.new_landmarks[17].round().astype(int)
    offsets = np.zeros((SIZE, SIZE, 2), np.float32)
    offsets[centre[1] :, :, 1] = -12
    smooth = unfolded(offsets, motion, FRAME)
    assert np.abs(np.diff(smooth[:, centre[0]], axis=0)).max() < 6
    assert np.array_equal(smooth[:40], offsets[:40])
    assert unfolded(0 * offsets, motion, FRAME) is not offsets


def test_corrections_go_with_the_expression(head, shot, weights):
    """A person whose smile is wider than the model's: a frame at rest tells nothing of it, the shot does."""
    acted = np.stack([weights(mouthSmile=0.5 + 0.5 * np.sin(row)) for row in np.arange(24) / 2])
    acted[0] = weights()
    fit, track = shot(acted)
    wide = fit.project(head.landmarks(head.shape(fit.identity, weights(mouthSmile=1.3))), 0) - track.points[0]
    beyond = np.stack([track.points[row] + 0.3 * fit.expression[row].max() * wide for row in range(len(fit))])
    track = replace(track, points=beyond.astype(np.float32))
    new = weights(mouthSmile=0.8)
    truth = fit.project(head.landmarks(head.shape(fit.identity, new)), 0) + 0.3 * 0.8 * wide
    errors = [missed(PlateGeometry(head, fit, track, habits).motion(0, new, np.zeros((2, 2))), truth)
              for habits in (False, True)]  # fmt: skip
    assert errors[0] > 2
    assert errors[1] < 0.3 * errors[0]


def missed(motion: Motion, truth):
    """px: how far the lips' landmarks lie from the truth at most."""
    lips = np.intersect1d(OUTER_LIPS, ELSEWHERE)
    return np.linalg.norm(motion.new_landmarks[lips] - truth[lips], axis=1).max()


def test_dark_corners_go_where_lips_part(moved):
    motion, _ = moved
    closed = motion.old_landmarks
    corners = closed[[MOUTH.upper[0], MOUTH.upper[-1]]]
    pixels = np.full((SIZE, SIZE, 3), 100, np.float32)
    for corner in corners:
        cv2.circle(pixels, tuple(int(x) for x in corner), max(int(0.02 * motion.size), 1), (20.0,) * 3, -1)
    plate = Patch(pixels, FRAME, closed, np.ones(3, np.float32))
    still = np.zeros((SIZE, SIZE, 2), np.float32)
    opened = closed.copy()
    opened[MOUTH.lower[1:-1], 1] += 0.2 * motion.size
    cleared, changed = without_corners(pixels, still, plate, replace(motion, new_landmarks=opened))
    u, v = corners[0].astype(int)
    assert pixels[v, u].max() == 20
    assert cleared[v, u] == pytest.approx(100, abs=2)
    np.testing.assert_array_equal(cleared[changed == 0], pixels[changed == 0])
    unchanged, nowhere = without_corners(pixels, still, plate, replace(motion, new_landmarks=closed))
    assert np.array_equal(unchanged, pixels) and not nowhere.any()


def test_lower_teeth_stand_behind_the_lower_lip(moved):
    """However little the model's jaw has dropped; upper teeth stay where the skull has them."""
    motion, _ = moved
    opened = motion.old_landmarks.copy()
    opened[MOUTH.lower[1:-1], 1] += 0.4 * motion.size
    chart = Chart(rims(opened, MOUTH))
    middle = opened[MOUTH.upper].mean(axis=0)
    rows = np.array([[0, 0.02], [0.01, 0.02], [0, 0.15], [0.01, 0.15], [0, 0.25], [0.01, 0.25]]) * motion.size + middle
    upper = np.array([True, True, False, False, False, False])
    arch = np.array([0.0, 1.0, 0.0, 1.0, np.nan, np.nan])
    triangles, albedo = np.array([[0, 1, 2]], np.int32), np.ones((1, 3), np.float32)
    inner = InnerMouth(rows, np.ones(6), triangles, albedo, upper, arch)
    let_down = seated(inner, chart, motion.size)
    assert np.array_equal(let_down.pixels[upper], rows[upper])
    edge = chart.place(let_down.pixels.astype(np.float32))[1][2:4]
    rim = float(((chart.rim.lower - chart.rim.upper[0]) @ chart.rim.down).max())
    assert edge == pytest.approx(rim - LOWER_CROWN * motion.size, abs=0.02 * motion.size)
    assert seated(let_down, chart, motion.size).pixels == pytest.approx(let_down.pixels, abs=0.02 * motion.size)
