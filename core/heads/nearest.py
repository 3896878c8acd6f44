"""The places of a surface that lie nearest to many points at once, told apart by which way the surface faces."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from ..face.surface import facings

NEIGHBOURS = 6
"""Nearest vertices whose triangles are looked at."""
CHUNK = 1024
"""Points at a time."""


@dataclass(frozen=True)
class Places:
    """N places on a surface."""

    triangle: NDArray[np.intp]
    """N."""
    weights: Array
    """N×3 barycentric."""
    distance: Array
    """N, from the points they were looked for from."""
    facing: Array
    """N, −1 … 1: cosine between the surface's normal there and the point's."""

    def of(self, values: Array, triangles: NDArray[np.int32]) -> Array:
        """…×N×C: values of vertices (…×V×C) at the places."""
        corners = triangles[self.triangle]
        return np.asarray(sum(self.weights[:, k, None] * values[..., corners[:, k], :] for k in range(3)))


def nearest_places(
    points: Array, normals: Array, vertices: Array, triangles: NDArray[np.int32], turn_cost: float
) -> Places:
    """The places of a surface (V×3, F×3) nearest to points (N×3) with unit normals (N×3).

    `turn_cost`: the distance that weighs as much as facing at a right angle to the point's normal.
    """
    around, used = _triangles_around(triangles)
    corners = vertices[triangles]
    area = facings(corners)
    facing = area / np.maximum(np.linalg.norm(area, axis=1, keepdims=True), 1e-30)
    found = []
    for start in range(0, len(points), CHUNK):
        chunk = slice(start, start + CHUNK)
        point, normal = points[chunk], normals[chunk]
        candidate = around[_nearest_vertices(point, vertices[used])].reshape(len(point), -1)
        weights = _closest(point[:, None], corners[candidate])
        place = np.einsum("nkt,nktc->nkc", weights, corners[candidate])
        away2 = np.sum((place - point[:, None]) ** 2, axis=2)
        cosine = np.einsum("nkc,nc->nk", facing[candidate], normal)
        best = np.argmin(away2 + (turn_cost * (1 - cosine)) ** 2, axis=1)[:, None]
        chosen = [np.take_along_axis(values, best, axis=1)[:, 0] for values in (candidate, away2, cosine)]
        found.append((chosen[0], np.take_along_axis(weights, best[..., None], axis=1)[:, 0], *chosen[1:]))
    triangle, weights, away2, cosine = (np.concatenate(column) for column in zip(*found, strict=True))
    return Places(triangle, weights, np.sqrt(away2), cosine)


def _triangles_around(triangles: NDArray[np.int32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """U×K triangles of each vertex that has any, repeated to the same length, and those vertices (U)."""
    order = np.argsort(triangles.ravel(), kind="stable")
    used, first, count = np.unique(triangles.ravel()[order], return_index=True, return_counts=True)
    slot = first[:, None] + np.minimum(np.arange(count.max()), count[:, None] - 1)
    return order[slot] // 3, used.astype(np.intp)


def _nearest_vertices(points: Array, vertices: Array) -> NDArray[np.intp]:
    """N×NEIGHBOURS."""
    away = np.sum(vertices**2, axis=1) - 2 * points @ vertices.T
    return np.argpartition(away, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]


def _closest(points: Array, corners: Array) -> Array:
    """Barycentric weights (…×3) of the places on triangles (…×3×3) nearest to points (…×3)."""
    a, edges = corners[..., 0, :], corners[..., 1:, :] - corners[..., :1, :]
    to = points - a
    dots = np.einsum("...ic,...jc->...ij", edges, edges)
    along = np.einsum("...ic,...c->...i", edges, to)
    area = np.maximum(dots[..., 0, 0] * dots[..., 1, 1] - dots[..., 0, 1] ** 2, 1e-300)
    v = (dots[..., 1, 1] * along[..., 0] - dots[..., 0, 1] * along[..., 1]) / area
    w = (dots[..., 0, 0] * along[..., 1] - dots[..., 0, 1] * along[..., 0]) / area
    inside = np.stack([1 - v - w, v, w], axis=-1)
    options = [inside, *(_on_edge(points, corners, k) for k in range(3))]
    away = [np.sum((np.einsum("...t,...tc->...c", o, corners) - points) ** 2, axis=-1) for o in options]
    away[0] = np.where((inside >= 0).all(axis=-1), away[0], np.inf)
    best = np.argmin(away, axis=0)
    return np.asarray(np.take_along_axis(np.array(options), best[None, ..., None], axis=0)[0])


def _on_edge(points: Array, corners: Array, start: int) -> Array:
    a, b = corners[..., start, :], corners[..., (start + 1) % 3, :]
    edge = b - a
    share = np.sum((points - a) * edge, axis=-1) / np.maximum(np.sum(edge**2, axis=-1), 1e-300)
    share = np.clip(share, 0, 1)
    weights = np.zeros((*share.shape, 3))
    weights[..., start], weights[..., (start + 1) % 3] = 1 - share, share
    return weights
