"""What a run tells of itself in report.json: how well it went, and where it didn't."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .face.model import FaceModel
from .facs.performance import Performance
from .fit.result import Fit
from .fit.segments import long_runs
from .landmarks.places import eye_distance
from .landmarks.track import LandmarkTrack

LOW_CONFIDENCE = 0.5
"""Seen frames below this are listed for the artist to look at; passages of them longer than can be bridged are not
transferred to."""


def unsure(fit: Fit) -> NDArray[np.bool_]:
    """T: passages that are seen, but not surely enough to be changed; a frame or two left out would flicker."""
    return long_runs(fit.visible & (fit.confidence < LOW_CONFIDENCE), fit.times)


def passages(marks: NDArray[np.bool_], frames: NDArray[np.int64]) -> list[list[int]]:
    """First and last source frame of each run of marked rows."""
    rows = np.flatnonzero(marks)
    runs = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1) if len(rows) else []
    return [[int(frames[run[0]]), int(frames[run[-1]])] for run in runs]


def untouched(laid: Performance, driver: Performance, fit: Fit) -> dict[str, list[list[int]]]:
    """Passages of a plate that `driver` leaves as they were, by the reason; `laid`: it at the plate's frames."""
    faceless = ~(fit.visible | fit.bridged) | unsure(fit)
    undriven = laid.missing & ~faceless
    ended = fit.times - fit.times[0] > driver.times[-1] - driver.times[0] + 0.25 / driver.fps
    reasons = {
        "no sure face in the plate": laid.missing & faceless,
        "the driver has ended": undriven & ended,
        "no face in the driver": undriven & ~ended,
    }
    return {reason: passages(marks, fit.frames) for reason, marks in reasons.items() if marks.any()}


def fit_report(
    track: LandmarkTrack, fit: Fit, performance: Performance, model: FaceModel, *, given_focal: bool
) -> dict[str, Any]:
    """Figures and passages of one solved clip; `given_focal`: the focal length was the user's."""
    residual, size = float(np.nanmean(fit.residual)), float(np.median(eye_distance(track.points[track.visible])))
    return {
        "frames": len(fit),
        "first_frame": int(fit.frames[0]),
        "last_frame": int(fit.frames[-1]),
        "fps": fit.fps,
        "size": [track.width, track.height],
        "detector": track.backend,
        "face_model": {"name": model.name, "licence": model.licence},
        "focal_px": round(float(fit.camera.focal[0]), 2),
        "focal_from": "given" if given_focal else "guessed from perspective; a matchmove's is better (--focal)",
        "seen": int(fit.visible.sum()),
        "bridged": passages(fit.bridged, fit.frames),
        "missing": passages(performance.missing, fit.frames),
        "low_confidence": passages(fit.visible & (fit.confidence < LOW_CONFIDENCE), fit.frames),
        "eye_distance_px": round(size, 2),
        "residual_percent_of_eye_distance": round(100 * residual / size, 3),
        "mean_confidence": round(float(fit.confidence[fit.visible].mean()), 4),
    }
