import cv2
import numpy as np
import pytest
from expression_transfer.core.landmarks.places import EYES, LEFT_EYE, MOUTH, OUTER_EYE_CORNERS, OUTER_LIPS
from expression_transfer.core.raster.windows import pixel_centres
from expression_transfer.core.refine.aperture import rims
from expression_transfer.core.refine.reperform import ALL, Reperformer, SourceFill
from expression_transfer.core.refine.stages import Stages

SIZE = 384
FRAME = (0, 0, SIZE, SIZE)
STRAIGHT = np.zeros((2, 2))
WITHOUT_NETWORK = Stages(refiner=False)
"""Where colours tell places, or whose picture it is."""


def noise(dtype, channels=3):
    values = np.random.default_rng(5).random((SIZE, SIZE, channels))
    if np.issubdtype(dtype, np.integer):
        return (values * np.iinfo(dtype).max).astype(dtype)
    return values.astype(dtype)


def coordinates():
    """A plate whose red and green are the pixel's own u and v: what comes back tells where it was taken from."""
    return np.concatenate([pixel_centres(FRAME), np.zeros((SIZE, SIZE, 1), np.float32)], axis=2)


@pytest.fixture
def performer(head, shot, weights):
    def make(start=None, method="geometry", stages=ALL, **pose):
        fit, track = shot(np.zeros((1, len(head.expressions))) if start is None else start[None], **pose)
        return Reperformer(head, fit, track, method, stages), fit

    return make


def test_skin_comes_from_where_the_model_says(performer, head, weights):
    reperformer, fit = performer(turn=(0.1, 0.2, 0.05), stages=WITHOUT_NETWORK)
    new = weights(jawOpen=0.4, mouthSmile=0.5, browInnerUp=0.6)
    result = reperformer.frame(0, coordinates(), new, STRAIGHT)
    old_points = fit.project(head.neutral(fit.identity), 0)
    new_points = fit.project(head.shape(fit.identity, new), 0)
    skin = np.unique(head.triangles[head.part == head.parts.index("skin")])
    facing = _frontal(head, fit, new, skin)
    landmarks = fit.project(head.landmarks(head.shape(fit.identity, new)), 0)
    rim_points = landmarks[np.concatenate([OUTER_LIPS, *(eye.rings[2] for eye in EYES)])]
    clear = np.linalg.norm(new_points[facing][:, None] - rim_points, axis=2).min(axis=1) > 8
    chosen = facing[clear & ~_inside_eyes(landmarks, new_points[facing])]
    place = new_points[chosen].astype(np.float32) - 0.5
    seen = cv2.remap(result.pixels, place[:, None], None, cv2.INTER_LINEAR)[:, 0, :2]
    error = np.linalg.norm(seen - old_points[chosen], axis=1)
    assert len(chosen) > 300
    assert np.linalg.norm(old_points - new_points, axis=1)[chosen].max() > 8
    assert np.percentile(error, 98) < 0.1
    assert np.median(error) < 0.03


def _frontal(head, fit, expression, skin):
    """Vertices all of whose triangles look well into the camera: no occlusion, no silhouette."""
    points = fit.to_camera(head.shape(fit.identity, expression), 0)
    corners = points[head.triangles]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-12
    view = corners.mean(axis=1)
    towards = -np.sum(normal * view, axis=1) / np.linalg.norm(view, axis=1)
    averse = np.unique(head.triangles[(towards < 0.5) | (head.part != head.parts.index("skin"))])
    return np.setdiff1d(skin, averse)


def _inside_eyes(landmarks, points):
    inside = np.zeros(len(points), dtype=bool)
    for eye in EYES:
        ring = landmarks[eye.rings[2]].astype(np.float32)
        inside |= np.array([cv2.pointPolygonTest(ring, tuple(map(float, p)), False) >= 0 for p in points])
    return inside


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32])
def test_outside_the_matte_the_plate_is_untouched(performer, weights, dtype):
    reperformer, _ = performer()
    plate = noise(dtype)
    result = reperformer.frame(0, plate, weights(jawOpen=0.6, mouthSmile=0.4, eyeBlink=1), STRAIGHT)
    outside = result.matte == 0
    assert result.pixels.dtype == dtype
    assert outside.mean() > 0.1
    assert np.array_equal(result.pixels[outside].view(np.uint8), plate[outside].view(np.uint8))
    assert not np.array_equal(result.pixels, plate)
    assert np.array_equal(result.backward[outside], pixel_centres(FRAME)[outside])


def test_alpha_stays(performer, weights):
    reperformer, _ = performer()
    plate = noise(np.uint8, channels=4)
    result = reperformer.frame(0, plate, weights(jawOpen=0.6), STRAIGHT)
    assert np.array_equal(result.pixels[..., 3], plate[..., 3])
    assert not np.array_equal(result.pixels[..., :3], plate[..., :3])


@pytest.mark.parametrize("method", ["geometry", "tps"])
def test_no_change_asked_for_is_no_change(performer, weights, method):
    start = weights(jawOpen=0.2, mouthSmile=0.3, eyeBlink=0.2)
    reperformer, _ = performer(start, method)
    plate = noise(np.uint8)
    result = reperformer.frame(0, plate, start, STRAIGHT)
    assert np.array_equal(result.pixels, plate)
    assert not result.matte.any()
    assert result.pixels is not plate


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("target", [{"jawOpen": 1.0}, {"eyeBlink": 1.0}, {"mouthSmile": 1.0, "browInnerUp": 1.0}])
def test_change_sets_in_smoothly(performer, weights, dtype, target):
    start = weights(jawOpen=0.15, mouthSmile=0.3, eyeBlink=0.3)
    reperformer, _ = performer(start)
    plate = noise(dtype)
    new = start + 1e-4 * (weights(**target) - start)
    result = reperformer.frame(0, plate, new, STRAIGHT + 1e-4 * 0.3)
    assert np.abs(result.pixels.astype(int) - plate.astype(int)).max() <= 1


def test_results_do_not_depend_on_what_was_done_before(performer, weights):
    plate, new = noise(np.uint8), weights(jawOpen=0.5, eyeBlink=1)
    first, _ = performer()
    again, _ = performer()
    again.frame(0, plate, weights(mouthPucker=1), STRAIGHT)
    assert np.array_equal(first.frame(0, plate, new, STRAIGHT).pixels, again.frame(0, plate, new, STRAIGHT).pixels)


def _face(fit, head, expression, gaze=STRAIGHT):
    return fit.project(head.landmarks(head.shape(fit.identity, expression, gaze)), 0)


def _painted(colour, *parts):
    plate = np.full((SIZE, SIZE, 3), 150, np.uint8)
    for contour in parts:
        cv2.fillPoly(plate, [np.round(contour * 16 - 8).astype(np.int32)], colour, shift=4)
    return plate


@pytest.mark.parametrize("turn", [(0.0, 0.0, 0.0), (0.1, 0.35, 0.1)])
def test_a_blink_closes_the_eye(performer, head, weights, turn):
    reperformer, fit = performer(turn=turn)
    landmarks = _face(fit, head, weights())
    openings = [rims(landmarks, eye.aperture) for eye in EYES]
    plate = _painted((255, 0, 0), *(opening.contour for opening in openings))
    result = reperformer.frame(0, plate, weights(eyeBlink=1), STRAIGHT).pixels.astype(float)
    distance = np.linalg.norm(np.diff(landmarks[OUTER_EYE_CORNERS], axis=0))
    for opening in openings:
        near = np.zeros((SIZE, SIZE), np.uint8)
        cv2.fillPoly(near, [np.round(opening.contour).astype(np.int32)], 1)
        near = cv2.dilate(near, np.ones((9, 9), np.uint8)) > 0
        redness = np.clip((result[..., 0] - result[..., 1]) / 255, 0, 1) * near
        assert redness.sum() / np.ptp(opening.upper[:, 0]) < 0.01 * distance


def test_grain_on_mended_lids_moves(shot, head, weights):
    """On one held picture: two rows differ by two independent grains of the plate's strength, in the matte only."""
    fit, track = shot(np.stack([weights(), weights()]))
    reperformer = Reperformer(head, fit, track)
    plate = np.random.default_rng(5).normal(0.5, 0.02, (SIZE, SIZE, 3)).mean(axis=2, keepdims=True).repeat(3, axis=2)
    first, second, again = (
        reperformer.frame(row, plate.astype(np.float32), weights(eyeBlink=1), STRAIGHT) for row in (0, 1, 1)
    )
    assert np.array_equal(second.pixels, again.pixels)
    apart = (second.pixels - first.pixels)[..., 0]
    for eye in EYES:
        u, v, width, height = cv2.boundingRect(track.points[0, eye.rings[-1]])
        assert 0.01 < np.abs(apart[v : v + height, u : u + width]).max() < 6 * np.sqrt(2) * 0.02
    assert not apart[first.matte == 0].any()


def test_a_half_seen_gap_closes_with_the_model(head, shot, weights):
    """The detector saw the lids further open than the fit believes: a blink must still close them."""
    fit, _ = shot(weights(eyeBlink=0.3)[None])
    _, open_eyes = shot(weights()[None])
    reperformer = Reperformer(head, fit, open_eyes)
    plate = _painted((255, 0, 0), *(rims(open_eyes.points[0].astype(float), eye.aperture).contour for eye in EYES))
    result = reperformer.frame(0, plate, weights(eyeBlink=1), STRAIGHT).pixels.astype(float)
    assert np.count_nonzero(result[..., 0] - result[..., 1] > 60) < 20


def test_the_iris_follows_the_gaze(performer, head, weights):
    reperformer, fit = performer()
    landmarks = _face(fit, head, weights())
    gaze = STRAIGHT + np.array([0.25, 0.0])
    wanted = _face(fit, head, weights(), gaze)[LEFT_EYE.iris] - landmarks[LEFT_EYE.iris]
    plate = _painted((250, 250, 250), *(rims(landmarks, eye.aperture).contour for eye in EYES))
    lids = (plate[..., 0] == 250)[..., None]
    irises = plate.copy()
    for eye in EYES:
        radius = np.linalg.norm(landmarks[eye.limbus] - landmarks[eye.iris], axis=1).mean()
        centre = tuple(int(x) for x in np.round(landmarks[eye.iris] * 16 - 8))
        cv2.circle(irises, centre, round(radius * 16), (20, 20, 20), -1, shift=4)
    plate = np.where(lids, irises, plate)
    result = reperformer.frame(0, plate, weights(), gaze).pixels
    moved = _dark_column(result, landmarks) - _dark_column(plate, landmarks)
    assert abs(wanted[0]) > 3
    assert moved == pytest.approx(wanted[0], abs=0.7)


def _dark_column(image, landmarks):
    """Mean u of the dark pixels in the left eye."""
    window = landmarks[LEFT_EYE.rings[2]]
    low, high = np.floor(window.min(axis=0)).astype(int), np.ceil(window.max(axis=0)).astype(int)
    dark = np.clip(120 - image[low[1] : high[1], low[0] : high[0], 0].astype(float), 0, None)
    return float((dark.sum(axis=0) * np.arange(dark.shape[1])).sum() / dark.sum())


def test_lips_part_along_their_line(performer, head, weights):
    """Upper lip red, lower lip green: between parted lips there is neither, and each keeps its own side."""
    reperformer, fit = performer()
    landmarks = _face(fit, head, weights())
    line = rims(landmarks, MOUTH)
    middle = (line.upper + line.lower) / 2
    reach = np.array([0.0, 40.0])
    plate = np.full((SIZE, SIZE, 3), 20, np.uint8)
    for colour, away in (((220, 20, 20), -reach), ((20, 220, 20), reach)):
        band = np.concatenate([middle, middle[::-1] + away])
        cv2.fillPoly(plate, [np.round(band * 16 - 8).astype(np.int32)], colour, shift=4)
    new = weights(jawOpen=0.6)
    result = reperformer.frame(0, plate, new, STRAIGHT).pixels.astype(int)
    opening = rims(_face(fit, head, new), MOUTH)
    centre = (opening.upper[16] + opening.lower[16]) / 2
    u, v = np.round(centre - 0.5).astype(int)
    assert opening.gaps.max() > 15
    assert result[v, u].max() < 90
    upper, lower = np.round(opening.upper[16] - 0.5).astype(int), np.round(opening.lower[16] - 0.5).astype(int)
    assert result[upper[1] - 4, upper[0], 0] > 180
    assert result[lower[1] + 4, lower[0], 1] > 180


def test_the_source_fills_what_the_target_never_showed(performer, head, weights):
    reperformer, fit = performer(stages=WITHOUT_NETWORK)
    new = weights(jawOpen=0.6)
    source_landmarks = _face(fit, head, new)
    source = np.full((SIZE, SIZE, 3), 150, np.uint8)
    opening = rims(source_landmarks, MOUTH)
    cv2.fillPoly(source, [np.round(opening.contour).astype(np.int32)], (40, 40, 230))
    plate = np.full((SIZE, SIZE, 3), 150, np.uint8)
    result = reperformer.frame(0, plate, new, STRAIGHT, SourceFill(source, source_landmarks)).pixels
    u, v = np.round((opening.upper[16] + opening.lower[16]) / 2 - 0.5).astype(int)
    assert result[v, u] == pytest.approx([40, 40, 230], abs=12)


def test_the_skirt_neither_folds_nor_tears(performer, head, weights):
    wide, shut = weights(jawOpen=1.0), weights()
    for start, end in ((shut, wide), (wide, shut)):
        reperformer, fit = performer(start)
        backward = reperformer.frame(0, noise(np.uint8), end, STRAIGHT).backward
        chin = int(_face(fit, head, end)[152, 1]) + 2
        below = backward[chin:, 150:234]
        assert np.abs(backward[chin, 192] - pixel_centres(FRAME)[chin, 192]).max() > 20
        assert np.abs(backward[-1] - pixel_centres(FRAME)[-1]).max() < 0.01
        assert np.diff(below[..., 1], axis=0).min() > 0
        assert np.abs(np.diff(below, axis=1)).max() < 2.5


def test_teeth_that_were_shown_stay_where_they_are(performer, head, weights):
    """The plate's mouth is green inside; opened further, it still is where it was, and driver's blue only elsewhere."""
    start = weights(jawOpen=0.25, mouthSmile=0.4)
    reperformer, fit = performer(start)
    shown = rims(_face(fit, head, start), MOUTH)
    plate = _painted((20, 220, 20), shown.contour)
    new = weights(jawOpen=0.8, mouthSmile=0.4)
    landmarks = _face(fit, head, new)
    opening = rims(landmarks, MOUTH)
    source = SourceFill(_painted((20, 20, 220), opening.contour), landmarks)
    result = reperformer.frame(0, plate, new, STRAIGHT, source).pixels.astype(int)
    u, top = np.round(shown.upper[16] - 0.5).astype(int)
    bottom = int(opening.lower[16][1])
    green, blue = (result[top : bottom - 3, u, 1] > 150), (result[top : bottom - 3, u, 2] > 120)
    assert opening.gaps.max() > 2 * shown.gaps.max() > 10
    assert green[3] and not blue[3]
    assert blue.any()
    assert np.flatnonzero(green & blue).size <= 3
