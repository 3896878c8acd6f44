"""The openings of the face (mouth, eyes) in the image: which pixels they cover and how one maps to another."""

from dataclasses import dataclass
from functools import cache, cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..easing import smoothstep
from ..landmarks.places import Aperture
from ..raster.cpu import interpolate, rasterise
from ..raster.windows import Window, pixel_centres
from .grid import extend

ALONG = 33
"""Samples from corner to corner."""
SUPERSAMPLES = 8
"""Samples a pixel, each way, of the coverage."""


@dataclass(frozen=True)
class Rims:
    """Both rims of an opening, N×2 px each, densely sampled from corner to corner."""

    upper: Array
    lower: Array

    @cached_property
    def contour(self) -> Array:
        return np.concatenate([self.upper, self.lower[::-1]])

    @property
    def area(self) -> float:
        """px²; where the rims cross, the crossed part counts as none."""
        width = np.linalg.norm(np.diff((self.upper + self.lower) / 2, axis=0), axis=1)
        gap = self.gaps
        return float(np.sum(width * (gap[1:] + gap[:-1]) / 2))

    @cached_property
    def gaps(self) -> Array:
        """N px: the opening's height along it, in the direction across the line between the corners; never negative."""
        return np.maximum((self.lower - self.upper) @ self.down, 0.0)

    @cached_property
    def down(self) -> Array:
        """2: the unit vector from the upper to the lower rim, across the line between the corners."""
        along = self.upper[-1] - self.upper[0]
        across = np.array([-along[1], along[0]]) / max(float(np.linalg.norm(along)), 1e-6)
        return np.asarray(across)


def rims(landmarks: Array, aperture: Aperture) -> Rims:
    """The rims on landmarks (478×2 px), rounded by a spline through them."""
    return Rims(_spline(landmarks[aperture.upper]), _spline(landmarks[aperture.lower]))


def _spline(points: Array) -> Array:
    """ALONG×2 on the Catmull–Rom spline through N points."""
    return np.asarray(_basis(len(points)) @ points)


@cache
def _basis(count: int) -> Array:
    """ALONG×N: what each of N points weighs at evenly spaced places on the spline through them."""
    points = np.eye(count)
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    place = np.linspace(0, count - 1, ALONG)
    index = np.minimum(place.astype(int), count - 2)
    t = (place - index)[:, None]
    a, b, c, d = (padded[index + k] for k in range(4))
    return np.asarray(b + t * ((c - a) + t * ((2 * a - 5 * b + 4 * c - d) + t * (3 * (b - c) + d - a))) / 2)


def coverage(contour: Array, window: Window) -> Array32:
    """H×W, 0–1: how much of each pixel of the window a closed contour (N×2 px) covers."""
    u0, v0, u1, v1 = window
    mask = np.zeros(((v1 - v0) * SUPERSAMPLES, (u1 - u0) * SUPERSAMPLES), dtype=np.uint8)
    # fillPoly puts sample centres at whole numbers and takes 1/16 steps
    corners = np.round(((contour - (u0, v0)) * SUPERSAMPLES - 0.5) * 16).astype(np.int32)
    cv2.fillPoly(mask, [corners], 255, shift=4)
    return np.asarray(cv2.resize(mask, (u1 - u0, v1 - v0), interpolation=cv2.INTER_AREA), dtype=np.float32) / 255


@dataclass(frozen=True)
class Chart:
    """Coordinates of an opening, px: along the line from its first corner to the other, and below that line."""

    rim: Rims

    @cached_property
    def along_axis(self) -> Array:
        down = self.rim.down
        return np.array([down[1], -down[0]])

    @property
    def width(self) -> float:
        """Px between the corners."""
        return float((self.rim.upper[-1] - self.rim.upper[0]) @ self.along_axis)

    def place(self, points: Array32) -> tuple[Array32, Array32]:
        """Along (H×W px) and below the line between the corners (H×W px) of H×W×2 px."""
        local = points - self.rim.upper[0].astype(np.float32)
        return local @ self.along_axis.astype(np.float32), local @ self.rim.down.astype(np.float32)

    def point(self, along: Array32, below: Array32) -> Array32:
        """H×W×2 px: the inverse of `place`."""
        axes = self.along_axis.astype(np.float32), self.rim.down.astype(np.float32)
        origin = self.rim.upper[0].astype(np.float32)
        return np.asarray(origin + along[..., None] * axes[0] + below[..., None] * axes[1], dtype=np.float32)

    def heights(self, along: Array32) -> tuple[Array32, Array32]:
        """Where the upper and the lower rim lie (H×W px below the corners' line) at a place along."""
        upper, lower = (self._height(points, along) for points in (self.rim.upper, self.rim.lower))
        return upper, lower

    def middle(self) -> Array:
        """N px along: the points halfway between the rims."""
        return np.asarray(((self.rim.upper + self.rim.lower) / 2 - self.rim.upper[0]) @ self.along_axis)

    def _height(self, points: Array, along: Array32) -> Array32:
        local = points - self.rim.upper[0]
        place = local @ self.along_axis
        order = np.argsort(place)
        return np.asarray(np.interp(along, place[order], (local @ self.rim.down)[order]), dtype=np.float32)


def opening(rim: Rims, window: Window, soft: float = 0.0, least: float = 0.2) -> Array32:
    """H×W, 0–1: how much of each pixel lies between the rims; none where they all but meet (`least` px).

    `soft`: px inside the rims over which it sets in, as a lens blurs an edge.
    """
    chart = Chart(rim)
    along, below = chart.place(pixel_centres(window))
    upper, lower = chart.heights(along)
    # a filled polygon has its outline drawn, so that even one without area leaves a hair line
    between = coverage(rim.contour, window) * smoothstep((lower - upper - np.float32(least)) / np.float32(3 * least))
    if soft == 0:
        return between
    return between * smoothstep(np.minimum(below - upper, lower - below) / np.float32(soft) + np.float32(0.25))


def carry_along(here: Chart, there: Chart, along: Array32) -> Array32:
    """H×W px: the place along `there` that is the same share of the way between corners as `along` is `here`."""
    source, target = here.middle(), there.middle()
    order = np.argsort(source)
    return np.asarray(np.interp(along, source[order], target[order]), dtype=np.float32)


def sheet_lookup(here: Array, there: Array, window: Window) -> tuple[Array32, Array32, Array32]:
    """Carry a sheet of contours `here` (R×N×2 px) to `there`.

    Returns H×W×2 px places, H×W 0–1 from first to last contour, and H×W 0 or 1: where the sheet is; beside it, places
    go on as at its nearest pixel.
    """
    values, seen = _carried(here, there, window)
    values = extend(values, seen)
    return pixel_centres(window) + values[..., :2], values[..., 2], seen.astype(np.float32)


def _carried(here: Array, there: Array, window: Window) -> tuple[Array32, NDArray[np.bool_]]:
    """H×W×3: offsets from sheet `here` (R×N×2 px) to `there` and the place from first to last row, 0–1; and where."""
    rows, columns = here.shape[:2]
    vertices = here.reshape(-1, 2)
    triangles = _grid_triangles(rows, columns)
    fragments = rasterise(vertices, np.ones(len(vertices)), triangles, window[2], window[3], window=window, edges=False)
    place = np.repeat(np.linspace(0.0, 1.0, rows), columns)
    values = interpolate(fragments, triangles, np.column_stack([there.reshape(-1, 2) - vertices, place]))
    return values, fragments.seen


def _grid_triangles(rows: int, columns: int) -> NDArray[np.int32]:
    first = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    quads = np.stack([first, first + 1, first + columns, first + columns + 1], axis=1)
    return np.asarray(np.concatenate([quads[:, [0, 2, 1]], quads[:, [1, 2, 3]]]), dtype=np.int32)


def closed_spline(points: Array) -> Array:
    """(4N + 1)×2 on a closed Catmull–Rom spline through N points; the last is the first."""
    a, b, c, d = (np.roll(points, 1 - k, axis=0)[:, None] for k in range(4))
    t = np.linspace(0.0, 1.0, 4, endpoint=False)[:, None]
    curve = (b + t * ((c - a) + t * ((2 * a - 5 * b + 4 * c - d) + t * (3 * (b - c) + d - a))) / 2).reshape(-1, 2)
    return np.concatenate([curve, curve[:1]])
