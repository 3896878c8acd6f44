"""A backward map turned round: where each pixel of the old picture went."""

import cv2
import numpy as np

from ..conventions import CV_PIXEL_CENTRE, Array32
from ..raster.windows import pixel_centres

ROUNDS = 16
"""Of the iteration. Where the map stretches less than twofold, each halves the error at least."""


def inverse(offsets: Array32, guess: Array32) -> tuple[Array32, Array32]:
    """H×W×2 px, new − old at the old picture's pixels, of backward offsets (H×W×2 px, old − new at the new picture's);
    and H×W px: how far the two miss each other, which is much only where the new picture doesn't show the old place.

    f(x) = −b(x + f(x)), iterated from −b and from `guess` (H×W×2 px: a mesh's own motion, which knows what lips that
    part did); the better of the two is kept at each pixel.
    """
    height, width = offsets.shape[:2]
    local = pixel_centres((0, 0, width, height)) - np.float32(CV_PIXEL_CENTRE)
    best, miss = guess, np.full(guess.shape[:2], np.inf, dtype=np.float32)
    for start in (guess, -offsets):
        current = start
        for _ in range(ROUNDS):
            back = _at(offsets, local + current)
            error = np.hypot(*np.moveaxis(current + back, -1, 0))
            nearer = error < miss
            best, miss = np.where(nearer[..., None], current, best), np.where(nearer, error, miss)
            current = -back
    return np.asarray(best, dtype=np.float32), np.asarray(miss, dtype=np.float32)


def _at(offsets: Array32, local: Array32) -> Array32:
    """Offsets at places (H×W×2 px, the first pixel's centre at 0); beyond the edge nothing moves."""
    return np.asarray(cv2.remap(offsets, local, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT))
