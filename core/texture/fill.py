"""What no frame shows: carried over from the face's other half or from paint, matched to what is seen around it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array32

SMALLEST = 4
"""Side of the coarsest level."""
TINY = 1e-6


def push_pull(values: Array32, weight: Array32) -> Array32:
    """S×S×C: the values where their weight (S×S, 0–1) is 1, a smooth continuation of them where it is 0.

    Gortler et al., The Lumigraph (1996): averages pushed up a pyramid, then pulled down into the gaps.
    """
    return _pull(values * weight[..., None], weight[..., None])


def _pull(weighted: Array32, weight: Array32) -> Array32:
    size = len(weight)
    own = weighted / np.maximum(weight, 1e-6)
    if size <= SMALLEST:
        mean = weighted.sum(axis=(0, 1)) / max(float(weight.sum()), 1e-6)
        return np.asarray(own * weight + mean * (1 - weight), dtype=np.float32)
    half = (-(-size // 2),) * 2
    sums = cv2.resize(np.dstack([weighted, weight]), half, interpolation=cv2.INTER_AREA)
    scale = np.minimum(1.0, 1.0 / np.maximum(4 * sums[..., -1:], 1e-12)) * 4
    coarse = _pull(sums[..., :-1] * scale, np.minimum(4 * sums[..., -1:], 1))
    below = cv2.resize(coarse, (size, size), interpolation=cv2.INTER_LINEAR)
    return np.asarray(own * weight + below * (1 - weight), dtype=np.float32)


def matched(guess: Array32, seen: Array32, weight: Array32, near: float, largest: float) -> Array32:
    """S×S×3 light: `guess` (> 0), times the smooth factor that takes it to what is seen (weight 0–1) around it.

    Both are averaged over `near` (of the side) first: detail that lies elsewhere in the guess is no difference in
    light. `largest`: natural log of the largest factor.
    """
    sums = [blurred(values * weight[..., None], near) for values in (seen, guess)]
    ratio = np.log(np.maximum(sums[0], TINY)) - np.log(np.maximum(sums[1], TINY))
    factor = push_pull(np.clip(ratio, -largest, largest).astype(np.float32), weight)
    return np.asarray(guess * np.exp(factor), dtype=np.float32)


def blurred(grid: Array32, share: float) -> Array32:
    """A Gaussian with a standard deviation of so much of the side."""
    return np.asarray(cv2.GaussianBlur(grid, (0, 0), share * len(grid), borderType=cv2.BORDER_CONSTANT))


def distance(free: NDArray[np.bool_]) -> Array32:
    """S×S: to the nearest texel that isn't free, in sides of the texture."""
    found = cv2.distanceTransform(free.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.asarray(found / np.float32(len(free)), dtype=np.float32)


def padded(texture: Array32, known: NDArray[np.bool_]) -> Array32:
    """The texture continued past its islands (known: S×S): each texel between them takes its nearest neighbour's
    value, so that filtering and mip maps show no seams.
    """
    free = (~known).astype(np.uint8)
    _, label = cv2.distanceTransformWithLabels(free, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL)
    nearest = np.zeros(int(label.max()) + 1, dtype=np.intp)
    nearest[label[known]] = np.flatnonzero(known)
    return np.asarray(texture.reshape(-1, texture.shape[-1])[nearest[label]])
