"""A model's UV layout as texels: which point of the surface each one shows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..errors import InputError
from ..face.geometry import Geometry
from ..raster.cpu import rasterise

STRIPE = 512
"""Rows laid out at once: bounds the memory that a large texture takes on the way."""


@dataclass(frozen=True)
class Layout:
    """N texels of a size×size texture (first row at v = 1) that lie on the surface."""

    size: int
    place: NDArray[np.intp]
    """N: flat index in the texture, rising."""
    triangle: NDArray[np.int32]
    """N: the model's triangle whose UVs hold the texel's centre."""
    weights: Array32
    """N×3 barycentric weights in it."""

    def __len__(self) -> int:
        return len(self.place)

    def attributes(self, values: Array | Array32, triangles: NDArray[np.int32], chosen: NDArray[np.intp]) -> Array32:
        """M×C vertex attributes (V×C; or C×2 UVs with `uv_triangles`) at M chosen texels."""
        table = np.asarray(values, dtype=np.float32)
        corners, weights = np.take(triangles, self.triangle[chosen], axis=0), self.weights[chosen]
        mixed = np.take(table, corners[:, 0], axis=0) * weights[:, :1]
        for corner in (1, 2):
            mixed += np.take(table, corners[:, corner], axis=0) * weights[:, corner, None]
        return mixed

    def grid(self, values: Array32) -> Array32:
        """size×size(×C) texture of texel values (N or N×C); 0 off the surface."""
        out = np.zeros((self.size * self.size, *values.shape[1:]), dtype=np.float32)
        out[self.place] = values
        return out.reshape(self.size, self.size, *values.shape[1:])

    def texels(self, grid: Array32) -> Array32:
        """N or N×C values of a texture."""
        return np.take(grid.reshape(self.size * self.size, *grid.shape[2:]), self.place, axis=0)


def lay_out(model: Geometry, size: int) -> Layout:
    """The texels of a model's UV layout. InputError where it has none."""
    corners = model.uv.astype(np.float64) * [size, -size] + [0, size]
    flat = np.ones(len(corners))
    stripes = [
        rasterise(corners, flat, model.uv_triangles, size, size, window=(0, top, size, top + STRIPE), edges=False)
        for top in range(0, size, STRIPE)
    ]
    triangle = np.concatenate([stripe.triangle.ravel() for stripe in stripes])
    place = np.flatnonzero(triangle >= 0)
    if not place.size:
        raise InputError(f"{model.name}: has no UV layout to bake a texture in; give a model that has one")
    weights = np.concatenate([stripe.weights.reshape(-1, 3) for stripe in stripes])
    return Layout(size, place, triangle[place], weights[place])


def metres_across(model: Geometry) -> float:
    """How long the texture's side is on the mean face (m), typically."""
    sides = (np.take(model.mean, model.triangles, axis=0), np.take(model.uv, model.uv_triangles, axis=0))
    areas = [_areas(corners.astype(np.float64)) for corners in sides]
    return float(np.sqrt(areas[0].sum() / max(areas[1].sum(), 1e-12)))


def _areas(corners: Array) -> Array:
    """F: areas of triangles (F×3×2 or ×3)."""
    one, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    squared = (one**2).sum(1) * (other**2).sum(1) - (one * other).sum(1) ** 2
    return np.asarray(0.5 * np.sqrt(np.maximum(squared, 0)))
