"""Fields of values on the pixels of a window."""

from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import CV_PIXEL_CENTRE, Array32
from ..raster.windows import Window

Scalar = TypeVar("Scalar", bound=np.generic)


def sample(values: Array32, window: Window, lookup: Array32, interpolation: int) -> Array32:
    """Values on a window's pixels (H×W or H×W×C) at h×w×2 positions (px of the frame); the edge goes on beyond.

    `interpolation`: OpenCV's constant.
    """
    local = lookup.astype(np.float32)
    for axis in (0, 1):  # one at a time: numpy is slow with pairs
        local[..., axis] -= np.float32(window[axis])
    local -= np.float32(CV_PIXEL_CENTRE)
    sampled = cv2.remap(values, local, None, interpolation, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(sampled, dtype=np.float32)


def ramp(x: float, start: float, end: float) -> float:
    """Hermite's step of a number: 0 at `start`, 1 at `end`."""
    t = min(max((x - start) / (end - start), 0.0), 1.0)
    return t * t * (3 - 2 * t)


def mix(one: Array32, other: Array32, share: Array32 | float) -> Array32:
    """`one` where share (H×W or a number) is 0, `other` where it is 1."""
    change = other - one
    change *= across(share, change.shape[-1]) if isinstance(share, np.ndarray) else np.float32(share)
    change += one
    return np.asarray(change, dtype=np.float32)


def across(values: NDArray[Scalar], channels: int) -> NDArray[Scalar]:
    """H×W×C: the same values (H×W) in every channel. Broadcast over so few, they cost numpy many times as much."""
    repeated: NDArray[Scalar] = np.empty((*values.shape, channels), dtype=values.dtype)
    for channel in range(channels):
        repeated[..., channel] = values
    return repeated


def lengths(vectors: Array32) -> Array32:
    """H×W: of vectors H×W×2."""
    squares = vectors[..., 0] ** 2
    squares += vectors[..., 1] ** 2
    return np.asarray(np.sqrt(squares, out=squares), dtype=np.float32)


def grey_closing(pixels: Array32, width: float) -> Array32:
    """H×W×3: what is darker than its surroundings and narrower than `width` (px) is as bright as they are, softly."""
    odd = 2 * round(width / 2) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (odd, odd))
    closed = cv2.morphologyEx(pixels, cv2.MORPH_CLOSE, kernel)
    return np.asarray(cv2.GaussianBlur(closed, (0, 0), odd / 6), dtype=np.float32)


def extend(values: Array32, seen: NDArray[np.bool_]) -> Array32:
    """H×W×C values with every unseen pixel taking the nearest seen one's; as they are where nothing is seen at all."""
    if seen.all() or not seen.any():
        return values
    _, labels = cv2.distanceTransformWithLabels(
        np.where(seen, 0, 1).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    flat, known = values.reshape(-1, values.shape[2]), np.flatnonzero(seen)
    of_label = np.empty((int(labels.max()) + 1, values.shape[2]), dtype=np.float32)
    of_label[np.take(labels, known)] = np.take(flat, known, axis=0)
    return np.asarray(np.take(of_label, labels, axis=0), dtype=np.float32)


def distance_into(mask: NDArray[np.bool_]) -> Array32:
    """H×W px: how deep inside the mask a pixel lies; 0 outside."""
    return np.asarray(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5), dtype=np.float32)
