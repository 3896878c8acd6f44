"""What no frame shows: carried over from the face's other half or from paint, matched to what is seen around it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array32

COARSE = 256
"""Side of the texture in which values are continued: they are smooth."""
REACH = (0.006, 0.02, 0.06)
"""Of the side: standard deviation of the blur at such distances from what is known."""
TINY = 1e-6


def continued(values: Array32, weight: Array32) -> Array32:
    """S×S×C: the values where their weight (S×S, 0–1) is 1, carried on where it is 0: as they are at its border, and
    the smoother the further away.
    """
    coarse = _resized(np.dstack([values * weight[..., None], weight]), min(COARSE, len(weight)))
    known = coarse[..., -1] > coarse[..., -1].max() / 2
    if not known.any():
        return np.zeros_like(values)
    border = padded(coarse[..., :-1] / np.maximum(coarse[..., -1:], TINY), known)
    away = distance(~known)[..., None]
    out = border
    for near, far in zip((0.0, *REACH), REACH, strict=False):
        share = np.clip((away - near) / (far - near), 0, 1)
        out = out + share * (blurred(border, far) - out)
    carried = _resized(np.asarray(out, dtype=np.float32), len(weight))
    return np.asarray(values * weight[..., None] + carried * (1 - weight[..., None]), dtype=np.float32)


def matched(guess: Array32, seen: Array32, weight: Array32, near: float, largest: float) -> Array32:
    """S×S×3 light: `guess` (> 0), times the smooth factor that takes it to what is seen (weight 0–1) around it.

    Both are averaged over `near` (of the side) first: detail that lies elsewhere in the guess is no difference in
    light. `largest`: natural log of the largest factor.
    """
    sums = [blurred(values * weight[..., None], near) for values in (seen, guess)]
    ratio = np.log(np.maximum(sums[0], TINY)) - np.log(np.maximum(sums[1], TINY))
    return np.asarray(guess * np.exp(continued(np.clip(ratio, -largest, largest), weight)), dtype=np.float32)


def blurred(grid: Array32, share: float) -> Array32:
    """A Gaussian with a standard deviation of so much of the side."""
    return np.asarray(cv2.GaussianBlur(grid, (0, 0), share * len(grid), borderType=cv2.BORDER_REPLICATE))


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


def _resized(grid: Array32, size: int) -> Array32:
    method = cv2.INTER_AREA if size < len(grid) else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(grid, (size, size), interpolation=method), dtype=np.float32)
