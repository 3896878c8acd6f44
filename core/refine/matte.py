"""Where the new picture replaces the plate."""

import numpy as np

from ..conventions import Array32
from .grid import ramp, smoothstep

VISIBLE = 0.25
"""px: from this displacement on the warped picture is taken whole; below, it is blended in: change sets in smoothly."""


def moved(offsets: Array32) -> Array32:
    """H×W, 0–1: what displacements (H×W×2 px) ask for; 0 where they are zero."""
    return smoothstep(np.linalg.norm(offsets, axis=-1) / np.float32(VISIBLE))


def onset(displacement: float) -> float:
    """0–1: how far a fill has set in once its outline has moved by `displacement` px."""
    return ramp(displacement, 0.0, VISIBLE)
