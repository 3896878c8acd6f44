"""Formulae of triangle meshes: which way they face, and how large they are."""

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32


def facings(corners: Array | Array32) -> Array:
    """F×3: normals of triangles (F×3×3), out of their fronts and twice as long as their areas."""
    return np.asarray(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]))


def signed_areas(corners: Array) -> Array:
    """F: twice the areas of flat triangles (F×3×2), below zero where they are wound the other way."""
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])


def vertex_normals(vertices: Array | Array32, triangles: NDArray[np.int32]) -> Array:
    """V×3 unit normals out of the surface, weighted by the triangles' areas; zero where a vertex has no triangle.

    In the vertices' own space; camera space is face space turned, not mirrored, so both face the same way.
    """
    facing = facings(vertices[triangles])
    sums = [np.bincount(triangles.ravel(), np.repeat(facing[:, axis], 3), len(vertices)) for axis in range(3)]
    total = np.stack(sums, axis=1)
    length = np.sqrt(np.einsum("vi,vi->v", total, total))[:, None]
    return np.asarray(total / np.where(length > 0, length, 1))
