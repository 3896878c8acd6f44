"""Triangles cut into horizontal spans: the rasteriser's scanlines, vectorised."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array


@dataclass(frozen=True)
class Spans:
    """N spans: where rows of sample points cross triangles. Corners are sorted top, middle, bottom."""

    triangle: NDArray[np.intp]
    """N: index of the triangle."""
    row: NDArray[np.intp]
    """N."""
    long: Array
    """N: where the row crosses the edge top–bottom, in columns."""
    short: Array
    """N: where it crosses top–middle or middle–bottom."""
    corners: NDArray[np.int32]
    """N×3 vertices, sorted."""
    order: NDArray[np.intp]
    """N×3: which corner of the triangle each sorted one is."""
    along_long: Array
    """N, 0–1 from top to bottom."""
    along_short: Array
    """N, 0–1 down the short edge."""
    upper: NDArray[np.bool_]
    """N: the short edge is top–middle."""

    def inverse_depths(self, inverse_depth: Array) -> tuple[Array, Array]:
        """1/z at the crossings of the long and of the short edge; it is linear in the image."""
        top, middle, bottom = inverse_depth[self.corners].T
        start, end = np.where(self.upper, top, middle), np.where(self.upper, middle, bottom)
        return top + self.along_long * (bottom - top), start + self.along_short * (end - start)

    def screen_weights(self, span: NDArray[np.intp], along: Array) -> Array:
        """M×3 barycentric weights in the image, of the sorted corners, at `along` (M, 0: long edge, 1: short edge)."""
        far, near, upper = self.along_long[span], self.along_short[span], self.upper[span]
        middle = along * np.where(upper, near, 1 - near)
        bottom = (1 - along) * far + along * np.where(upper, 0.0, near)
        return np.stack([1 - middle - bottom, middle, bottom], axis=1)


def cut(x: Array, y: Array, triangles: NDArray[np.int32], chosen: NDArray[np.intp], rows: int) -> Spans:
    """Spans of the chosen triangles (indices) over rows 0 … rows−1, whose sample points lie at row + 0.5.

    A row belongs to a triangle from its topmost point (included) to its lowest (not), the rule's vertical half.
    """
    heights = y[triangles[chosen]]
    first = np.clip(np.ceil(heights.min(axis=1) - 0.5), 0, rows).astype(np.intp)
    last = np.clip(np.ceil(heights.max(axis=1) - 0.5), 0, rows).astype(np.intp)
    crossed = last > first
    chosen, heights, first, count = chosen[crossed], heights[crossed], first[crossed], (last - first)[crossed]
    order = np.argsort(heights, axis=1, kind="stable")
    corners = np.take_along_axis(triangles[chosen], order, axis=1)
    item, step = ranges(count)
    row = first[item] + step
    return _crossings(x, y, corners[item], order[item], chosen[item], row)


def _crossings(
    x: Array,
    y: Array,
    corners: NDArray[np.int32],
    order: NDArray[np.intp],
    triangle: NDArray[np.intp],
    row: NDArray[np.intp],
) -> Spans:
    top, middle, bottom = corners.T
    level = row + 0.5
    upper = level < y[middle]
    start, end = np.where(upper, top, middle), np.where(upper, middle, bottom)
    along_long = (level - y[top]) / (y[bottom] - y[top])
    along_short = (level - y[start]) / (y[end] - y[start])
    long = x[top] + along_long * (x[bottom] - x[top])
    short = x[start] + along_short * (x[end] - x[start])
    return Spans(triangle, row, long, short, corners, order, along_long, along_short, upper)


def expand(one_end: Array, other_end: Array, columns: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """(span, column) of every sample point (column + 0.5) between the ends: the left one included, the right one not."""
    left, right = np.minimum(one_end, other_end), np.maximum(one_end, other_end)
    first = np.clip(np.ceil(left - 0.5), 0, columns).astype(np.intp)
    last = np.clip(np.ceil(right - 0.5), 0, columns).astype(np.intp)
    span, step = ranges(last - first)
    return span, first[span] + step


def ranges(count: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Each item repeated `count` times: (item, 0 … count−1)."""
    item = np.repeat(np.arange(len(count)), count)
    return item, np.arange(len(item)) - np.repeat(np.cumsum(count) - count, count)
