"""Lids: their edges and lashes go along whole, the skin behind them gives the length that a blink needs.

Where the person was seen with lids like the new ones, their skin comes from there.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from ..conventions import Array, Array32
from ..easing import smoothstep
from ..flow import residual
from ..landmarks.places import MOUTH, Aperture, Eye, eye_distance
from ..raster.windows import Window, around, pixel_centres, within
from .aperture import Chart, closed_spline, coverage, rims, sheet_lookup
from .backward import Motion
from .colour import grain, with_grain
from .fill import Fill, Filler
from .grid import mix, ramp
from .patch import Patch

LASHES = 0.03
"""Width of the rigid edge in face sizes."""
INSET, UPPER_INSET = 0.02, 0.004
"""Face sizes by which the skin of a lid that closes begins off the eyeball; of an upper one, whose lashes go along."""
CORNER_INSET = 0.012
"""The same in the corners, where lashes are near."""
CORNER = 0.7
"""Where on the way from the middle of an opening to its corners these begin."""
SEAM = 0.006
"""Face sizes over which one lid passes into the other."""
OVER = 0.012
"""Face sizes by which the upper lid's lashes reach over the lower lid."""
SHUTTING = 0.04
"""Closing, in face sizes, at which the whole inset is used."""
PARTING = (0.005, 0.03)
"""Face sizes between lips over which they leave being held along their line."""
SHADOW = (0.42, 0.5, 0.54)
"""What a lid that has come down takes of red, green and blue right under it: its shadow is skin-coloured."""
SHADOW_REACH = 0.06
"""Face sizes below the lid that its shadow reaches."""
SHADOW_CLOSING = 0.06
"""Closing, in face sizes, at which the whole shadow falls."""

NOTICED = (0.01, 0.035)
"""Change of a lid's opening, in face sizes, from which on stretched skin shows, and at which it is wholly replaced."""
ALIKE = (0.25, 0.6)
"""How much of that change another picture may miss: up to the first share it is used, from the second on it isn't."""
STREAKS = (0.25, 0.6)
"""A pixel of the plate spread over more than 1 / 0.6 pixels begins to look smeared, over 4 it does."""
BAND = (0.65, 0.9)
"""From the lids' edge (0) to the orbit's (1): from where on, and from where on wholly, colours are compared; nearer to
the eye, lashes lie elsewhere on open and on shut lids.
"""
WHOLE = 0.6
"""Up to where on that way another picture's lids replace the plate's, with the shade of its lashes."""
TONE_WIDTH = 0.06
"""Face sizes over which colours are matched."""


def lid_skin(filler: Filler, plate: Patch, warped: Array32, motion: Motion, eye: Eye) -> Fill:
    """Lids from another picture of the same person. `warped`: H×W×3, the skin so far, over the plate's window."""
    new, source = motion.new_landmarks, filler.patch
    part = around(new[eye.rings[-1]], 2, plate.window)
    share = filler.share * _fitness(source, motion, eye) if filler.own else 0.0
    below = warped[within(part, plate.window)]
    if share == 0 or min(below.shape[:2]) == 0:
        return Fill(part, below, np.zeros(below.shape[:2], np.float32), 1.0)
    here, there = (np.stack([closed_spline(marks[ring]) for ring in eye.rings]) for marks in (new, source.landmarks))
    lookup, outwards, seen = sheet_lookup(here, there, part)
    band = seen * smoothstep((outwards - BAND[0]) / (BAND[1] - BAND[0]))
    shift = residual(below, source.sample(lookup), band)
    pixels = source.sample(lookup + shift)
    pixels *= _tone(below, pixels, band, TONE_WIDTH * motion.size)
    inside = coverage(here[-1], part)
    return Fill(part, pixels, inside * (1 - smoothstep((outwards - WHOLE) / (1 - WHOLE))) * np.float32(share), 1.0)


def mend_stretched(pixels: Array32, offsets: Array32, window: Window, motion: Motion, eye: Eye, row: int) -> Fill:
    """Where lids are stretched so far (backward map: H×W×2 px offsets) that texture turns to streaks: smooth skin.

    Its grain is another one in each row of the shot, as a camera's is.
    """
    new = motion.new_landmarks
    part = around(new[eye.rings[-1]], 2, window)
    place = within(part, window)
    rings = np.stack([closed_spline(new[ring]) for ring in eye.rings])
    _, outwards, seen = sheet_lookup(rings, rings, part)
    streaks = seen * smoothstep((STREAKS[1] - _shrinkage(offsets[place])) / (STREAKS[1] - STREAKS[0]))
    sound = (1 - streaks) * smoothstep((outwards - 0.4) / 0.2) * seen
    sigma = TONE_WIDTH * motion.size
    soft = cv2.GaussianBlur(streaks, (0, 0), max(0.1 * sigma, 0.5))
    spread = normalised_convolution(pixels[place], sound, sigma)
    grown = with_grain(spread, grain(pixels[place]), seed=(row, eye.iris))
    return Fill(part, grown, soft * np.float32(0.85), 1.0)


def _shrinkage(offsets: Array32) -> Array32:
    """H×W: area in the plate over area in the new picture."""
    du, dv = np.gradient(offsets, axis=1), np.gradient(offsets, axis=0)
    return np.asarray((1 + du[..., 0]) * (1 + dv[..., 1]) - du[..., 1] * dv[..., 0], dtype=np.float32)


def _fitness(source: Patch, motion: Motion, eye: Eye) -> float:
    """0–1: the change of the lids is worth it and the source shows lids like the new ones."""
    size = motion.size
    want = float(rims(motion.new_landmarks, eye.aperture).gaps.mean()) / size
    change = abs(want - float(rims(motion.old_landmarks, eye.aperture).gaps.mean()) / size)
    miss = abs(want - float(rims(source.landmarks, eye.aperture).gaps.mean()) / float(eye_distance(source.landmarks)))
    return ramp(change, *NOTICED) * (1 - ramp(miss / max(change, 1e-6), *ALIKE))


def _tone(wanted: Array32, given: Array32, weight: Array32, sigma: float) -> Array32:
    """H×W×3 gain that brings `given` to the colours of `wanted` where weight (H×W) is, carried on smoothly."""
    there, here = (normalised_convolution(each, weight, sigma) + 1e-3 for each in (wanted, given))
    return np.asarray(np.clip(there / here, 0.6, 1.6), dtype=np.float32)


def normalised_convolution(pixels: Array32, weight: Array32, sigma: float) -> Array32:
    """H×W×3: Gaussian mean (standard deviation `sigma` px) of pixels by their weight (H×W), and their plain mean where
    none is near (Knutsson and Westin 1993).
    """
    mean = (pixels * weight[..., None]).sum(axis=(0, 1)) / np.float32(float(weight.sum()) + 1e-6)
    total = cv2.GaussianBlur(pixels * weight[..., None], (0, 0), sigma) + np.float32(0.02) * mean
    return np.asarray(total / (cv2.GaussianBlur(weight, (0, 0), sigma) + np.float32(0.02))[..., None], dtype=np.float32)


@dataclass(frozen=True)
class _Edges:
    """Both rims of an opening over a window, H×W each."""

    window: Window
    upper: Array32
    """×2 px: offsets that go with the upper rim."""
    lower: Array32
    """×2 px: the same with the lower one."""
    past: Array32
    """px below the line that parts them."""
    outside: Array32
    """px from the opening."""

    @property
    def carried(self) -> Array32:
        """H×W×2 px: the nearer rim's."""
        return np.where((self.past < 0)[..., None], self.upper, self.lower)


def hold_edges(offsets: Array32, motion: Motion, aperture: Aperture, window: Window, strength: float = 1.0) -> Array32:
    """H×W×2 px offsets in which a strip round the opening moves as the nearer rim does."""
    edges = _edges(motion, aperture, window)
    width = np.float32(LASHES * motion.size)
    share = 1 - smoothstep((edges.outside - width) / (2 * width))
    held = offsets.copy()
    place = within(edges.window, window)
    held[place] += np.float32(strength) * share[..., None] * (edges.carried - offsets[place])
    return held


def hold_lips(offsets: Array32, motion: Motion, window: Window) -> Array32:
    """`hold_edges` round a mouth whose lips meet: where the model's lips overlap, its skin would tear at their line."""
    gap = float(rims(motion.new_landmarks, MOUTH).gaps.max()) / motion.size
    return hold_edges(offsets, motion, MOUTH, window, 1 - ramp(gap, *PARTING))


def seam(plate: Patch, motion: Motion, eye: Eye) -> Fill:
    """Where lids that close meet, one passes into the other as softly as a lens draws an edge: a map has nothing in
    between.
    """
    edges = _edges(motion, eye.aperture, plate.window)
    centres, soft = pixel_centres(edges.window), np.float32(max(SEAM * motion.size, 1.0))
    one, other = (plate.sample(centres + offsets) for offsets in (edges.upper, edges.lower))
    near = 1 - smoothstep(np.maximum(np.abs(edges.past), edges.outside) / soft - 1)
    passed = mix(one, other, smoothstep(edges.past / soft / 2 + np.float32(0.5)))
    return Fill(edges.window, passed, near * np.float32(_closing(motion, eye.aperture, SHUTTING)), 1.0)


def shaded(pixels: Array32, motion: Motion, eye: Eye, window: Window) -> Array32:
    """H×W×3: darker under an upper lid that has come down, as lid and lashes shade the eye."""
    chart = Chart(rims(motion.new_landmarks, eye.aperture))
    closing = _closing(motion, eye.aperture, SHADOW_CLOSING)
    along, below = chart.place(pixel_centres(window))
    shadow = 1 - smoothstep((below - chart.heights(along)[0]) / np.float32(SHADOW_REACH * motion.size))
    return pixels * (1 - np.float32(closing) * shadow[..., None] * np.array(SHADOW, dtype=np.float32))


def _closing(motion: Motion, aperture: Aperture, whole: float) -> float:
    """0–1: how far an opening closes; 1 where it gets less high by `whole` face sizes."""
    before, after = (rims(marks, aperture).gaps.max() for marks in (motion.old_landmarks, motion.new_landmarks))
    return ramp(float(before - after) / motion.size, 0.0, whole)


def _edges(motion: Motion, aperture: Aperture, window: Window) -> _Edges:
    """The rims of the new opening over the part of a window that is round it."""
    old, new = rims(motion.old_landmarks, aperture), rims(motion.new_landmarks, aperture)
    part = around(new.contour, 4 * LASHES * motion.size + 2, window)
    # a lid that closes shows skin up to its edge: the eyeball must not shine through its last pixel
    closing = _closing(motion, aperture, SHUTTING)
    inset, over = (INSET, 0.0) if aperture is MOUTH else (UPPER_INSET, OVER)
    shown = motion.size * closing * old.down
    chart = Chart(new)
    along, below = chart.place(pixel_centres(part))
    upper = _carried(old.upper - inset * shown - new.upper, new.upper, chart, along)
    lower = _carried(old.lower + INSET * shown - new.lower, new.lower, chart, along)
    top, bottom = chart.heights(along)
    aside = _aside(chart, along, CORNER_INSET * motion.size * closing)
    beyond = np.maximum(np.maximum(-along, along - np.float32(chart.width)), 0)
    outside = np.hypot(np.maximum(np.maximum(top - below, below - bottom), 0), beyond)
    past = below - (top + bottom) / 2 - np.float32(over * closing * motion.size)
    return _Edges(part, upper + aside, lower + aside, past, outside)


def _aside(chart: Chart, along: Array32, inset: float) -> Array32:
    """H×W×2 px: outwards by `inset` (px) in the corners, where up and down are no way off the eyeball."""
    sideways = 2 * along / np.float32(max(chart.width, 1e-6)) - 1
    corner = np.sign(sideways) * smoothstep((np.abs(sideways) - CORNER) / (1 - CORNER))
    return np.asarray(np.float32(inset) * corner[..., None] * chart.along_axis.astype(np.float32))


def _carried(values: Array, points: Array, chart: Chart, along: Array32) -> Array32:
    """H×W×2: a rim's values (N×2, at its N points) at places along the opening (H×W px)."""
    place = (points - chart.rim.upper[0]) @ chart.along_axis
    order = np.argsort(place)
    parts = [np.interp(along, place[order], values[order, axis]) for axis in range(2)]
    return np.stack(parts, axis=-1).astype(np.float32)
