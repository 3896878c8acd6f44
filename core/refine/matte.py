"""Where the new picture replaces the plate."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array32
from ..easing import smoothstep
from .grid import lengths

VISIBLE = 0.25
"""px: from this displacement on the warped picture is taken whole; below, it is blended in: change sets in smoothly."""
EDGE = 0.5
"""Of the matte, where it counts as its edge."""
SLIT = 0.03
"""Of the matte's size: what is narrower is a line along which a face happens to stay still, and no edge."""
NOTHING = 0.5 / 255
"""What the matte's 8-bit file would not show is nothing."""


def moved(offsets: Array32) -> Array32:
    """H×W, 0–1: what displacements (H×W×2 px) ask for; 0 where they are zero."""
    return _onset(lengths(offsets))


def onset(displacement: float) -> float:
    """0–1: how far a fill has set in once its outline has moved by `displacement` px."""
    return float(_onset(np.array(displacement, dtype=np.float32)))


def _onset(displacement: Array32) -> Array32:
    """Perlin's quintic step: so flat at zero that a ten-thousandth of a change is no code value, even of 16 bit."""
    t = np.clip(displacement / np.float32(VISIBLE), 0, 1)
    return np.asarray(t**3 * (t * (6 * t - 15) + 10), dtype=np.float32)


def trimmed(matte: Array32, feather: float, choke: float) -> Array32:
    """H×W: the matte with its edge drawn in by `choke` px and rising over `feather` px from there, inwards only: it is
    nowhere more than it was. Its edge is the outer one: what stays still inside a face is no way out of it.
    """
    matte = np.where(matte > NOTHING, matte, np.float32(0))
    if feather <= 0 and choke <= 0:
        return matte
    # to the outline itself, which lies half a pixel before the first pixel inside; what runs into the border goes on
    inside = np.pad(_filled(matte >= EDGE), 1, mode="edge")
    deep = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1] - np.float32(0.5 + choke)
    ramp = smoothstep(deep / np.float32(feather)) if feather > 0 else np.clip(deep + np.float32(0.5), 0, 1)
    softer = matte * ramp
    return np.where(softer > NOTHING, softer, np.float32(0))


def _filled(inside: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """H×W, 0 or 1: with all that it encloses; slits that open to the outside count as enclosed."""
    room = 1 + round(SLIT * np.sqrt(np.count_nonzero(inside)) / 2)
    bridge = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * room - 1, 2 * room - 1))
    closed = cv2.morphologyEx(np.pad(inside.astype(np.uint8), room), cv2.MORPH_CLOSE, bridge)
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(closed, outlines, -1, 1, cv2.FILLED)[room:-room, room:-room], dtype=np.uint8)
