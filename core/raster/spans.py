"""Triangles cut into horizontal spans: the rasteriser's scanlines, vectorised."""

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array

_ORDER = np.zeros((27, 3), dtype=np.intp)
for _rank in permutations(range(3)):
    _ORDER[np.dot(_rank, (9, 3, 1))] = np.argsort(_rank)


@dataclass(frozen=True)
class Spans:
    """N spans: where rows of sample points cross triangles, whose corners are sorted top, middle, bottom."""

    triangle: NDArray[np.intp]
    """N: which of the triangles given."""
    row: NDArray[np.intp]
    """N."""
    long: Array
    """N: where the row crosses the edge top–bottom, in columns."""
    short: Array
    """N: where it crosses top–middle or middle–bottom."""
    along_long: Array
    """N, 0–1 from top to bottom."""
    along_short: Array
    """N, 0–1 down the short edge."""
    upper: NDArray[np.bool_]
    """N: the short edge is top–middle."""
    order: NDArray[np.intp]
    """3×F: which corner of each triangle given is its top, middle, bottom."""

    def at_ends(self, corner_values: Array) -> tuple[Array, Array]:
        """What is linear in the image (3×F at the triangles' corners), at the long and at the short ends (N each)."""
        ordered = np.take_along_axis(corner_values, self.order, axis=0)
        top, middle, bottom = (np.take(values, self.triangle) for values in ordered)
        start, end = np.where(self.upper, top, middle), np.where(self.upper, middle, bottom)
        return top + self.along_long * (bottom - top), start + self.along_short * (end - start)

    def weights(self, span: NDArray[np.intp], along: Array) -> tuple[Array, Array, Array]:
        """Barycentric weights in the image, of top, middle and bottom, at `along` (0: long end, 1: short end)."""
        far, near, upper = self.along_long[span], self.along_short[span], self.upper[span]
        middle = along * np.where(upper, near, 1 - near)
        bottom = (1 - along) * far + along * np.where(upper, 0.0, near)
        return 1 - middle - bottom, middle, bottom


def cut(x: Array, y: Array, rows: int) -> Spans:
    """Spans of F triangles (corners 3×F, in columns and rows) over rows 0 … rows−1, whose sample points lie at +0.5.

    A row belongs to a triangle from its topmost point (included) to its lowest (not): the fill rule's vertical half.
    """
    order = _ORDER[9 * (y[1] < y[0]) + 9 * (y[2] < y[0]) + 3 * (y[0] <= y[1]) + 3 * (y[2] < y[1])
                   + (y[0] <= y[2]).astype(np.intp) + (y[1] <= y[2])].T  # fmt: skip
    x, y = np.take_along_axis(x, order, axis=0), np.take_along_axis(y, order, axis=0)
    first = np.clip(np.ceil(y[0] - 0.5), 0, rows).astype(np.intp)
    last = np.clip(np.ceil(y[2] - 0.5), 0, rows).astype(np.intp)
    triangle, step = ranges(last - first)
    row = np.take(first, triangle) + step
    upper = row + 0.5 < np.take(y[1], triangle)
    flat = triangle + np.where(upper, 0, len(order[0]))  # the short edge starts at the top corner or at the middle one
    long, along_long = _cross((x[0], y[0]), (x[2], y[2]), triangle, row)
    short, along_short = _cross((x[:2].ravel(), y[:2].ravel()), (x[1:].ravel(), y[1:].ravel()), flat, row)
    return Spans(triangle, row, long, short, along_long, along_short, upper, order)


def _cross(
    upper: tuple[Array, Array], lower: tuple[Array, Array], edge: NDArray[np.intp], row: NDArray[np.intp]
) -> tuple[Array, Array]:
    """Columns where rows cross edges (given by the x and y of their ends), and how far down these (0–1)."""
    x, y = np.take(upper[0], edge), np.take(upper[1], edge)
    along = (row + 0.5 - y) / (np.take(lower[1], edge) - y)
    return x + along * (np.take(lower[0], edge) - x), along


def expand(one_end: Array, other_end: Array, columns: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """(span, column) of each sample point (column + 0.5) from the left end (included) to the right one (not)."""
    left, right = np.minimum(one_end, other_end), np.maximum(one_end, other_end)
    first = np.clip(np.ceil(left - 0.5), 0, columns).astype(np.intp)
    last = np.clip(np.ceil(right - 0.5), 0, columns).astype(np.intp)
    span, step = ranges(last - first)
    return span, np.take(first, span) + step


def ranges(count: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Each item repeated `count` times: (item, 0 … count−1)."""
    item = np.repeat(np.arange(len(count)), count)
    return item, np.arange(len(item)) - np.take(np.cumsum(count) - count, item)
