"""What is left of a motion once geometry has explained the rest: dense inverse search flow (Kroeger et al. 2016)."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array32

AGREEMENT = 1.0
"""px by which forward and backward flow may disagree."""
SPREAD = 0.08
"""Standard deviation, in picture sizes, over which trusted flow is averaged and carried on."""
SMALLEST = 24
"""px: pictures smaller than this hold too little to match."""


def residual(a: NDArray[Any], b: NDArray[Any], mask: Array32) -> Array32:
    """H×W×2 px: flow for which warp(b, pixel_grid + flow) looks like `a`; smooth.

    `a`, `b`: H×W×3 of any range, already nearly aligned; `mask` (H×W, 0–1): where both show the same thing.
    Flow is trusted where forward and backward agree, and fades to zero away from there.
    """
    if min(mask.shape) < SMALLEST or not mask.any():
        return np.zeros((*mask.shape, 2), dtype=np.float32)
    first, second = (_grey(image, mask) for image in (a, b))
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    forward, backward = search.calc(first, second, None), search.calc(second, first, None)
    u, v = np.meshgrid(np.arange(mask.shape[1], dtype=np.float32), np.arange(mask.shape[0], dtype=np.float32))
    back = cv2.remap(backward, np.stack([u, v], axis=-1) + forward, None, cv2.INTER_LINEAR)
    trust = mask * (np.linalg.norm(forward + back, axis=-1) < AGREEMENT)
    return _smooth(forward, trust.astype(np.float32), SPREAD * max(mask.shape))


def _grey(image: NDArray[Any], mask: Array32) -> NDArray[np.uint8]:
    """H×W, the masked part's contrast stretched to 0–255, so that plates of any range match."""
    grey = np.asarray(image, dtype=np.float32).mean(axis=2)
    inside = grey[mask > 0.5] if (mask > 0.5).any() else grey
    low, high = np.percentile(inside, [1, 99])
    return np.asarray(np.clip((grey - low) / max(high - low, 1e-6) * 255, 0, 255), dtype=np.uint8)


def _smooth(flow: Array32, trust: Array32, sigma: float) -> Array32:
    total = cv2.GaussianBlur(flow * trust[..., None], (0, 0), sigma)
    return np.asarray(total / (cv2.GaussianBlur(trust, (0, 0), sigma) + 0.05)[..., None], dtype=np.float32)
