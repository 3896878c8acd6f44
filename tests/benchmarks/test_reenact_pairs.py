"""Pairs and their truths, where head poses and expressions are planted."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from expression_transfer.benchmarks import reenact_speed
from expression_transfer.benchmarks.reenact_pairs import (
    GUARD,
    MOVED,
    PASSAGE,
    PLATES,
    Held,
    Pair,
    barred,
    carried,
    choose,
    differences,
    joined,
    judged_rows,
    passage_of,
    same_pose,
    similarity,
    truth_of,
    two_of,
    without,
)
from expression_transfer.benchmarks.reenact_rows import asks
from expression_transfer.core.clip import Clip, Frame
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.facs.from_fit import performance, rest
from expression_transfer.core.fit.result import Camera, Fit
from expression_transfer.core.landmarks.track import LandmarkTrack
from expression_transfer.core.refine.geometry import landmarks_only
from expression_transfer.core.shot import Solved

FRAMES, FPS = 120, 30


@pytest.fixture(scope="module")
def model():
    return load_builtin()


def turned(angle, size=1.0, shift=(0.0, 0.0)):
    cos, sin = size * np.cos(angle), size * np.sin(angle)
    return np.array([[cos, -sin, shift[0]], [sin, cos, shift[1]]])


def filmed(track):
    """A white dot on the nose."""
    frames = []
    for number, place in zip(track.frames, track.points[:, 4], strict=True):
        pixels = np.zeros((480, 640, 3), dtype=np.uint8)
        cv2.circle(pixels, tuple(np.rint(8 * (place - 0.5)).astype(int).tolist()), 40, (255, 255, 255), -1, shift=3)
        frames.append(Frame(int(number), (number - 1) / FPS, pixels))
    return Clip(
        path=Path("planted.mp4"), kind="video", width=640, height=480, channels=3, dtype="uint8", fps=Fraction(FPS),
        first=1, last=FRAMES, frame_count=FRAMES, has_audio=False, focal=None, timecode=None, colour_space="",
        source=Held(Path("planted.mp4"), tuple(frames)),
    )  # fmt: skip


@pytest.fixture(scope="module")
def solved(model):
    """Jaw open in the second half of each second; the head turned by 20° in the last second."""
    expression = np.zeros((FRAMES, len(model.expressions)))
    expression[np.arange(FRAMES) % FPS >= FPS // 2, model.expressions.index("jawOpen")] = 0.8
    rotation = np.zeros((FRAMES, 3))
    rotation[3 * FPS :, 1] = np.radians(20)
    fit = Fit(
        model=model.name, expressions=model.expressions,
        camera=Camera(640, 480, np.full(FRAMES, 900.0), np.array([320.0, 240.0]), np.zeros(2), 1.0),
        identity=np.zeros(len(model.identity)), rotation=rotation, translation=np.tile([0.0, 0.0, 0.7], (FRAMES, 1)),
        expression=expression, variance=np.ones_like(expression, dtype=np.float32), gaze=np.zeros((FRAMES, 2, 2)),
        offset=np.zeros((478, 3)), residual=np.zeros(FRAMES), confidence=np.ones(FRAMES),
        visible=np.ones(FRAMES, dtype=bool), bridged=np.zeros(FRAMES, dtype=bool), frames=np.arange(1, FRAMES + 1),
        times=np.arange(FRAMES) / FPS, fps=float(FPS),
    )  # fmt: skip
    marks = [fit.project(model.landmarks(model.shape(fit.identity, weights)), row) for row, weights in
             enumerate(expression)]  # fmt: skip
    track = LandmarkTrack(
        points=np.array(marks, dtype=np.float32), depth=np.zeros((FRAMES, 478), dtype=np.float32),
        score=np.ones(FRAMES, dtype=np.float32), visible=fit.visible, frames=fit.frames, times=fit.times,
        fps=fit.fps, width=640, height=480, focal=None, backend="planted",
    )  # fmt: skip
    neutral = rest(fit, 1)
    acted = performance(fit, neutral, "planted")
    return Solved(filmed(track), model, track, fit, neutral, acted, "", {}, None, None, Path())


def test_pairs_share_the_pose_differ_in_expression_and_lie_apart(solved):
    pairs = choose(solved)
    opened = solved.fit.expression.max(axis=1) > 0
    assert {pair.passage for pair in pairs} == {0, 1, 2}, "nobody else is turned as in the last second"
    for pair in pairs:
        assert opened[pair.plate] != opened[pair.wanted]
        assert (pair.plate >= 3 * FPS) == (pair.wanted >= 3 * FPS)
        assert pair.passage == passage_of(solved.fit)[pair.wanted]
        assert not barred(solved.fit, pair.passage)[pair.plate]
    used = np.bincount([int(passage_of(solved.fit)[pair.plate]) for pair in pairs])
    assert used.max() <= PLATES + 1  # the two of one passage are chosen at once


def test_a_passage_is_barred_whole_and_a_little_beyond(solved):
    away = barred(solved.fit, 1)
    held_out = without(solved.fit, away)
    assert away[FPS : 2 * FPS].all()
    assert away.sum() == FPS * PASSAGE + 2 * int(FPS * GUARD)
    assert not held_out.visible[away].any() and held_out.bridged[away].all()
    assert (held_out.visible | away).all()


def test_last_thirds_of_training_people_are_judged():
    assert list(judged_rows("d3.mp4", 9)) == [6, 7, 8]
    assert len(judged_rows("d6.mp4", 9)) == len(judged_rows("somebody.mp4", 9)) == 9


def test_asked_for_by_curves_a_row_takes_the_wanted_rows_weights(solved):
    pairs = choose(solved)
    jaw = solved.fit.expressions.index("jawOpen")
    frames = [np.zeros((480, 640, 3), dtype=np.uint8)] * FRAMES
    for pair, ask in zip(pairs, asks(solved, pairs, frames), strict=True):
        opens = solved.fit.expression[pair.wanted, jaw] > solved.fit.expression[pair.plate, jaw]
        assert (ask.expression[jaw] > 0.4) == opens
        moved = ask.offsets[14] - ask.offsets[13]
        assert (moved[1] > 0.1) == opens and (moved[1] < -0.1) != opens, "the spline's signal opens or closes too"


def test_same_pose_forgives_a_small_similarity_but_no_turn(model):
    neutral = model.landmarks(model.mean.astype(float))[:468]
    front = 900 * neutral[:, :2]
    yaw = np.radians(8)
    sideways = 900 * np.stack([np.cos(yaw) * neutral[:, 0] + np.sin(yaw) * neutral[:, 2], neutral[:, 1]], axis=1)
    tilted, tipped, larger = (front @ turned(*how)[:, :2].T for how in ((0.1, 1.05), (0.3, 1.0), (0.0, 1.3)))
    near = same_pose(np.stack([front, tilted, sideways, tipped, larger]))
    assert list(near[0]) == [True, True, False, False, False]


def test_differences_are_the_rms_of_landmarks_and_the_two_chosen_are_largest_and_middle():
    shapes = np.zeros((3, 10, 3))
    shapes[1, :, 1] += 0.002
    shapes[2, :, 1] += 0.006
    assert differences(shapes, 0.1)[0] == pytest.approx([0.0, 2.0, 6.0], abs=1e-5)
    assert two_of(np.array([[1.0, np.nan, 3.0], [2.0, 5.0, np.nan]])) == [(1, 1), (0, 2)]
    assert two_of(np.full((2, 2), np.nan)) == []
    assert MOVED > 0


def test_a_similarity_is_found_and_carries_pictures_as_it_does_points():
    goal = joined(turned(0.0, 1.0, (3.0, -2.0)), turned(0.05, 1.04))
    points = np.random.default_rng(0).uniform(0, 200, (20, 2))
    assert similarity(points, points @ goal[:, :2].T + goal[:, 2]) == pytest.approx(goal)
    picture = np.zeros((200, 200, 3), dtype=np.uint8)
    cv2.circle(picture, (80, 120), 6, (255, 255, 255), -1)
    rows, columns = np.nonzero(carried(picture, goal)[..., 0] > 127)
    centre = np.array([columns.mean() + 0.5, rows.mean() + 0.5])
    assert centre == pytest.approx(goal[:, :2] @ [80.5, 120.5] + goal[:, 2], abs=0.1)


def test_the_cut_passage_leaves_the_fit_as_it_was(solved):
    before = replace(solved.fit)
    without(solved.fit, barred(solved.fit, 0))
    assert solved.fit.visible.all() and before.visible is solved.fit.visible


def dot(picture):
    rows, columns = np.nonzero(picture[..., 0] > 127)
    return np.array([columns.mean() + 0.5, rows.mean() + 0.5])


def test_the_truth_shows_the_wanted_frame_where_the_plate_has_its_head(solved):
    shift = np.array([0.02, -0.01, 0.0])
    moved = solved.fit.translation + np.outer(np.arange(FRAMES) == 20, shift)
    grain = np.random.default_rng(2).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    plate = cv2.resize(grain, (640, 480), interpolation=cv2.INTER_CUBIC)
    by = 900 * shift[:2] / 0.7 + [1.5, -1.0]  # the fit is somewhat off
    wanted = carried(plate, np.array([[1.0, 0.0, by[0]], [0.0, 1.0, by[1]]]))
    solved = replace(solved, fit=replace(solved.fit, translation=moved))
    truth = truth_of(solved, Pair(0, 20, 0), plate, wanted)
    centre = solved.track.points[0, 4].astype(float)
    assert truth.place(centre[None] + by)[0] == pytest.approx(centre, abs=0.2)
    u, v = centre.astype(int)
    nose = (slice(v - 30, v + 10), slice(u - 10, u + 10))
    assert np.abs(truth.picture[nose].astype(int) - plate[nose]).mean() < 10
    assert np.abs(wanted[nose].astype(int) - plate[nose]).mean() > 40


def test_a_shot_in_full_hd_projects_where_its_enlarged_picture_shows_it(solved, monkeypatch):
    monkeypatch.setattr(reenact_speed, "FRAMES", 3)
    large = reenact_speed.in_full_hd(solved)
    marks = landmarks_only(large.model).shape(large.fit.identity, large.fit.expression[1], np.zeros((2, 2)))
    seen = large.fit.project(marks, 1)
    assert seen == pytest.approx(large.track.points[1].astype(float), abs=0.05)
    assert np.ptp(seen[:468, 1]) == pytest.approx(reenact_speed.FACE, rel=0.01)
    assert seen[:468].mean(axis=0) == pytest.approx([960, 540], abs=1)
    assert dot(large.clip.read(2).pixels) == pytest.approx(seen[4], abs=0.3)
    assert len(large.fit) == len(large.track) == len(large.performance) == len(list(large.clip)) == 3
