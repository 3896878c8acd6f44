"""Frames of footage in which a face at rest looks into the camera."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...core.clip import Clip, display, open_clip
from ...core.conventions import Array, Array32, yaw_pitch_roll
from ...core.fit.result import Camera
from ...core.fit.start import start_pose
from ...core.landmarks.detect import DetectOptions, detect
from ...core.landmarks.places import EYES, MOUTH, Aperture, eye_distance
from ...core.landmarks.track import LandmarkTrack
from ...core.reporting import SilentReporter

LONG = 1.4
"""Focal length in widths of the picture, where the footage doesn't say."""
EYES_OPEN, LIPS_CLOSED = 1.0, 2.0
"""What openness (in distances of the outer eye corners) counts beside the head's turn (rad)."""


@dataclass(frozen=True)
class Moment:
    """One frame."""

    picture: NDArray[np.uint8]
    """H×W×3 sRGB."""
    landmarks: Array
    """478×2 px."""
    turn: Array
    """3, rotation vector."""


def moments(file: Path, mean: Array32, count: int) -> list[Moment]:
    """Up to `count` frames of a clip, or the one of a still; `mean`: 478×3 m, the detector's landmarks on the head.

    Raises InputError where no face is found.
    """
    clip = open_clip(file)
    track = detect(clip, DetectOptions(), SilentReporter())
    turn = np.full((len(track), 3), np.nan)
    turn[track.visible] = _turns(track, mean)
    chosen = _spread(_restless(track, turn), count)
    return [Moment(_picture(clip, row), track.points[row].astype(np.float64), turn[row]) for row in chosen]


def _turns(track: LandmarkTrack, mean: Array32) -> Array:
    """T'×3 of the visible frames."""
    seen = track.visible
    focal = np.full(int(seen.sum()), track.focal or LONG * track.width)
    camera = Camera(track.width, track.height, focal, np.array([track.width, track.height]) / 2, np.zeros(2), 1.0)
    points = track.points[seen].astype(np.float64)
    return start_pose(points, track.depth[seen], mean.astype(np.float64), camera, focal).turn


def _restless(track: LandmarkTrack, turn: Array) -> Array:
    """T: lower is better; inf where nobody is seen."""
    yaw, pitch, _ = np.abs(np.nan_to_num(yaw_pitch_roll(np.nan_to_num(turn)))).T
    with np.errstate(invalid="ignore"):
        size = eye_distance(track.points)
        eyes = np.minimum(*(_openness(track.points, eye.aperture) for eye in EYES)) / size
        lips = _openness(track.points, MOUTH) / size
    score = yaw + pitch - EYES_OPEN * eyes + LIPS_CLOSED * lips
    return np.where(track.visible, score, np.inf)


def _openness(points: Array32, aperture: Aperture) -> Array:
    """T px: the widest gap."""
    gap = np.linalg.norm(points[:, aperture.upper] - points[:, aperture.lower[: len(aperture.upper)]], axis=2)
    return np.asarray(gap.max(axis=1), dtype=np.float64)


def _spread(score: Array, count: int) -> list[int]:
    """The best frame, and others far from it in time."""
    best = int(np.argmin(score))
    chosen = [best]
    away = np.abs(np.arange(len(score)) - best) >= len(score) / 4
    if count > 1 and np.isfinite(score[away]).any():
        chosen.append(int(np.argmin(np.where(away, score, np.inf))))
    return chosen


def _picture(clip: Clip, row: int) -> NDArray[np.uint8]:
    frame = next(frame for number, frame in enumerate(clip) if number == row)
    return display(frame.pixels, clip)
