"""Pictures looked up elsewhere."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import CV_PIXEL_CENTRE, Array32


def warp(image: NDArray[Any], lookup: Array32) -> Array32:
    """H×W×C (or H×W) float32: `image` at H×W×2 positions (px, centres at +0.5), bicubic; its edge goes on."""
    place = np.asarray(lookup, dtype=np.float32) - np.float32(CV_PIXEL_CENTRE)
    values = np.ascontiguousarray(image, dtype=np.float32)
    return np.asarray(cv2.remap(values, place, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.float32)


def pixel_grid(height: int, width: int) -> Array32:
    """H×W×2 px: the pixels' own centres, where `warp` changes nothing."""
    u, v = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.asarray(np.stack([u, v], axis=-1) + np.float32(CV_PIXEL_CENTRE))
