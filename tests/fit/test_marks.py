"""The contours marked by hand are sound: on their frames, ordered, not crossed, repeatable. How far the fit
is from them is for benchmarks/reprojection.py to say.
"""

from pathlib import Path

import numpy as np
import pytest
from expression_transfer.benchmarks.contours import CONTOURS, Marked, curve, distances, is_upper, read_marks
from expression_transfer.core.clip import open_clip
from expression_transfer.core.conventions import LANDMARKS

MARKS = read_marks()
EYES = ("right_eye_upper", "left_eye_upper")


def outer_corners(marked: Marked) -> float:
    """px between the outer ends of both upper lids."""
    right, left = (marked.contours[eye] for eye in EYES)
    return float(np.linalg.norm(left[-1] - right[0]))


def test_the_marks_are_of_twenty_frames_of_several_people() -> None:
    assert len({(marked.clip, marked.frame) for marked in MARKS}) == 20
    for clip in ("d0.mp4", "d3.mp4", "d18.mp4", "s18.mp4"):
        assert len([marked for marked in MARKS if marked.clip == clip]) >= 3


@pytest.mark.parametrize("marked", MARKS, ids=lambda marked: f"{marked.clip}:{marked.frame}")
def test_contours_run_from_left_to_right(marked: Marked) -> None:
    lids_and_lips = {name for name in CONTOURS if "inner" not in name}
    assert lids_and_lips <= set(marked.contours) <= set(CONTOURS)
    for points in marked.contours.values():
        assert points.shape[1] == 2
        assert len(points) >= 8
        assert np.isfinite(points).all()
        steps = np.diff(points, axis=0)
        across = points[-1] - points[0]
        assert np.linalg.norm(steps, axis=1).max() < 0.2 * outer_corners(marked)
        assert across[0] > 0
        assert (steps @ across > 0).mean() > 0.8


@pytest.mark.parametrize("marked", MARKS, ids=lambda marked: f"{marked.clip}:{marked.frame}")
def test_openings_are_open_or_shut_but_not_turned_inside_out(marked: Marked) -> None:
    for name, lower in marked.contours.items():
        if not is_upper(name):
            upper = marked.contours[name.replace("lower", "upper")]
            middle = lower[len(lower) // 4 : -(len(lower) // 4)]
            gap = distances(middle, upper, upper=True)
            assert gap.min() > -0.01 * outer_corners(marked), name
    if "lip_inner_upper" in marked.contours:
        for rim in ("upper", "lower"):
            inner, outer = (marked.contours[f"lip_{side}_{rim}"] for side in ("inner", "outer"))
            assert distances(inner, outer, upper=rim == "upper").min() > -0.02 * outer_corners(marked)


def test_marking_again_gives_the_same() -> None:
    first = {(marked.clip, marked.frame): marked for marked in MARKS}
    apart = [
        np.abs(distances(points, first[again.clip, again.frame].contours[name], upper=is_upper(name)))
        / outer_corners(again)
        for again in read_marks("again")
        for name, points in again.contours.items()
    ]
    assert np.mean(np.concatenate(apart)) < 0.005


def test_a_curve_goes_through_its_landmarks_and_knows_its_sides() -> None:
    across = np.linspace(-1, 1, 11)
    landmarks = np.zeros((LANDMARKS, 2))
    landmarks[CONTOURS["lip_inner_upper"]] = np.stack([across, across**2 - 1], axis=1)
    line = curve(landmarks, "lip_inner_upper")
    np.testing.assert_allclose(line[:, 1], line[:, 0] ** 2 - 1, atol=0.01)
    above, below = np.array([[0.0, -1.5]]), np.array([[0.0, -0.5]])
    assert distances(above, line, upper=True) == pytest.approx(-0.5, abs=0.01)
    assert distances(below, line, upper=True) == pytest.approx(distances(below, line, upper=False) * -1)
    assert distances(below, line, upper=True) > 0


@pytest.mark.slow
@pytest.mark.parametrize("clip", sorted({marked.clip for marked in MARKS}))
def test_marks_lie_on_their_frames(footage: Path, clip: str) -> None:
    path = footage / clip
    if not path.is_file():
        pytest.skip(f"{path} is missing")
    opened = open_clip(path)
    for marked in MARKS:
        if marked.clip == clip:
            assert opened.frame_count is None or opened.first <= marked.frame < opened.first + opened.frame_count
            for points in marked.contours.values():
                assert (points > 0).all()
                assert (points < [opened.width, opened.height]).all()
