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
    """N spans: the sample points (at +0.5) of one row that one triangle holds; some are empty."""

    triangle: NDArray[np.intp]
    """N: which of the triangles given."""
    row: NDArray[np.intp]
    """N."""
    first: NDArray[np.intp]
    """N: first column."""
    stop: NDArray[np.intp]
    """N: the column after the last one."""


def cut(x: Array, y: Array, rows: int, columns: int) -> Spans:
    """Spans of F triangles (corners 3×F, in columns and rows) on a grid whose sample points lie at +0.5.

    A row belongs to a triangle from its topmost point (included) to its lowest (not), a column from the left edge
    (included) to the right one (not): the top-left rule.
    """
    x, y = _downwards(x, y)
    top, end = _inside(y[0], rows), _inside(y[2], rows)
    triangle, row = ranges(top, end - top)
    centre = row + 0.5
    # the short edge starts at the top corner or at the middle one
    lower = triangle + len(top) * (centre >= np.take(y[1], triangle))
    long = _cross((x[0], y[0]), (x[2], y[2]), triangle, centre)
    short = _cross((x[:2].ravel(), y[:2].ravel()), (x[1:].ravel(), y[1:].ravel()), lower, centre)
    ends = np.minimum(long, short), np.maximum(long, short)
    first, stop = (_inside(end, columns) for end in ends)
    return Spans(triangle, row, first, stop)


def _inside(place: Array, size: int) -> NDArray[np.intp]:
    """The first sample point at or after each place, 0 … size."""
    after = place - 0.5
    np.ceil(after, out=after)
    return np.asarray(np.clip(after, 0, size, out=after), dtype=np.intp)


def _downwards(x: Array, y: Array) -> tuple[Array, Array]:
    """Corners (3×F) sorted top, middle, bottom."""
    rank = 9 * (y[1] < y[0]) + 9 * (y[2] < y[0]) + 3 * (y[0] <= y[1]) + 3 * (y[2] < y[1])
    rank += (y[0] <= y[2]).astype(np.intp) + (y[1] <= y[2])
    place = np.take(_ORDER * x.shape[1], rank, axis=0).T + np.arange(x.shape[1])
    return np.take(x, place), np.take(y, place)


def _cross(upper: tuple[Array, Array], lower: tuple[Array, Array], edge: NDArray[np.intp], height: Array) -> Array:
    """Columns where heights cross edges (given by the x and y of their ends)."""
    down = lower[1] - upper[1]
    slope = (lower[0] - upper[0]) / np.where(down > 0, down, 1)  # a level edge is crossed by none
    across = height - np.take(upper[1], edge)
    across *= np.take(slope, edge)
    across += np.take(upper[0], edge)
    return across


def ranges(start: NDArray[np.intp], count: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Each item repeated `count` times, and start, start + 1 … beside it."""
    item = np.repeat(np.arange(len(count)), count)
    return item, np.arange(len(item)) + np.repeat(start - np.cumsum(count) + count, count)
