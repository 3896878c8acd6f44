"""How much of each pixel on the silhouette the mesh covers, from samples finer than pixels there and nowhere else."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from .bands import in_bands
from .spans import cut, ranges

ROWS = COLUMNS = 8
"""Sample points in a pixel, down and across: a byte holds a row of them."""
_FROM = np.array([0xFF >> first & 0xFF for first in range(COLUMNS + 1)], dtype=np.uint8)
"""The samples from one on."""
_BITS = np.array([bin(byte).count("1") for byte in range(256)], dtype=np.float32)


def silhouette_coverage(x: Array, y: Array, seen: NDArray[np.bool_]) -> Array32:
    """H×W coverage, 0–1, of F triangles (corners 3×F, px in this image) that hold the pixel centres `seen` (H×W).

    1 inside and 0 outside; sampled on pixels with both seen and unseen ones among their neighbours. A sliver that
    passes between centres further out than that isn't noticed.
    """
    coverage = seen.astype(np.float32)
    if not seen.size:
        return coverage
    mask, square = seen.view(np.uint8), np.ones((3, 3), np.uint8)
    # the frame's border is no silhouette: cv2 ignores what lies beyond it
    edge = np.asarray(cv2.dilate(mask, square) != cv2.erode(mask, square))
    near = _touches(x, y, edge)
    x, y = np.take(x, near, axis=1), np.take(y, near, axis=1)

    def sample(rows: slice) -> None:
        here = np.flatnonzero((y.max(axis=0) > rows.start) & (y.min(axis=0) < rows.stop))
        local = np.take(y, here, axis=1) - rows.start
        coverage[rows][edge[rows]] = _sampled(np.take(x, here, axis=1), local, edge[rows])

    in_bands(sample, seen.shape)
    return coverage


def _touches(x: Array, y: Array, edge: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Indices of the triangles whose bounding box has a pixel of `edge` in it."""
    total = cv2.integral(edge.view(np.uint8)).ravel()
    height, width = edge.shape
    u0, u1 = (np.clip(end, 0, width).astype(np.intp) for end in (x.min(axis=0), x.max(axis=0) + 1))
    v0, v1 = (np.clip(end, 0, height).astype(np.intp) * (width + 1) for end in (y.min(axis=0), y.max(axis=0) + 1))
    inside = np.take(total, v1 + u1) - np.take(total, v0 + u1) - np.take(total, v1 + u0) + np.take(total, v0 + u0)
    return np.flatnonzero(inside)


def _sampled(x: Array, y: Array, edge: NDArray[np.bool_]) -> Array32:
    """Covered share of each pixel of `edge`, in flat order."""
    height, width = edge.shape
    spans = cut(x * COLUMNS, y * ROWS, height * ROWS, width * COLUMNS)
    # a span's pixels of `edge` follow each other in flat order: the first one, and the one after the last
    before = np.zeros(edge.size + 1, dtype=np.intp)
    np.cumsum(edge, out=before[1:])
    flat = spans.row // ROWS * width
    first = np.take(before, flat + spans.first // COLUMNS)
    after = np.take(before, flat + (spans.stop + COLUMNS - 1) // COLUMNS)
    some = np.flatnonzero((after > first) & (spans.stop > spans.first))
    start, stop, row, first, after = (np.take(v, some) for v in (spans.first, spans.stop, spans.row, first, after))
    item, pixel = ranges(first, after - first)
    column = np.take(np.flatnonzero(edge) % width, pixel) * COLUMNS
    bits = np.take(_FROM, np.maximum(np.take(start, item) - column, 0))
    bits &= ~np.take(_FROM, np.minimum(np.take(stop, item) - column, COLUMNS))
    covered = np.zeros(np.count_nonzero(edge) * ROWS, dtype=np.uint8)
    np.bitwise_or.at(covered, pixel * ROWS + np.take(row % ROWS, item), bits)
    return np.asarray(_BITS[covered].reshape(-1, ROWS).sum(axis=1) / (ROWS * COLUMNS), dtype=np.float32)
