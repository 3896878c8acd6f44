"""How much of each pixel on the silhouette the mesh covers, from samples finer than pixels there and nowhere else."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from .spans import cut, ranges

ROWS = COLUMNS = 8
"""Sample points in a pixel, down and across."""


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
    if edge.any():
        near = _touches(x, y, edge)
        coverage[edge] = _sampled(np.take(x, near, axis=1), np.take(y, near, axis=1), edge)
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
    """Covered share of each pixel of `edge`, in flat order.

    Spans begin and end between samples; a sample is covered where more have begun than ended.
    """
    height, width = edge.shape
    spans = cut(x * COLUMNS, y * ROWS, height * ROWS)
    ends = np.minimum(spans.long, spans.short), np.maximum(spans.long, spans.short)
    start, stop = (np.clip(np.ceil(end - 0.5), 0, width * COLUMNS).astype(np.intp) for end in ends)
    full = np.flatnonzero(stop > start)
    start, stop, row = start[full], stop[full], spans.row[full]
    # a span's pixels of `edge` follow each other in flat order: the first one, and how many
    before = np.concatenate([[0], np.cumsum(edge)])
    flat = row // ROWS * width
    first = np.take(before, flat + start // COLUMNS)
    item, step = ranges(np.take(before, flat + (stop - 1) // COLUMNS + 1) - first)
    pixel = np.take(first, item) + step
    column = np.take(np.nonzero(edge)[1], pixel) * COLUMNS
    line = (pixel * ROWS + np.take(row % ROWS, item)) * (COLUMNS + 1)
    size = np.count_nonzero(edge) * ROWS * (COLUMNS + 1)
    begun = np.bincount(line + np.maximum(np.take(start, item) - column, 0), minlength=size)
    ended = np.bincount(line + np.minimum(np.take(stop, item) - column, COLUMNS), minlength=size)
    # all that begins on a line ends on it, so one running sum serves all lines, and no line's last slot is covered
    covered = (np.cumsum(begun - ended) > 0).reshape(-1, ROWS * (COLUMNS + 1))
    return np.asarray(np.count_nonzero(covered, axis=1) / (ROWS * COLUMNS), dtype=np.float32)
