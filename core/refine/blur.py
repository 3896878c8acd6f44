"""Motion blur: the plate shows its own; what moves more quickly than it did there is blurred by the difference.

A shutter that is open while a point goes along v spreads it evenly over v: variance v vᵀ / 12. The plate has that of
the old motion, so what is added is a spread of the variance that is missing; too much of it can't be undone.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import CV_PIXEL_CENTRE, Array, Array32
from ..easing import smoothstep
from ..face.model import FaceModel
from ..fit.result import Fit
from ..raster.windows import Window, around, intersect, pixel_centres, within
from .backward import Motion
from .grid import lengths

SEEN = (0.5, 1.0)
"""px: blur that is not seen, and that is added whole."""
CELL = 12
"""px between the places at which the landmarks' blur is worked out; in between it is interpolated."""
SPREAD = 0.06
"""Face sizes: how far a landmark's motion is felt."""
STEP = 1.5
"""px along the blur between samples."""
SKIN = 468
"""Landmarks before the irises, which lids and gaze take along."""


def speed_of(expression: Array, row: int) -> Array:
    """E weights a frame: how fast a shot's expression (T×E) changes in a row."""
    first, last = max(row - 1, 0), min(row + 1, len(expression) - 1)
    return np.asarray((expression[last] - expression[first]) / max(last - first, 1))


@dataclass(frozen=True)
class Smear:
    """By how much landmarks are to be blurred."""

    places: Array
    """N×2 px."""
    squares: Array
    """N×3 px²: squared extent, along u, v and their product (xx, yy, xy)."""
    size: float
    """px: the face's size."""


@dataclass(frozen=True)
class Pace:
    """How quickly a shot's face moves, and would move."""

    marks: FaceModel
    """Its vertices are the landmarks (geometry.landmarks_only)."""
    fit: Fit

    def smear(self, row: int, motion: Motion, expression: Array, speed: Array, shutter: float) -> Smear:
        """Of a row that takes on an expression (E weights) which changes by `speed` (E weights a frame)."""
        fit = self.fit
        first, last = self._beside(row)
        own = (fit.expression[last] - fit.expression[first]) / max(last - first, 1)
        was = shutter * self._way(row, fit.expression[row], own)
        goes = shutter * self._way(row, expression, speed)
        squares = [np.column_stack([way[:, 0] ** 2, way[:, 1] ** 2, way[:, 0] * way[:, 1]]) for way in (was, goes)]
        return Smear(motion.new_landmarks[: len(was)], squares[1] - squares[0], motion.size)

    def _way(self, row: int, expression: Array, speed: Array) -> Array:
        """SKIN×2 px a frame, of the landmarks: by the expression's change and by the head's motion."""
        fit, still = self.fit, np.zeros((2, 2))
        shapes = [self.marks.shape(fit.identity, expression + share * speed, still)[:SKIN] for share in (-0.5, 0, 0.5)]
        first, last = self._beside(row)
        head = (fit.project(shapes[1], last) - fit.project(shapes[1], first)) / max(last - first, 1)
        return np.asarray(fit.project(shapes[2], row) - fit.project(shapes[0], row) + head)

    def _beside(self, row: int) -> tuple[int, int]:
        """The rows before and after, as far as there are any that show the face."""
        known = self.fit.visible | self.fit.bridged
        first, last = max(row - 1, 0), min(row + 1, len(self.fit) - 1)
        return first if known[first] else row, last if known[last] else row


def blurred(pixels: Array32, window: Window, found: Smear) -> Array32:
    """H×W×3: a window of a frame, blurred where that is seen."""
    needed = found.places[lengths(reaches(found.squares)) > SEEN[0]]
    part = intersect(around(needed, 4 * SPREAD * found.size, window), window) if len(needed) else (0, 0, 0, 0)
    if part[2] <= part[0] or part[3] <= part[1]:
        return pixels
    along = reaches(_field(found, part))
    along *= smoothstep(lengths(along), *SEEN)[..., None]
    rows, columns = (np.flatnonzero(along.any(axis=(axis, 2))) for axis in (1, 0))
    if not len(rows):
        return pixels
    along = along[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    left, top = part[0] + int(columns[0]), part[1] + int(rows[0])
    part = (left, top, left + along.shape[1], top + along.shape[0])
    result = pixels.copy()
    result[within(part, window)] = _spread(pixels, pixel_centres(part) - np.array(window[:2], np.float32), along)
    return result


def _spread(pixels: Array32, centres: Array32, along: Array32) -> Array32:
    """H×W×3: means of a picture over lines (H×W×2 px) round places in it (H×W×2 px)."""
    count = int(np.ceil(float(lengths(along).max()) / STEP)) + 1
    total = np.zeros((*along.shape[:2], 3), dtype=np.float32)
    for share in (np.arange(count) + 0.5) / count - 0.5:
        place = centres + np.float32(share) * along - np.float32(CV_PIXEL_CENTRE)
        total += cv2.remap(pixels, place, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return total / np.float32(count)


def reaches(squares: Array | Array32) -> Array32:
    """…×2 px: the line on which squared extents (…×3) reach furthest, as long as they do; 0 where they are negative."""
    xx, yy, xy = np.moveaxis(np.asarray(squares, dtype=np.float32), -1, 0)
    half = (xx - yy) / 2
    radius = np.sqrt(half**2 + xy**2)
    length = np.sqrt(np.maximum((xx + yy) / 2 + radius, 0))
    turned = half / np.maximum(radius, np.float32(1e-12))  # cosine of twice the angle
    across, down = (np.sqrt(np.maximum(1 + sign * turned, 0) / 2) for sign in (1, -1))
    return np.stack([length * across, length * np.where(xy < 0, -down, down)], axis=-1)


def _field(found: Smear, window: Window) -> Array32:
    """H×W×3 px²: the landmarks' squares, spread over a window; they fade out beside the face."""
    across, down = (np.arange(window[k], window[k + 2] + CELL, CELL) for k in (0, 1))
    sigma = SPREAD * found.size
    by_column, by_row = _near(across, found.places[:, 0], sigma), _near(down, found.places[:, 1], sigma)
    weighed = np.einsum(
        "rn,cn,nk->rck", by_row, by_column, np.column_stack([found.squares, np.ones(len(found.places))])
    )
    coarse = (weighed[..., :3] / (weighed[..., 3:] + 0.5)).astype(np.float32)
    return _between(coarse, window)


def _near(cells: NDArray[np.int_], places: Array, sigma: float) -> Array:
    """C×N: weights of places at cells, along one axis."""
    return np.asarray(np.exp(-((cells[:, None] - places) ** 2) / (2 * sigma**2)))


def _between(coarse: Array32, window: Window) -> Array32:
    """H×W×C of values every CELL px from the window's corner."""
    centres = (pixel_centres(window) - np.array(window[:2], dtype=np.float32)) / np.float32(CELL)
    return np.asarray(cv2.remap(coarse, centres, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
