"""Footage → LandmarkTrack."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..clip import Clip, display, read_ahead
from ..conventions import LANDMARKS, Array, Array32
from ..errors import InputError
from ..reporting import Reporter
from .backend import BackendName, Image, open_backend
from .follow import Follower, Seen
from .recogniser import Portraits, Recogniser
from .track import LandmarkTrack

SPIKE = 0.08
"""A frame that jumps this far (of the face's size) and back is a detector's slip, not a motion."""

Observer = Callable[[Image, Seen | None], None]
"""Is handed every frame (H×W×3) in order, while its pixels are there, with what was seen in it."""


@dataclass(frozen=True)
class DetectOptions:
    backend: BackendName | None = None
    """None: what this Python's mediapipe offers (backend.open_backend)."""
    task: Path | None = None
    """MediaPipe's face_landmarker.task, for the Tasks back end; None: see tasks.find_task_file."""
    person: tuple[float, float] | None = None
    """A point (u, v) px near the face to follow, where one is first seen; None: the largest, most central."""
    recogniser: Recogniser = field(default_factory=Portraits)
    """Tells the person from others after cuts and gaps, and where people cross."""


NOWHERE = np.full((LANDMARKS, 3), np.nan, np.float32)


@dataclass(frozen=True)
class _Look:
    """What is kept of a frame: no pictures, however long the shot."""

    number: int
    time: float
    points: Array32
    """478×3 px, NaN where nobody is seen."""
    score: float


def detect(clip: Clip, options: DetectOptions, reporter: Reporter, observe: Observer | None = None) -> LandmarkTrack:
    """Follow one person through a clip; a row per frame, gaps marked. Bridging them is the fit's business.

    A frame is not visible where the mesh network's own presence probability is below one half, where more than a
    quarter of the landmarks lie outside the frame, where only somebody else is in reach, and where the landmarks jump
    for one frame. `score` is that presence probability, with either back end.

    Gaps and the clip's warnings are logged. `observe` also gets the landmarks that turn out to jump for one frame.

    Raises InputError naming the file where no frame shows a face, Cancelled where the reporter asks for it.
    """
    with closing(open_backend(options.backend, options.task)) as backend:
        follower = Follower(backend, options.person, options.recogniser)
        looks = []
        # made to be looked at in the reader's thread: the follower's sets the pace
        for frame in read_ahead(replace(each, pixels=display(each.pixels, clip)) for each in clip):
            reporter.check()
            seen = follower.look(frame.pixels, frame.time)
            points, score = (NOWHERE, 0.0) if seen is None else (seen.points, seen.score)
            looks.append(_Look(frame.number, frame.time, points, score))
            if observe is not None:
                observe(frame.pixels, seen)
            reporter.progress("detect", len(looks), clip.frame_count)
        for row in follower.strangers():
            looks[row] = replace(looks[row], points=NOWHERE, score=0.0)
        name = backend.name
    likeness, recogniser = follower.likeness(), options.recogniser.name
    track = replace(_track(clip, looks, name), likeness=likeness, recogniser=recogniser)
    if not track.visible.any():
        raise InputError(
            f"{clip.path}: no face found in any of its {len(track)} frames; give footage that shows a face"
        )
    for line in (*clip.warnings, *_gaps(clip, track)):
        reporter.log(line)
    return track


def _gaps(clip: Clip, track: LandmarkTrack) -> list[str]:
    """One line that names the first frames in which the person is not seen; none where there are none."""
    unseen = track.frames[~track.visible]
    if not unseen.size:
        return []
    first = ", ".join(map(str, unseen[:5])) + (", …" if unseen.size > 5 else "")
    return [f"{clip.path}: the person is not seen in {unseen.size} of {len(track)} frames ({first})"]


def _track(clip: Clip, looks: list[_Look], backend: BackendName) -> LandmarkTrack:
    points = np.stack([look.points for look in looks])
    spikes = find_spikes(points)
    points[spikes] = np.nan
    visible = np.isfinite(points[:, 0, 0])
    score = np.array([look.score for look in looks], np.float32)
    return LandmarkTrack(
        points=points[..., :2].copy(),
        depth=points[..., 2].copy(),
        score=np.where(visible, score, np.float32(0)),
        visible=visible,
        frames=np.array([look.number for look in looks], np.int64),
        times=np.array([look.time for look in looks]),
        fps=float(clip.fps),
        width=clip.width,
        height=clip.height,
        focal=clip.focal,
        backend=backend,
        warnings=tuple(clip.warnings),
    )


def find_spikes(points: Array32) -> NDArray[np.bool_]:
    """T: landmarks (T×478×3 px, NaN where unseen) that leave both neighbours while those agree with each other."""
    spikes = np.zeros(len(points), np.bool_)
    if len(points) < 3:
        return spikes
    size = np.ptp(points[..., 1], axis=1)
    away = _distance(points[1:-1], (points[:-2] + points[2:]) / 2)
    apart = _distance(points[2:], points[:-2])
    with np.errstate(invalid="ignore"):
        spikes[1:-1] = (away > SPIKE * size[1:-1]) & (away > 2 * apart)
    return spikes


def _distance(one: Array32, other: Array32) -> Array:
    """T: mean distance in the image, px."""
    return np.asarray(np.linalg.norm(one[..., :2] - other[..., :2], axis=-1).mean(axis=-1), dtype=np.float64)
