"""Thin-plate splines from one set of points to several at once, smoothed (Bookstein 1989; Wahba 1990)."""

from dataclasses import dataclass

import cv2
import numpy as np

from ..conventions import Array, Array32
from ..raster.windows import Window

STEP = 4
"""px between the nodes at which a window's values are evaluated; between them they are interpolated."""


@dataclass(frozen=True)
class Spline:
    """Values of N points, M each, carried on smoothly over the plane."""

    points: Array
    """N×2."""
    bends: Array
    """N×M."""
    affine: Array
    """3×M."""

    def __call__(self, places: Array) -> Array:
        """P×M at P×2 places."""
        return np.asarray(_kernel(places, self.points) @ self.bends + _corners(places) @ self.affine)

    def over(self, window: Window) -> Array32:
        """H×W×M at the centres of a window's pixels."""
        u0, v0, u1, v1 = window
        u, v = (np.arange(-1, -(-length // STEP) + 1) * STEP + STEP / 2 for length in (u1 - u0, v1 - v0))
        nodes = np.stack(np.meshgrid(u0 + u, v0 + v), axis=-1)
        values = self(nodes.reshape(-1, 2)).reshape(*nodes.shape[:2], -1).astype(np.float32)
        fine = cv2.resize(values, None, fx=STEP, fy=STEP, interpolation=cv2.INTER_LINEAR)
        return np.asarray(fine.reshape(*fine.shape[:2], -1)[STEP : STEP + v1 - v0, STEP : STEP + u1 - u0])


def spline(points: Array, values: Array, smoothing: float) -> Spline:
    """Through `values` (N×M) at `points` (N×2), or near them: `smoothing` is that of points a unit apart."""
    count = len(points)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = _kernel(points, points) + smoothing * np.eye(count)
    system[:count, count:] = _corners(points)
    system[count:, :count] = system[:count, count:].T
    found = np.linalg.solve(system, np.concatenate([values, np.zeros((3, values.shape[1]))]))
    return Spline(points, found[:count], found[count:])


def _kernel(places: Array, points: Array) -> Array:
    squared = np.sum((places[:, None] - points) ** 2, axis=2)
    return np.asarray(squared * np.log(np.maximum(squared, 1e-12)))


def _corners(places: Array) -> Array:
    return np.column_stack([places, np.ones(len(places))])
