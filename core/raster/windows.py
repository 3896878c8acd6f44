"""Windows: parts of a frame that work is limited to."""

import numpy as np

from ..conventions import CV_PIXEL_CENTRE, Array, Array32

Window = tuple[int, int, int, int]
"""u0, v0, u1, v1 in px of the full frame; the last ones exclusive."""


def intersect(one: Window, other: Window) -> Window:
    """The part of `one` inside `other`; empty (zero wide or high) at `other`'s border where they don't meet."""
    u0, v0 = min(max(one[0], other[0]), other[2]), min(max(one[1], other[1]), other[3])
    return u0, v0, max(min(one[2], other[2]), u0), max(min(one[3], other[3]), v0)


def clipped_window(window: Window | None, width: int, height: int) -> Window:
    """The part of a window (None: all) that is inside the frame; empty, not inverted, where there is none."""
    frame = (0, 0, width, height)
    return intersect(window or frame, frame)


def around(points: Array | Array32, margin: float, frame: Window) -> Window:
    """The window round points (N×2 px) with a margin (px), inside `frame`."""
    low = np.floor(points.min(axis=0) - margin).astype(int)
    high = np.ceil(points.max(axis=0) + margin).astype(int)
    return intersect((int(low[0]), int(low[1]), int(high[0]), int(high[1])), frame)


def within(inner: Window, outer: Window) -> tuple[slice, slice]:
    """Index of the window `inner` in an array that covers `outer`."""
    u, v = outer[:2]
    return slice(inner[1] - v, inner[3] - v), slice(inner[0] - u, inner[2] - u)


def pixel_centres(window: Window) -> Array32:
    """H×W×2 px of the full frame: the centres of a window's pixels."""
    u0, v0, u1, v1 = window
    centres = np.empty((v1 - v0, u1 - u0, 2), dtype=np.float32)
    centres[..., 0] = np.arange(u0, u1) + CV_PIXEL_CENTRE
    centres[..., 1] = np.arange(v0, v1)[:, None] + CV_PIXEL_CENTRE
    return centres
