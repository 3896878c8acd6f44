"""Distances in a texture, and what lies between its islands."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array32

TINY = 1e-6


def distance(free: NDArray[np.bool_]) -> Array32:
    """S×S: to the nearest texel that isn't free, in sides of the texture."""
    found = cv2.distanceTransform(free.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.asarray(found / np.float32(len(free)), dtype=np.float32)


def padded(texture: Array32, known: NDArray[np.bool_]) -> Array32:
    """The texture continued past its islands (known: S×S, somewhere true): each texel between them takes its nearest
    neighbour's value, so that filtering and mip maps show no seams.
    """
    free = (~known).astype(np.uint8)
    _, label = cv2.distanceTransformWithLabels(free, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL)
    nearest = np.zeros(int(label.max()) + 1, dtype=np.intp)
    nearest[label[known]] = np.flatnonzero(known)
    return np.asarray(texture.reshape(-1, texture.shape[-1])[nearest[label]])
