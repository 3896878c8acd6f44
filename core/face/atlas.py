"""UVs of a file's several textures, packed into one: 0–1, without overlap."""

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32

CELLS = ((0, 0, 2), (2, 0, 1), (2, 1, 1), (2, 2, 1), (1, 2, 1), (0, 2, 1))
"""Column, row (from below) and size of each cell in a square of 3×3: the first, for the face, takes four of nine."""
ACROSS = 3
SHRINK = 0.99
"""Of a texture in its cell: neighbours don't bleed into each other."""


def atlas(
    uv: Array | Array32, corners: NDArray[np.int32], cell: NDArray[np.int64]
) -> tuple[Array32, NDArray[np.int32]]:
    """UVs (C×2) and F×3 triangles into them, each triangle of which lies in its cell.

    `uv`, `corners`: the file's UVs and F×3 triangles into them; `cell`: F, into CELLS. What goes in one cell is one
    texture of the file: it spans one unit square (or UDIM tile), in which it doesn't overlap itself.
    """
    used, index = np.unique(corners.astype(np.int64) * len(CELLS) + cell[:, None], return_inverse=True)
    place, at = np.asarray(uv, dtype=np.float64)[used // len(CELLS)], used % len(CELLS)
    tile = np.zeros((len(CELLS), 2))
    for number in np.unique(at):
        tile[number] = np.floor(place[at == number].min(axis=0) + 1e-6)
    corner, size = np.array(CELLS)[at, :2], np.array(CELLS)[at, 2:]
    packed = (corner + ((place - tile[at] - 0.5) * SHRINK + 0.5) * size) / ACROSS
    if packed.min() < 0 or packed.max() > 1:
        raise ValueError("UVs that span more than one texture")
    return packed.astype(np.float32), index.reshape(-1, 3).astype(np.int32)
