"""Where the new picture replaces the plate."""

import numpy as np

from ..conventions import Array32

VISIBLE = 0.25
"""px: from this displacement on the warped picture is taken whole; below, it is blended in: change sets in smoothly."""


def moved(offsets: Array32) -> Array32:
    """H×W, 0–1: what displacements (H×W×2 px) ask for; 0 where they are zero."""
    return _onset(np.linalg.norm(offsets, axis=-1).astype(np.float32))


def onset(displacement: float) -> float:
    """0–1: how far a fill has set in once its outline has moved by `displacement` px."""
    return float(_onset(np.array(displacement, dtype=np.float32)))


def _onset(displacement: Array32) -> Array32:
    """Perlin's quintic step: so flat at zero that a ten-thousandth of a change is no code value, even of 16 bit."""
    t = np.clip(displacement / np.float32(VISIBLE), 0, 1)
    return np.asarray(t**3 * (t * (6 * t - 15) + 10), dtype=np.float32)
