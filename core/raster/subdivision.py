"""Smooth subdivision of triangle meshes, as stencils that any vertex values (positions, bases, UVs) go through.

C. Loop, Smooth Subdivision Surfaces Based on Triangles (1987). Open edges get the cubic B-spline's rule.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32


@dataclass(frozen=True)
class Subdivision:
    """One level: V vertices become V + E (the old ones first), F triangles become 4·F (triangle t's are 4t … 4t+3)."""

    index: NDArray[np.intp]
    """(V+E)×K vertices that each new vertex is mixed from."""
    weight: Array
    """(V+E)×K; rows sum to 1, padded with 0."""
    triangles: NDArray[np.int32]
    """4F×3: three at the old corners, then the middle one."""

    def apply(self, values: Array | Array32) -> Array:
        """…×(V+E)×C of vertex values …×V×C."""
        moved = np.moveaxis(np.asarray(values, dtype=np.float64), -2, 0)
        mixed = np.zeros((len(self.index), *moved.shape[1:]))
        for vertices, weights in zip(self.index.T, self.weight.T, strict=True):
            some = np.flatnonzero(weights)
            mixed[some] += weights[some].reshape(-1, *[1] * (moved.ndim - 1)) * moved[vertices[some]]
        return np.moveaxis(mixed, 0, -2)


def subdivide(triangles: NDArray[np.int32], vertices: int) -> Subdivision:
    """Loop's scheme for F×3 triangles over so many vertices.

    Edges of one triangle (the outline, holes, UV seams), and of more than two, are creases: they keep to themselves.
    Vertices where other than two creases meet stay where they are, and so do vertices of no triangle.
    """
    edges, edge_of, uses = _edges(triangles)
    crease = uses != 2
    across = np.zeros((len(edges), 2), dtype=np.intp)  # an inner edge's two opposite corners
    opposite = triangles[:, [2, 0, 1]].ravel()  # of edges 01, 12, 20
    order = np.argsort(edge_of.ravel(), kind="stable")
    first = np.cumsum(uses) - uses
    across[~crease] = opposite[order[first[~crease, None] + (0, 1)]]
    rows = [*_old_vertices(edges, crease, vertices), *_edge_points(edges, across, crease, vertices)]
    index, weight = _table(rows, vertices + len(edges))
    return Subdivision(index, weight, _children(triangles, edge_of + vertices))


def _edges(triangles: NDArray[np.int32]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Edges (E×2, sorted ends), the edges 01, 12, 20 of each triangle (F×3), and how many triangles each has (E)."""
    pairs = np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1).astype(np.intp)
    edges, edge_of, uses = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    return edges, edge_of.reshape(-1, 3), uses


Entries = tuple[NDArray[np.intp], NDArray[np.intp], Array]
"""(new vertex, vertex it takes from, weight)."""


def _old_vertices(edges: NDArray[np.intp], crease: NDArray[np.bool_], vertices: int) -> list[Entries]:
    ends = np.concatenate([edges, edges[:, ::-1]])
    sharp = np.concatenate([crease, crease])
    valence, creases = (np.bincount(e[:, 0], minlength=vertices) for e in (ends, ends[sharp]))
    n = np.maximum(valence, 1)
    inner = np.where(creases == 0, (5 / 8 - (3 / 8 + np.cos(2 * np.pi / n) / 4) ** 2) / n, 0.0)
    outer = np.where(creases == 2, 1 / 8, 0.0)
    share = np.where(sharp, outer[ends[:, 0]], inner[ends[:, 0]])
    every = np.arange(vertices)
    return [(every, every, 1 - valence * inner - 2 * outer), (ends[:, 0], ends[:, 1], share)]


def _edge_points(
    edges: NDArray[np.intp], across: NDArray[np.intp], crease: NDArray[np.bool_], vertices: int
) -> list[Entries]:
    new = vertices + np.arange(len(edges))
    near, far = np.where(crease, 1 / 2, 3 / 8), np.where(crease, 0.0, 1 / 8)
    return [(new, edges[:, 0], near), (new, edges[:, 1], near), (new, across[:, 0], far), (new, across[:, 1], far)]


def _table(entries: list[Entries], count: int) -> tuple[NDArray[np.intp], Array]:
    """Rows of (vertex, weight), padded to the longest one."""
    row, vertex, weight = (np.concatenate(column) for column in zip(*entries, strict=True))
    used = np.flatnonzero(weight)
    used = used[np.argsort(row[used], kind="stable")]
    row, length = row[used], np.bincount(row[used], minlength=count)
    slot = np.arange(len(used)) - np.repeat(np.cumsum(length) - length, length)
    index, table = np.zeros((count, length.max()), dtype=np.intp), np.zeros((count, length.max()))
    index[row, slot], table[row, slot] = vertex[used], weight[used]
    return index, table


def _children(triangles: NDArray[np.int32], middles: NDArray[np.intp]) -> NDArray[np.int32]:
    a, b, c = triangles.T
    ab, bc, ca = middles.T
    corners = np.stack([a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca], axis=1)
    return np.asarray(corners.reshape(-1, 3), dtype=np.int32)
