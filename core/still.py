"""Rows of what a solve found: one held for as long as a performance lasts (a still), or some taken out."""

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .conventions import Array
from .facs.performance import Performance
from .fit.result import Fit
from .landmarks.track import LandmarkTrack

Rows = TypeVar("Rows", LandmarkTrack, Fit, Performance)

_PER_FRAME = {
    LandmarkTrack: ("points", "depth", "score", "visible"),
    Fit: ("rotation", "translation", "expression", "variance", "gaze", "residual", "confidence", "visible", "bridged"),
    Performance: ("units", "head", "position", "gaze", "confidence", "bridged", "missing"),
}


def held(rows: Rows, frames: NDArray[np.int64], times: Array, fps: float) -> Rows:
    """The single row repeated, with the timing of another shot. `frames`, `times`: T."""
    repeated: dict[str, Any] = {
        name: np.repeat(getattr(rows, name), len(frames), axis=0) for name in _PER_FRAME[type(rows)]
    }
    if isinstance(rows, Fit):
        repeated["camera"] = replace(rows.camera, focal=np.repeat(rows.camera.focal, len(frames)))
    return replace(rows, **repeated, frames=frames, times=times, fps=fps)


def taken(rows: Rows, chosen: NDArray[np.intp]) -> Rows:
    """Some rows (N) alone, with their own frames and times."""
    picked: dict[str, Any] = {
        name: getattr(rows, name)[chosen] for name in (*_PER_FRAME[type(rows)], "frames", "times")
    }
    if isinstance(rows, Fit):
        picked["camera"] = replace(rows.camera, focal=rows.camera.focal[chosen])
    return replace(rows, **picked)
