"""What fits a model to the very pixels: a smooth correction from the fitted landmarks to the detected ones."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..face.model import FaceModel
from ..fit.result import Fit
from ..landmarks.places import EYES, MOUTH, OUTER_LIPS, eye_distance
from ..landmarks.track import LandmarkTrack

STILL_FRAMES = 2.0
"""Standard deviation in time, frames, of the corrections' smoothing."""
QUICK_FRAMES = 0.7
"""The same on lips, lids and irises, where a lagging correction would show."""
TREMOR = 0.002
"""Of the eye distance: a face that is off as a whole by much less trembles in the detector's eyes; by much more, its
fit lags behind a quick motion.
"""
NEIGHBOURS = 4


def corrections(marks: FaceModel, fit: Fit, track: LandmarkTrack) -> Array32:
    """T×478×2 px: detected less fitted landmarks, smoothed in time; unseen frames take their neighbours'.

    `marks`: a model whose vertices are the landmarks (geometry.landmarks_only).
    """
    seen = np.flatnonzero(fit.visible & track.visible)
    field = np.zeros((len(fit), *track.points.shape[1:]), dtype=np.float32)
    whole = np.zeros_like(field)
    size = np.ones(len(fit), dtype=np.float32)
    for row in seen:
        fitted = fit.project(marks.shape(fit.identity, fit.expression[row], fit.gaze[row]), row)
        whole[row] = _as_a_whole(fitted, track.points[row])
        field[row] = track.points[row] - fitted - whole[row]
        size[row] = eye_distance(fitted)
    if seen.size == 0:
        return field
    quick = _quick()
    still = np.setdiff1d(np.arange(field.shape[1]), quick)
    field[:, still] = _smoothed(field[:, still], seen, STILL_FRAMES)
    field[:, quick] = _smoothed(field[:, quick], seen, QUICK_FRAMES)
    return field + _steadied(whole, seen, size)


def _as_a_whole(fitted: Array, detected: Array | Array32) -> Array:
    """478×2 px: what a similarity (least squares over the face) adds to fitted landmarks to bring them to detected."""
    one, other = (points[:, 0] + 1j * points[:, 1] for points in (fitted, detected))
    middle, goal = one[:468].mean(), other[:468].mean()
    turn = np.vdot(one[:468] - middle, other[:468] - goal) / np.vdot(one[:468] - middle, one[:468] - middle)
    added = goal + turn * (one - middle) - one
    return np.stack([added.real, added.imag], axis=-1)


def _steadied(whole: Array32, seen: NDArray[np.intp], size: Array32) -> Array32:
    """T×478×2: without its tremor, at the speed of real motion. `size`: T px, the eye distance."""
    steady = _smoothed(whole, seen, STILL_FRAMES)
    left = np.zeros_like(whole)
    left[seen] = (whole - steady)[seen]
    lag = np.mean(left**2, axis=(1, 2)) * 2 / size**2
    return np.asarray(steady + left * (lag / (lag + TREMOR**2))[:, None, None], dtype=np.float32)


def _quick() -> NDArray[np.intp]:
    rims = [aperture.upper for aperture in (MOUTH, *(eye.aperture for eye in EYES))]
    rims += [aperture.lower for aperture in (MOUTH, *(eye.aperture for eye in EYES))]
    return np.asarray(np.unique(np.concatenate([*rims, OUTER_LIPS, np.arange(468, 478)])), dtype=np.intp)


def _smoothed(field: Array32, seen: NDArray[np.intp], sigma: float) -> Array32:
    """T×N×2: Gaussian means over the seen rows; where none is near, the nearest one's."""
    result = np.empty_like(field)
    for row in range(len(field)):
        near = seen[np.abs(seen - row) <= np.ceil(3 * sigma)]
        if near.size == 0:
            near = seen[np.abs(seen - row).argmin()][None]
        weight = np.exp(-0.5 * ((near - row) / sigma) ** 2) + 1e-9
        result[row] = np.tensordot(weight / weight.sum(), field[near], 1)
    return result


@dataclass(frozen=True)
class Spread:
    """How values on the 478 landmarks go to V vertices: sparse weights."""

    landmark: NDArray[np.intp]
    """V×NEIGHBOURS."""
    weight: Array
    """V×NEIGHBOURS, rows sum to 1."""

    def __call__(self, values: Array | Array32) -> Array:
        """V×C of 478×C."""
        return np.asarray(np.einsum("vn,vnc->vc", self.weight, values[self.landmark]))


def spread(model: FaceModel, chosen: NDArray[np.intp]) -> Spread:
    """Each chosen vertex takes the nearest landmarks' values, by inverse squared distance; a landmark its own."""
    vertices = np.asarray(model.mean, dtype=np.float64)
    landmarks = model.landmarks(vertices)[:468]
    nearest = np.empty((len(chosen), NEIGHBOURS), dtype=np.intp)
    weight = np.empty((len(chosen), NEIGHBOURS))
    for index, vertex in enumerate(vertices[chosen]):
        squared = np.sum((landmarks - vertex) ** 2, axis=1)
        nearest[index] = np.argpartition(squared, NEIGHBOURS)[:NEIGHBOURS]
        # 10 µm: below that a vertex is the landmark
        weight[index] = 1 / (squared[nearest[index]] + 1e-10)
    return Spread(nearest, weight / weight.sum(axis=1, keepdims=True))
