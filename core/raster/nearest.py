"""Which triangle is the nearest at each pixel: a depth buffer that holds triangles' numbers too."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from .spans import cut

BLOCK = 16
"""px: side of the squares whose farthest pixel tells what is hidden whole."""
NUMBER = 24
"""Bits of a closeness that give way to the triangle's number; what is left has more than a float32's."""


class Faces(NamedTuple):
    """F triangles in one image, none without area."""

    x: Array
    """3×F px in this image."""
    y: Array
    closeness: Array
    """3×F, 1/z at the corners; unlike z it is linear in the image."""

    def some(self, index: NDArray[np.intp]) -> "Faces":
        return Faces(*(np.take(values, index, axis=1) for values in self))

    def area(self) -> Array:
        """F: twice the area in the image; negative for fronts (v runs down, corners go counter-clockwise)."""
        x, y = self.x, self.y
        return np.asarray((x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0]))

    def plane(self, values: Array) -> tuple[Array, Array, Array]:
        """a, b, c (F each) of a·x + b·y + c, which is `values` (3×F) at the corners."""
        (x0, x1, x2), (y0, y1, y2), area = self.x, self.y, self.area()
        first, second = values[1] - values[0], values[2] - values[0]
        a = (first * (y2 - y0) - second * (y1 - y0)) / area
        b = (second * (x1 - x0) - first * (x2 - x0)) / area
        return a, b, values[0] - a * x0 - b * y0


def nearest(faces: Faces, shape: tuple[int, int]) -> tuple[NDArray[np.intp], Array]:
    """H×W number of the triangle seen at each pixel's centre of an image, F where none, and its closeness, else 0.

    Of triangles closer to each other than 2⁻²⁸ of their depth, the one with the greater number.
    """
    front = faces.area() < 0
    buffer = np.full(shape, len(front), dtype=np.int64)
    # the nearer fronts hide most of the backs and most of what is inside a head, which then needn't be drawn
    near = front & (faces.closeness[0] >= faces.closeness[0].mean(where=front)) if front.any() else front
    _draw(buffer, faces, np.flatnonzero(near))
    others = np.flatnonzero(~near)
    _draw(buffer, faces, others[~_hidden(buffer, faces.some(others))])
    return buffer & ((1 << NUMBER) - 1), (buffer >> NUMBER << NUMBER).view(np.float64)


def _draw(buffer: NDArray[np.int64], faces: Faces, numbers: NDArray[np.intp]) -> None:
    """Put triangles in the buffer (H×W): per pixel the greatest closeness, whose lowest bits are the triangle's number.

    Positive floats are ordered as their bits are. Spans go in by length, the first pixels of all, then the second
    ones: no list of pixels is made.
    """
    some, flat = faces.some(numbers), buffer.ravel()
    height, width = buffer.shape
    spans = cut(some.x, some.y, height, width)
    count = np.maximum(spans.stop - spans.first, 0)
    longer = len(count) - np.cumsum(np.bincount(count, minlength=1))[:-1]  # spans of more than 0, 1, 2 … pixels
    if not longer.size:
        return
    order = np.argsort(-count.astype(np.int16), kind="stable")[: longer[0]]
    triangle, row, column = (np.take(values, order) for values in (spans.triangle, spans.row, spans.first))
    step, down, base = (np.take(values, triangle) for values in some.plane(some.closeness))
    close = base + down * (row + 0.5) + step * (column + 0.5)
    place, number = row * width + column, np.take(numbers, triangle)
    bits = np.int64(-1 << NUMBER)
    for left in longer:
        key = close[:left].view(np.int64) & bits
        key |= number[:left]
        np.maximum.at(flat, place[:left], key)
        place[:left] += 1
        close[:left] += step[:left]


def _hidden(buffer: NDArray[np.int64], faces: Faces) -> NDArray[np.bool_]:
    """F: the triangle touches two blocks each way at most, and is behind all that the buffer (H×W) holds there."""
    height, width = buffer.shape
    rows, columns = -(-height // BLOCK), -(-width // BLOCK)
    padded = np.full((rows * BLOCK, columns * BLOCK), np.inf)
    padded[:height, :width] = buffer.view(np.float64)
    farthest = padded.reshape(rows, BLOCK, -1).min(axis=1).reshape(rows, columns, BLOCK).min(axis=2)
    u0, u1 = (_block(end, columns) for end in (faces.x.min(axis=0), faces.x.max(axis=0)))
    v0, v1 = (_block(end, rows) for end in (faces.y.min(axis=0), faces.y.max(axis=0)))
    corners = [farthest[v, u] for v in (v0, v1) for u in (u0, u1)]
    behind = faces.closeness.max(axis=0) < np.minimum.reduce(corners)
    return np.asarray(behind & (u1 - u0 < 2) & (v1 - v0 < 2))


def _block(place: Array, count: int) -> NDArray[np.intp]:
    return np.clip(place // BLOCK, 0, count - 1).astype(np.intp)
