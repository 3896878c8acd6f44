"""Flicker, judged as it is in video work: how far a frame is from its neighbour carried along the motion."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array32
from .warp import pixel_grid, warp

OCCLUDED = 1.0
"""px by which forward and backward flow disagree where something is hidden in one of the frames."""


def warp_error(one: NDArray[np.uint8], other: NDArray[np.uint8], mask: Array32) -> float:
    """E = Σ M‖one − warp(other)‖² / ΣM of two successive frames (H×W×3, 8 bit), over a mask (H×W, 0–1) less occlusions.

    Report it relative to the plate's own.
    """
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    first, second = _grey(one), _grey(other)
    forward, backward = search.calc(first, second, None), search.calc(second, first, None)
    place = pixel_grid(*mask.shape) + forward
    seen = mask * (np.linalg.norm(forward + warp(backward, place), axis=-1) < OCCLUDED)
    difference = np.asarray(one, dtype=np.float32) - warp(other, place)
    return float(np.sum(seen * np.sum(difference**2, axis=2)) / max(float(seen.sum()), 1e-9))


def _grey(image: NDArray[Any]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
