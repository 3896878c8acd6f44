"""What fits a model to the very pixels: a smooth correction from the fitted landmarks to the detected ones."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..face.model import FaceModel
from ..fit.result import Fit
from ..landmarks.places import EYES, MOUTH, OUTER_LIPS
from ..landmarks.track import LandmarkTrack

STILL_FRAMES = 2.0
"""Standard deviation in time, frames, of the corrections' smoothing."""
QUICK_FRAMES = 0.7
"""The same on lips, lids and irises, where a lagging correction would show."""
NEIGHBOURS = 4


def corrections(marks: FaceModel, fit: Fit, track: LandmarkTrack) -> Array32:
    """T×478×2 px: detected less fitted landmarks, smoothed in time; unseen frames take their neighbours'.

    `marks`: a model whose vertices are the landmarks (geometry.landmarks_only).
    """
    seen = np.flatnonzero(fit.visible & track.visible)
    field = np.zeros((len(fit), *track.points.shape[1:]), dtype=np.float32)
    for row in seen:
        shape = marks.shape(fit.identity, fit.expression[row], fit.gaze[row])
        field[row] = track.points[row] - fit.project(shape, row)
    if seen.size == 0:
        return field
    quick = _quick()
    still = np.setdiff1d(np.arange(field.shape[1]), quick)
    field[:, still] = _smoothed(field[:, still], seen, STILL_FRAMES)
    field[:, quick] = _smoothed(field[:, quick], seen, QUICK_FRAMES)
    return field


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
