"""The layout of shape-free textures: which triangle of landmarks round each texel, and where in it."""

import numpy as np
from scipy.spatial import Delaunay

from ...core.conventions import Array
from ...core.encoder.shape_free import MESH, SIDE, ShapeFree
from ...core.landmarks.mirror import MIRROR

MARGIN = 1.03
"""Of the square round the face."""


def layout(places: Array) -> ShapeFree:
    """The layout in which landmarks lie at `places` (468×2, x to the subject's left, y up), made symmetric: the right
    half is the left one's mirror image, triangle by triangle.
    """
    corners, weights = _left_half(_texels((places + places[MIRROR[:MESH]] * [-1, 1]) / 2))
    landmarks = np.concatenate([corners, MIRROR[corners[:, ::-1]]], axis=1).reshape(-1, 3)
    shares = np.concatenate([weights, weights[:, ::-1]], axis=1).reshape(-1, 3)
    return ShapeFree(landmarks.astype(np.int16), shares.astype(np.float32))


def _texels(places: Array) -> Array:
    """468×2 texels (across, down) of landmarks that fill the square."""
    middle = np.array([0.0, (places[:, 1].min() + places[:, 1].max()) / 2])
    reach = MARGIN * np.abs(places - middle).max()
    return np.asarray(((places - middle) / reach * [1, -1] + 1) * SIDE / 2)


def _left_half(texels: Array) -> tuple[Array, Array]:
    """SIDE×SIDE/2×3: the Delaunay triangle round each texel's centre, and its barycentric weights; 0 outside."""
    rows, columns = np.mgrid[:SIDE, : SIDE // 2] + 0.5
    centres = np.stack([columns.ravel(), rows.ravel()], axis=1)
    triangles = Delaunay(texels)
    found = triangles.find_simplex(centres)
    inside = (found >= 0)[:, None]
    turn = triangles.transform[found]
    two = np.einsum("nij,nj->ni", turn[:, :2], centres - turn[:, 2])
    weights = np.column_stack([two, 1 - two.sum(axis=1)]) * inside
    corners = triangles.simplices[found] * inside
    return corners.reshape(SIDE, SIDE // 2, 3), weights.reshape(SIDE, SIDE // 2, 3)
