"""How much of each pixel on the silhouette the mesh covers, from samples finer than pixels there and nowhere else."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from .spans import cut, ranges

ROWS = 8
"""Sample rows in a pixel."""
COLUMNS = 16
"""Sample columns in a pixel; they cost nothing, spans are merged by their ends."""


def silhouette_coverage(
    pixels: Array,
    triangles: NDArray[np.int32],
    chosen: NDArray[np.intp],
    seen: NDArray[np.intp],
    shape: tuple[int, int],
) -> Array32:
    """H×W coverage, 0–1, of the chosen triangles (V×2 px in this image), whose pixel centres are `seen` (flat indices).

    1 inside and 0 outside; sampled on pixels with both seen and unseen ones among their neighbours. A sliver that
    passes between centres further out than that isn't noticed.
    """
    mask = np.zeros(shape, dtype=np.uint8)
    mask.ravel()[seen] = 1
    if mask.size == 0:
        return mask.astype(np.float32)
    # the image's border is no silhouette: outside it, cv2 repeats neither class
    edge = np.asarray(cv2.dilate(mask, np.ones((3, 3), np.uint8)) != cv2.erode(mask, np.ones((3, 3), np.uint8)))
    coverage = mask.astype(np.float32)
    if edge.any():
        near = chosen[_touches(pixels, triangles[chosen], edge)]
        coverage[edge] = _sampled(pixels, triangles, near, edge)
    return coverage


def _touches(pixels: Array, triangles: NDArray[np.int32], edge: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """F: the triangle's bounding box has a pixel of `edge` in it."""
    total = cv2.integral(edge.view(np.uint8))
    limit = (edge.shape[1], edge.shape[0])
    corners = pixels[triangles]
    u0, v0 = np.clip(np.floor(corners.min(axis=1)), 0, limit).astype(np.intp).T
    u1, v1 = np.clip(np.ceil(corners.max(axis=1)), 0, limit).astype(np.intp).T
    return np.asarray(total[v1, u1] - total[v0, u1] - total[v1, u0] + total[v0, u0] > 0)


def _sampled(pixels: Array, triangles: NDArray[np.int32], near: NDArray[np.intp], edge: NDArray[np.bool_]) -> Array32:
    """Covered share of each pixel of `edge`, in flat order: spans begin and end between samples, and a running sum of
    beginnings less ends is positive where at least one covers the sample."""
    height, width = edge.shape
    index = np.full(edge.shape, -1, dtype=np.intp)
    index[edge] = np.arange(np.count_nonzero(edge))
    spans = cut(pixels[:, 0] * COLUMNS, pixels[:, 1] * ROWS, triangles, near, height * ROWS)
    ends = np.stack([np.minimum(spans.long, spans.short), np.maximum(spans.long, spans.short)])
    start, stop = np.clip(np.ceil(ends - 0.5), 0, width * COLUMNS).astype(np.intp)
    item, step = ranges(np.where(stop > start, (stop - 1) // COLUMNS - start // COLUMNS + 1, 0))
    column = start[item] // COLUMNS + step
    pixel = index[spans.row[item] // ROWS, column]
    item, column, pixel = item[pixel >= 0], column[pixel >= 0], pixel[pixel >= 0]
    line = (pixel * ROWS + spans.row[item] % ROWS) * (COLUMNS + 1)
    size = (int(index.max()) + 1) * ROWS * (COLUMNS + 1)
    begins = np.bincount(line + np.maximum(start[item] - column * COLUMNS, 0), minlength=size)
    finishes = np.bincount(line + np.minimum(stop[item] - column * COLUMNS, COLUMNS), minlength=size)
    covered = np.cumsum((begins - finishes).reshape(-1, ROWS, COLUMNS + 1), axis=2)[:, :, :COLUMNS] > 0
    return np.asarray(covered.mean(axis=(1, 2)), dtype=np.float32)
