"""The lips and the skin round them, from pictures that show the same person with nearly the wanted expression.

A warp only moves what the plate shows. Lips that part, press, purse or smile also turn, thin out and catch other light:
where the shot has a picture that comes closer to what is wanted than the plate does, it is carried onto the new lips.
"""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..easing import smoothstep
from ..landmarks.places import MOUTH, OUTER_LIPS
from ..raster.windows import Window, around, pixel_centres, within
from .aperture import Chart, coverage, rims
from .backward import Motion, lookup
from .fill import Fill, Filler
from .grid import grey_closing, mix, ramp
from .patch import Patch
from .spline import spline

FADE = (0.05, 0.26)
"""Face sizes beyond the lips' outline: up to the first all is the picture's, from the second on nothing is."""
ROUND_LIPS: NDArray[np.intp] = np.array(
    [2, 326, 97, 164, 167, 165, 92, 186, 57, 43, 106, 182, 83, 18, 313, 406, 335, 273, 287, 410, 322, 391, 393,
     216, 212, 202, 204, 194, 201, 200, 421, 418, 424, 422, 432, 436, 205, 203, 425, 423], dtype=np.intp,
)  # fmt: skip
"""Landmarks on the skin between nose, cheeks and chin."""
CARRIED = np.unique(np.concatenate([MOUTH.upper, MOUTH.lower, OUTER_LIPS, ROUND_LIPS]))
"""Landmarks by which a picture is carried."""
TORN, FOLD = 1.5, 0.05
"""px by which neighbouring pixels' places differ where skin is hidden; and face sizes over which that is smoothed."""
CORNER, CORNER_SHADOW = 0.12, 0.08
"""Face sizes: round a corner of the mouth, where its shadow is taken away; and what is narrower than that is shadow."""
PARTED = (0.02, 0.12)
"""Face sizes by which lips part until it is gone."""
TIP, TIPS = 0.06, 0.7
"""Face sizes round a corner that a smile draws out to a point; and how much of the point is taken away …"""
WIDENED = (0.05, 0.2)
"""… as the mouth gets wider by so many face sizes."""
SMOOTHING = 1e-3
"""Of the spline that carries it, of points a face size apart: detected landmarks tremble."""


def retrieved(plate: Patch, motion: Motion, fillers: Sequence[Filler], onset: float) -> Fill:
    """Lips from other pictures of the same person, as far as these are to be trusted. `onset`: Fill's."""
    new = motion.new_landmarks
    outlines = np.concatenate([new[OUTER_LIPS], motion.old_landmarks[OUTER_LIPS]])
    part = around(outlines, FADE[1] * motion.size, plate.window)
    shape = (part[3] - part[1], part[2] - part[0])
    nearer = [filler for filler in fillers if filler.own and filler.trust > 0]
    pixels = np.zeros((*shape, 3), np.float32)
    if not nearer or min(shape) == 0:
        return Fill(part, pixels, np.zeros(shape, np.float32), onset)
    places = _carried([filler.patch.landmarks for filler in nearer], new, motion.size, part)
    for filler, carried in zip(nearer, places, strict=True):
        pixels += np.float32(filler.share) * (filler.patch.sample(carried) * filler.gain(plate) - pixels)
    return Fill(part, pixels, np.float32(nearer[-1].trust) * _round_lips(new, motion.size, part), onset)


def unfolded(offsets: Array32, motion: Motion, window: Window) -> Array32:
    """H×W×2 px: a backward map, smooth where lips turned outwards hide skin behind them: that edge is the mesh's,
    jagged, and not the picture's.
    """
    part = around(motion.new_landmarks[OUTER_LIPS], FADE[1] * motion.size, window)
    place = within(part, window)
    here = offsets[place]
    torn = np.zeros(here.shape[:2], dtype=np.uint8)
    torn[:, 1:] |= np.abs(np.diff(here, axis=1)).max(axis=2) > TORN
    torn[1:] |= np.abs(np.diff(here, axis=0)).max(axis=2) > TORN
    if not torn.any():
        return offsets
    width = FOLD * motion.size
    near = 1 - smoothstep(cv2.distanceTransform(1 - torn, cv2.DIST_L2, cv2.DIST_MASK_5) / np.float32(width))
    smooth = offsets.copy()
    smooth[place] = mix(here, cv2.GaussianBlur(here, (0, 0), width / 3), near)
    return smooth


def without_corners(skin: Array32, offsets: Array32, plate: Patch, motion: Motion) -> tuple[Array32, Array32]:
    """The warped plate (H×W×3), in which the dark corners of lips that met are gone where these have parted: drawn out
    beside the new opening, they are smudges, and a smile draws them out to points. And H×W, 0–1: where it was changed.
    `offsets`: H×W×2 px, the map it was warped by.
    """
    parted, drawn_out = _opened(motion)
    corners = motion.new_landmarks[[MOUTH.upper[0], MOUTH.upper[-1]]]
    part = around(corners, 3 * CORNER * motion.size, plate.window)
    if max(parted, drawn_out) == 0 or min(part[2] - part[0], part[3] - part[1]) <= 0:
        return skin, np.zeros(skin.shape[:2], np.float32)
    place = within(part, plate.window)
    before = plate.crop(around(motion.old_landmarks[OUTER_LIPS], 2 * CORNER * motion.size, plate.window))
    bright = replace(before, pixels=grey_closing(before.pixels, CORNER_SHADOW * motion.size))
    mended = bright.sample(lookup(offsets[place], part))
    away = np.min([np.linalg.norm(pixel_centres(part) - corner, axis=2) for corner in corners], axis=0)
    near, tips = (np.exp(-((away / (reach * motion.size)) ** 4)).astype(np.float32) for reach in (CORNER, TIP))
    cleared, changed = skin.copy(), np.zeros(skin.shape[:2], np.float32)
    changed[place] = np.maximum(np.float32(parted) * near, np.float32(drawn_out) * tips)
    cleared[place] = mix(skin[place], mended, changed[place])
    return cleared, changed


def _opened(motion: Motion) -> tuple[float, float]:
    """How far the dark corners are to go: 0–1 as lips have parted, 0–TIPS as a smile has widened the mouth."""
    old, new = (rims(landmarks, MOUTH) for landmarks in (motion.old_landmarks, motion.new_landmarks))
    parted = ramp(float(new.gaps.max() - old.gaps.max()) / motion.size, *PARTED)
    return parted, TIPS * ramp((Chart(new).width - Chart(old).width) / motion.size, *WIDENED)


def _carried(pictures: Sequence[Array], new: Array, size: float, window: Window) -> list[Array32]:
    """H×W×2 px each: where in pictures (landmarks 478×2 px) a window's pixels lie, by the new landmarks."""
    there = np.concatenate([landmarks[CARRIED] for landmarks in pictures], axis=1)
    carried = spline(new[CARRIED], there, SMOOTHING * size**2).over(window)
    return [np.ascontiguousarray(carried[..., k : k + 2]) for k in range(0, carried.shape[2], 2)]


def _round_lips(landmarks: Array, size: float, window: Window) -> Array32:
    """H×W, 0–1: 1 on the lips (478×2 px) and between them, fading on the skin round them."""
    outside = (coverage(landmarks[OUTER_LIPS], window) < 0.5).astype(np.uint8)
    away = cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_5) / np.float32(size)
    return np.asarray(1 - smoothstep((away - FADE[0]) / (FADE[1] - FADE[0])), dtype=np.float32)
