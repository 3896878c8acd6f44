"""Eyes by planted truth: how a person's own eyes leave the model, how they turn, what a lid closes over."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from expression_transfer.core.landmarks.places import EYES, LEFT_EYE, MOUTH, eye_distance
from expression_transfer.core.refine.aperture import rims
from expression_transfer.core.refine.eyes import GLINT_STAYS, WITHIN_LIDS, within_lids
from expression_transfer.core.refine.geometry import PlateGeometry
from expression_transfer.core.refine.reperform import Reperformer, SourceFill
from expression_transfer.core.refine.stages import Stages

SIZE, ROWS = 384, 48
STRAIGHT = np.zeros((2, 2))
NOSE_TIP = 4
NARROWER = 2.5
"""px by which the planted person's upper lids hang lower than the model's while her eyes are open."""


@pytest.fixture
def narrow_eyes(shot, weights):
    """A fit and a track in which the eyes open less wide than the model's: slow blinks."""
    closing = 0.5 - 0.5 * np.cos(np.arange(ROWS) / 4)
    fit, track = shot(np.stack([weights(eyeBlink=value) for value in closing]))
    points = track.points.copy()
    for eye in EYES:
        points[:, eye.aperture.upper[1:-1], 1] += (NARROWER * (1 - closing))[:, None]
    return fit, replace(track, points=points), int(closing.argmax()), int(closing.argmin())


def test_shut_eyes_open_as_the_persons_own_do(head, narrow_eyes, weights):
    fit, track, shut, wide = narrow_eyes
    wanted = [rims(track.points[wide].astype(float), eye.aperture).gaps.max() for eye in EYES]
    for with_habits, off in ((True, 0.0), (False, NARROWER)):
        motion = PlateGeometry(head, fit, track, with_habits).motion(shut, weights(), STRAIGHT)
        opened = [rims(motion.new_landmarks, eye.aperture).gaps.max() for eye in EYES]
        assert opened == pytest.approx(np.add(wanted, off), abs=0.35)


def test_what_eyes_do_by_habit_moves_nothing_else(head, narrow_eyes, weights):
    fit, track, shut, _ = narrow_eyes
    with_and_without = [
        PlateGeometry(head, fit, track, choice).motion(shut, weights(), STRAIGHT).new_landmarks
        for choice in (True, False)
    ]
    apart = np.linalg.norm(with_and_without[0] - with_and_without[1], axis=1)
    assert apart[MOUTH.upper].max() < 0.05
    assert apart[LEFT_EYE.aperture.upper].max() > 1


def test_a_still_teaches_no_habits(head, shot, weights):
    fit, track = shot(weights(eyeBlink=1)[None])
    points = track.points + np.float32([3, -2])
    one, other = (
        PlateGeometry(head, fit, replace(track, points=points), choice).motion(0, weights(), STRAIGHT).new_landmarks
        for choice in (True, False)
    )
    assert np.allclose(one, other, atol=1e-6)


def test_a_face_that_jumps_is_followed_at_once(head, shot, weights):
    """The fit is smooth, the footage is not: in one frame the whole face is 12 px lower than it says."""
    fit, track = shot(np.stack([weights()] * ROWS))
    points = track.points.copy()
    points[20, :, 1] += 12
    geometry = PlateGeometry(head, fit, replace(track, points=points))
    for row in (18, 20, 22):
        assert np.abs(geometry.landmarks(row) - points[row]).max() < 0.05


def test_a_detectors_tremor_is_not_followed(head, shot, weights):
    fit, track = shot(np.stack([weights()] * ROWS))
    tremor = np.random.default_rng(3).normal(0, 5e-4 * eye_distance(track.points[0]), (ROWS, 1, 2))
    points = (track.points + tremor).astype(np.float32)
    geometry = PlateGeometry(head, fit, replace(track, points=points))
    placed = np.stack([geometry.landmarks(row)[4] for row in range(ROWS)])
    assert np.diff(placed, axis=0).std() < 0.3 * np.diff(points[:, 4], axis=0).std()


@pytest.fixture
def painted(shot, weights):
    """A fit, its track and a plate on it: grey skin, red-free white, dark irises, in one of which a green light."""
    fit, track = shot(weights()[None])
    landmarks = track.points[0].astype(float)
    plate = np.full((SIZE, SIZE, 3), 150, np.uint8)
    eyes = [np.round(rims(landmarks, eye.aperture).contour * 16 - 8).astype(np.int32) for eye in EYES]
    cv2.fillPoly(plate, eyes, (250, 250, 250), shift=4)
    for radius, colour in ((1.0, (20, 20, 60)), (0.25, (150, 250, 150))):
        size = radius * np.linalg.norm(landmarks[LEFT_EYE.limbus] - landmarks[LEFT_EYE.iris], axis=1).mean()
        centre = tuple(np.round(landmarks[LEFT_EYE.iris] * 16 - 8).astype(int).tolist())
        cv2.circle(plate, centre, round(size * 16), colour, -1, shift=4)
    return fit, track, plate


def test_a_reflection_goes_half_the_irises_way(head, painted, weights):
    fit, track, plate = painted
    gaze = STRAIGHT + np.array([0.25, 0.0])
    motion = PlateGeometry(head, fit, track).motion(0, weights(), gaze)
    way = motion.new_landmarks[LEFT_EYE.iris, 0] - track.points[0, LEFT_EYE.iris, 0]
    place = _green(Reperformer(head, fit, track).frame(0, plate, weights(), gaze).pixels) - _green(plate)
    assert way > 3
    assert place == pytest.approx((1 - GLINT_STAYS) * way, abs=0.15 * way)


def test_no_eye_turns_its_iris_behind_the_corners_of_its_lids(head, painted, weights):
    """However far it is asked to turn, it goes on turning, ever less, and stays between them."""
    fit, track, _ = painted
    geometry = PlateGeometry(head, fit, track)
    places, rooms = [], []
    for yaw in np.arange(0.0, 1.3, 0.1):
        motion = geometry.motion(0, weights(), STRAIGHT + np.array([yaw, 0.0]))
        new, corners = motion.new_landmarks, motion.new_landmarks[LEFT_EYE.aperture.upper[[0, -1]], 0]
        radius = np.linalg.norm(new[LEFT_EYE.limbus] - new[LEFT_EYE.iris], axis=1).mean()
        places.append(within_lids(motion, LEFT_EYE)[0])
        rooms.append(corners.max() - places[-1] - WITHIN_LIDS * radius)
    assert places[0] == pytest.approx(track.points[0, LEFT_EYE.iris, 0], abs=1e-6)
    assert (np.diff(places) > -1e-6).all()
    assert min(rooms) > -0.5


def test_no_ring_of_white_goes_with_an_iris(head, painted, weights):
    """A white that is darker on one side of the iris than on the other: the bright side's doesn't come along."""
    fit, track, plate = painted
    iris = track.points[0, LEFT_EYE.iris]
    white = (plate == 250).all(axis=2)
    plate[white & (np.arange(SIZE) < iris[0])[None]] = 200
    plate[white & (np.arange(SIZE) >= iris[0])[None]] = 240
    gaze = STRAIGHT + np.array([-0.35, 0.0])
    motion = PlateGeometry(head, fit, track).motion(0, weights(), gaze)
    result = Reperformer(head, fit, track).frame(0, plate, weights(), gaze).pixels
    centre = motion.new_landmarks[LEFT_EYE.iris]
    radius = np.linalg.norm(motion.new_landmarks[LEFT_EYE.limbus] - centre, axis=1).mean()
    row = result[int(centre[1]), :, 1].astype(float)
    u = np.arange(SIZE) + 0.5 - centre[0]
    ring, beyond = (row[(u > near * radius) & (u < far * radius)] for near, far in ((0.9, 1.35), (1.4, 2.0)))
    assert ring.max() < beyond.max() + 8


def _green(image):
    """Mean u of what is greener than red."""
    weight = np.clip(image[..., 1].astype(float) - image[..., 0] - 60, 0, None)
    return float((weight.sum(axis=0) * np.arange(image.shape[1])).sum() / weight.sum())


def test_the_source_opens_eyes_that_the_target_never_did(head, shot, weights):
    fit, track = shot(weights(eyeBlink=1)[None])
    open_eyes = shot(weights()[None])[1].points[0].astype(float)
    source, plate = (np.full((SIZE, SIZE, 3), 150, np.uint8) for _ in range(2))
    for eye in EYES:
        cv2.fillPoly(source, [np.round(rims(open_eyes, eye.aperture).contour).astype(np.int32)], (40, 40, 230))
    performer = Reperformer(head, fit, track)
    result = performer.frame(0, plate, weights(), STRAIGHT, SourceFill(source, open_eyes)).pixels
    u, v = np.round(open_eyes[LEFT_EYE.iris] - 0.5).astype(int)
    assert result[v, u] == pytest.approx([40, 40, 230], abs=12)


@pytest.mark.parametrize("left_over", [0.0, 0.06])
def test_lids_that_are_asked_to_meet_leave_nothing_of_the_eye(head, shot, weights, left_over):
    """No column of a painted eye keeps a hundredth of the eye distance, with other units at work as well."""
    fit, track = shot(weights(eyeBlink=left_over)[None])
    landmarks = track.points[0].astype(float)
    plate = np.full((SIZE, SIZE, 3), 150, np.uint8)
    contours = [rims(landmarks, eye.aperture).contour for eye in EYES]
    cv2.fillPoly(plate, [np.round(contour * 16 - 8).astype(np.int32) for contour in contours], (255, 0, 255), shift=4)
    wanted = weights(eyeBlink=1, browInnerUp=0.5, jawOpen=0.3)
    result = Reperformer(head, fit, track).frame(0, plate, wanted, STRAIGHT).pixels.astype(float)
    above = int(landmarks[NOSE_TIP, 1])  # there is red in the mouth
    remaining = np.clip((result[:above, :, 0] - result[:above, :, 1]) / 255, 0, 1).sum(axis=0)
    assert remaining.max() < 0.01 * eye_distance(landmarks)


def test_a_shut_lid_shows_one_row_of_lashes_and_no_wet_edge(head, shot, weights):
    """Both rows of lashes, and an edge brighter than the skin below the eye, on a plate that never shows it shut."""
    fit, track = shot(weights()[None])
    landmarks = track.points[0].astype(float)
    plate = np.full((SIZE, SIZE, 3), 150, np.uint8)
    for eye in EYES:
        edges = rims(landmarks, eye.aperture)
        upper, lower = (np.round(edge * 16 - 8).astype(np.int32) for edge in (edges.upper, edges.lower))
        wet = lower + np.array([0, round(16 * 0.01 * eye_distance(landmarks))])
        cv2.fillPoly(plate, [np.concatenate([upper, lower[::-1]])], (250, 250, 250), shift=4)
        cv2.polylines(plate, [wet], False, (250, 230, 230), 3, cv2.LINE_AA, 4)
        cv2.polylines(plate, [wet + np.array([0, 32])], False, (40, 40, 40), 1, cv2.LINE_AA, 4)
        cv2.polylines(plate, [upper], False, (30, 30, 30), 2, cv2.LINE_AA, 4)
    alone = Reperformer(head, fit, track, stages=Stages(refiner=False))  # what a network adds is not the lids' doing
    result = alone.frame(0, plate, weights(eyeBlink=1), STRAIGHT)
    for eye in EYES:
        box = np.round(landmarks[eye.rings[1]]).astype(int)
        (left, top), (right, bottom) = box.min(axis=0), box.max(axis=0)
        quarter = (right - left) // 4
        columns = result.pixels[top:bottom, left + quarter : right - quarter].mean(axis=2)
        assert columns.max() < 165  # the warp rings a little beside what is dark
        runs = np.diff((columns < 115).astype(int), axis=0) == 1
        assert (runs.sum(axis=0) == 1).all()


def test_a_squint_is_not_kept_by_eyes_that_look_elsewhere(head, shot, weights):
    """In one row the left iris is seen 5 px from where the fit has it: it stays for as long as nobody turns it."""
    fit, track = shot(np.repeat(weights()[None], ROWS, axis=0))
    points = track.points.copy()
    points[20, [LEFT_EYE.iris, *LEFT_EYE.limbus], 0] -= 5
    geometry = PlateGeometry(head, fit, replace(track, points=points), True)

    def place(row, yaw):
        motion = geometry.motion(row, weights(), STRAIGHT + np.array([yaw, 0.0]))
        return motion.new_landmarks[LEFT_EYE.iris, 0] - motion.new_landmarks[NOSE_TIP, 0]

    kept = place(20, 0.0) - place(40, 0.0)
    assert kept < -1
    assert abs(place(20, 0.35) - place(40, 0.35)) < 0.2 * abs(kept)
