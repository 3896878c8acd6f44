"""A backward map turned round: where each pixel of the old picture went."""

import cv2
import numpy as np

from ..conventions import CV_PIXEL_CENTRE, Array32
from ..raster.windows import pixel_centres

ROUNDS = 8
"""Of the iteration. Where the map stretches less than twofold, each halves the error at least."""


def inverse(offsets: Array32, guess: Array32) -> Array32:
    """H×W×2 px, new − old at the old picture's pixels, of backward offsets (H×W×2 px, old − new at the new picture's).

    f(x) = −b(x + f(x)), iterated from `guess` (H×W×2 px: a mesh's own motion, which knows what lips that part did), and
    where that is zero from −b; of all rounds, the nearest is kept at each pixel. What the new picture doesn't show any
    more keeps the guess.
    """
    height, width = offsets.shape[:2]
    places = pixel_centres((0, 0, width, height)) - np.float32(CV_PIXEL_CENTRE)
    current = np.where(guess.any(axis=-1)[..., None], guess, -offsets)
    best, miss = current, np.full((height, width), np.inf, dtype=np.float32)
    for _ in range(ROUNDS):
        back = cv2.remap(offsets, places + current, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        error = np.sum((current + back) ** 2, axis=-1)
        nearer = error < miss
        best, miss = np.where(nearer[..., None], current, best), np.where(nearer, error, miss)
        current = -back
    return np.asarray(best, dtype=np.float32)
