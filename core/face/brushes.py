"""What textures are painted with: lines, polygons and noise on square canvases, in their pixels (centres at +0.5)."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32

FRACTION_BITS = 4
"""Of OpenCV's fixed-point pixels."""


def fixed(points: Array) -> NDArray[np.int32]:
    """OpenCV's fixed-point pixels, whose centres are at whole numbers."""
    return np.asarray(np.round((points - 0.5) * 2**FRACTION_BITS), dtype=np.int32)


def filled(outline: Array, size: int, blur: float) -> Array32:
    """size×size: 1 inside a polygon (N×2), softened over `blur` pixels."""
    mask = np.zeros((size, size), dtype=np.float32)
    cv2.fillPoly(mask, [fixed(outline)], 1.0, cv2.LINE_8, FRACTION_BITS)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), blur))


def line(points: Array, size: int, thickness: float) -> Array32:
    """size×size: 1 on a line through points (N×2), at least a pixel thick."""
    mask = np.zeros((size, size), dtype=np.uint8)
    cv2.polylines(mask, [fixed(points)], False, 255, max(round(thickness), 1), cv2.LINE_AA, FRACTION_BITS)
    return np.asarray(mask / np.float32(255), dtype=np.float32)


def noise(rng: np.random.Generator, size: int, octaves: tuple[tuple[int, float], ...]) -> Array32:
    """size×size×1, smooth: cells across the canvas and standard deviation of each octave."""
    out = np.zeros((size, size), dtype=np.float32)
    for cells, deviation in octaves:
        grid = rng.normal(scale=deviation, size=(cells, cells)).astype(np.float32)
        out += cv2.resize(grid, (size, size), interpolation=cv2.INTER_CUBIC)
    return out[..., None]


def blend(canvas: Array32, mask: Array32, colour: Array32 | Array) -> None:
    """Paint a colour over the canvas (size×size×3), as thickly as the mask (size×size) says."""
    canvas += mask[..., None] * (colour - canvas)
