"""The plate as lids that shut want it: without the eyeball, its wet edge and the lower lashes, the fold above smoothed.

A warp can only bring what the plate shows. An open eye shows, right beside the lids' edges, what a shut one hides; it
would lie along the seam as a bright line, as specks, and as a second row of lashes.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from ..conventions import Array32
from ..easing import smoothstep
from ..landmarks.places import EYES, Eye
from ..raster.windows import Window, around, pixel_centres, within
from .aperture import Chart, closed_spline, coverage, rims
from .backward import Motion
from .colour import grain, with_grain
from .grid import grey_closing, mix, ramp
from .lids import normalised_convolution
from .patch import Patch

CLOSING = (0.005, 0.04)
"""Closing, in face sizes, from which on the eyeball goes, and at which it is gone wholly."""
MEETING = (0.008, 0.04)
"""Face sizes between the lids, up to which the lower one's wet edge is gone wholly, and from which on all of it is
seen.
"""
WET = 0.04
"""Face sizes below the eye that this edge and the lashes there reach, and …"""
CORNER = 0.02
"""… beside its corners."""
LASHES = (0.035, 0.012)
"""Face sizes that upper lashes reach above the lid's detected edge, and below."""
DARK = (0.85, 1.0)
"""Share of the skin's colour below which something is as dark as lashes, and from which on it isn't."""
SOFT = 0.012
"""Face sizes over which one thing passes into the other."""
SOUND = (0.045, 0.1)
"""Face sizes from the eye between which skin tells what is to be there instead."""
SPREAD = 0.03
"""Face sizes over which its colours are carried on."""
FOLD = 0.05
"""Face sizes: what is darker above the lid and narrower than this is its fold."""
UNFOLDED = 0.7
"""How much of it is gone from a lid that is shut."""


@dataclass(frozen=True)
class _Eye:
    """One eye on the plate, H×W each."""

    away: Array32
    """Face sizes from between the lids; 0 inside."""
    past_upper: Array32
    """Face sizes below the upper lid's edge."""
    lower: Array32
    """0–1: nearer to the lower lid."""
    aside: Array32
    """0–1: beyond the corners."""
    orbit: Array32
    """0–1: within the outermost ring of landmarks round the eye."""


def without_eyes(plate: Patch, motion: Motion, row: int) -> Patch:
    """The plate changed round eyes whose lids come down, as far as they do; `row`: of the shot, for its grain."""
    for eye in EYES:
        before, after = (float(rims(marks, eye.aperture).gaps.max()) / motion.size
                         for marks in (motion.old_landmarks, motion.new_landmarks))  # fmt: skip
        closing = ramp(before - after, *CLOSING)
        part = around(motion.old_landmarks[eye.rings[-1]], 2, plate.window)
        if closing > 0 and min(part[2] - part[0], part[3] - part[1]) > 0:
            changed = plate.pixels.copy()
            place = within(part, plate.window)
            shut = closing * (1 - ramp(after, *MEETING))
            changed[place] = _without_eye(
                changed[place], _surroundings(motion, eye, part), motion.size, (closing, shut), (row, eye.iris)
            )
            plate = replace(plate, pixels=changed)
    return plate


def _without_eye(pixels: Array32, eye: _Eye, size: float, lids: tuple[float, float], seed: tuple[int, int]) -> Array32:
    """H×W×3. `lids`, 0–1: how far they come down, and how nearly they meet; `seed`: of the grain."""
    closing, shut = lids
    unfolded = _unfolded(pixels, eye, size, shut)
    sound = eye.orbit * smoothstep(eye.away, SOUND[0], SOUND[0] + SOFT)
    sound *= 1 - smoothstep(eye.away, SOUND[1], SOUND[1] + SOFT)
    skin = with_grain(normalised_convolution(unfolded, sound, SPREAD * size), grain(pixels), seed=seed)
    reach = np.float32(shut) * np.where(eye.aside > 0.5, np.float32(CORNER), eye.lower * np.float32(WET))
    gone = 1 - smoothstep((eye.away - reach) / np.float32(SOFT))
    # detected edges lie a little off: there what is darker than skin is taken for lashes, what is lighter for the white
    lashes = (1 - eye.lower) * (1 - eye.aside) * (1 - smoothstep(eye.past_upper, LASHES[1], LASHES[1] + SOFT))
    lashes *= smoothstep(eye.past_upper, -LASHES[0], SOFT - LASHES[0])
    dark = 1 - smoothstep((unfolded / np.maximum(skin, np.float32(1e-6))).max(axis=2), *DARK)
    shown = mix(skin, unfolded, lashes * dark)
    return mix(unfolded, shown, np.float32(closing) * np.maximum(gone * (1 - lashes), lashes))


def _surroundings(motion: Motion, eye: Eye, part: Window) -> _Eye:
    rim, size = rims(motion.old_landmarks, eye.aperture), np.float32(motion.size)
    chart = Chart(rim)
    along, below = chart.place(pixel_centres(part))
    top, bottom = chart.heights(along)
    outside = (coverage(rim.contour, part) < 0.5).astype(np.uint8)
    beyond = np.maximum(-along, along - np.float32(chart.width)) / size
    return _Eye(
        away=cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) / size,
        past_upper=(below - top) / size,
        lower=smoothstep((below - (top + bottom) / 2) / size, -SOFT, SOFT),
        aside=smoothstep(beyond, -SOFT, SOFT),
        orbit=coverage(closed_spline(motion.old_landmarks[eye.rings[-1]]), part),
    )


def _unfolded(pixels: Array32, eye: _Eye, size: float, shut: float) -> Array32:
    """H×W×3 with the lid's fold filled up: a lid that comes down is smooth."""
    soft = cv2.GaussianBlur(pixels, (0, 0), max(SOFT * size / 2, 0.5))
    filled = grey_closing(soft, FOLD * size)
    where = eye.orbit * (1 - eye.lower) * smoothstep(eye.away, 0.02, SOUND[0])
    return np.asarray(
        pixels + np.float32(UNFOLDED * shut) * where[..., None] * np.maximum(filled - soft, 0), np.float32
    )
