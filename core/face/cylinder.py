"""A chart for heads that come without UVs."""

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32


def cylindrical_chart(vertices: Array, triangles: NDArray[np.int32]) -> tuple[Array32, NDArray[np.int32]]:
    """UVs (C×2, 0–1) and F×3 triangles into them."""
    centre = vertices.mean(axis=0)
    side, height, ahead = (vertices - centre).T
    u = np.arctan2(side, ahead) / (2 * np.pi) + 0.5
    v = (height - height.min()) / np.ptp(height)
    return np.stack([u, v], axis=1).astype(np.float32), triangles
