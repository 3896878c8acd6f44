"""Fields of values on the pixels of a window."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import CV_PIXEL_CENTRE, Array32
from ..raster.windows import Window


def sample(values: Array32, window: Window, lookup: Array32, interpolation: int) -> Array32:
    """Values on a window's pixels (H×W or H×W×C) at h×w×2 positions (px of the frame); the edge goes on beyond.

    `interpolation`: OpenCV's constant.
    """
    local = lookup - np.array(window[:2], dtype=np.float32) - np.float32(CV_PIXEL_CENTRE)
    sampled = cv2.remap(values, local, None, interpolation, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(sampled, dtype=np.float32)


def ramp(x: float, start: float, end: float) -> float:
    """Hermite's step of a number: 0 at `start`, 1 at `end`."""
    t = min(max((x - start) / (end - start), 0.0), 1.0)
    return t * t * (3 - 2 * t)


def mix(one: Array32, other: Array32, share: Array32 | float) -> Array32:
    """`one` where share (H×W or a number) is 0, `other` where it is 1."""
    weight = share[..., None] if isinstance(share, np.ndarray) else np.float32(share)
    return np.asarray(one + weight * (other - one), dtype=np.float32)


def extend(values: Array32, seen: NDArray[np.bool_]) -> Array32:
    """H×W×C values with every unseen pixel taking the nearest seen one's; as they are where nothing is seen at all."""
    if seen.all() or not seen.any():
        return values
    _, labels = cv2.distanceTransformWithLabels(
        np.where(seen, 0, 1).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    of_label = np.empty((int(labels.max()) + 1, values.shape[2]), dtype=np.float32)
    of_label[labels[seen]] = values[seen]
    return np.asarray(of_label[labels], dtype=np.float32)


def distance_into(mask: NDArray[np.bool_]) -> Array32:
    """H×W px: how deep inside the mask a pixel lies; 0 outside."""
    return np.asarray(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5), dtype=np.float32)
