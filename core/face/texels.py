"""A model's texture, texel by texel: which vertices it belongs to, where it lies on the mean head, how hollow it is."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from .brushes import FRACTION_BITS, fixed
from .model import FaceModel
from .surface import vertex_normals


class Texels:
    """A texture of size×size texels over a model; texels beside the layout take after the nearest one on it."""

    def __init__(self, model: FaceModel, size: int) -> None:
        self.size = size
        pixels = model.uv[model.uv_triangles].astype(np.float64) * [size, -size] + [0, size]
        drawn = np.full((size, size), -1, dtype=np.float32)
        for index, corners in enumerate(fixed(pixels)):
            cv2.fillConvexPoly(drawn, corners, float(index), cv2.LINE_8, FRACTION_BITS)
        _, label = cv2.distanceTransformWithLabels(
            (drawn < 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
        )
        owner = np.zeros(int(label.max()) + 1, dtype=np.intp)
        owner[label[drawn >= 0]] = np.flatnonzero(drawn.ravel() >= 0)
        nearest = owner[label].ravel()
        self.triangle = drawn.ravel()[nearest].astype(np.intp).reshape(size, size)
        """size×size."""
        self._corners = model.triangles[self.triangle.ravel()]
        self._weights = _weights(pixels[self.triangle.ravel()], nearest, size)

    def at(self, values: Array | Array32) -> Array32:
        """size×size×C of vertex values (V×C)."""
        narrow = np.asarray(values, dtype=np.float32)
        out = narrow[self._corners[:, 0]] * self._weights[:, :1]
        for corner in (1, 2):
            out += narrow[self._corners[:, corner]] * self._weights[:, corner, None]
        return np.asarray(out.reshape(self.size, self.size, -1))


def _weights(corners: Array, place: NDArray[np.intp], size: int) -> Array32:
    """N×3 barycentric weights of texels (flat index) in their triangles (N×3×2), clipped into them."""
    at = np.stack([place % size, place // size], axis=1) + 0.5
    a, b, c = np.moveaxis(corners, 1, 0)
    whole = _cross(b - a, c - a)
    whole = np.where(np.abs(whole) < 1e-9, 1.0, whole)
    first, second = _cross(b - at, c - at) / whole, _cross(c - at, a - at) / whole
    weights = np.clip(np.stack([first, second, 1 - first - second], axis=1), 0, None)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float32)


def _cross(a: Array, b: Array) -> Array:
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])


def hollowness(vertices: Array, triangles: NDArray[np.int32], rounds: int) -> Array:
    """V: how far, in edge lengths, the surface around a vertex (over so many rounds of averaging) rises above it.

    Above 0 in folds and pits, where less of the sky is seen; below 0 on ridges.
    """
    ends = np.unique(np.concatenate([triangles[:, [a, b]] for a, b in ((0, 1), (1, 2), (2, 0))]), axis=0)
    ends = np.unique(np.concatenate([ends, ends[:, ::-1]]), axis=0)
    count = np.maximum(np.bincount(ends[:, 0], minlength=len(vertices)), 1)[:, None]

    def around(values: Array) -> Array:
        return np.asarray(_summed(ends[:, 0], values[ends[:, 1]], len(vertices)) / count)

    smooth = vertices
    for _ in range(rounds):
        smooth = (smooth + around(smooth)) / 2
    edge = np.linalg.norm(vertices[ends[:, 0]] - vertices[ends[:, 1]], axis=1)[:, None]
    length = around(_summed(ends[:, 0], edge, len(vertices)) / count)[:, 0] * np.sqrt(rounds)
    rise = np.sum((smooth - vertices) * vertex_normals(vertices, triangles), axis=1)
    return np.asarray(rise / np.maximum(length, 1e-9))


def _summed(index: NDArray[np.int32], values: Array, count: int) -> Array:
    """count×C: sums of values (N×C) with the same index (N)."""
    return np.asarray(np.stack([np.bincount(index, column, count) for column in values.T], axis=1))
