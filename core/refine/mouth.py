"""The inside of the mouth: upper teeth stay with the head, lower teeth and tongue go with the jaw.

What the plate's own mouth shows is carried over; what it doesn't comes from another picture of the same person, then
from the source's, then from a dark cavity.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ..conventions import Array32
from ..landmarks.places import MOUTH
from ..raster.windows import Window, pixel_centres
from .aperture import Chart, Rims, carry_along, coverage, rims
from .backward import Motion
from .colour import lips
from .grid import distance_into, mix, ramp, sample, smoothstep
from .inner import draw
from .patch import Patch, apply, head_affine, jaw_shift

ENOUGH = (0.6, 0.95)
"""A mouth that is open by less than the first share of the height needed fills nothing below its teeth, by more than
the second everything."""
CLOSED_GAP = 0.015
"""Opening, in face sizes (distance of the outer eye corners), below which a mouth counts as closed."""
FEATHER = 0.02
"""Face sizes over which a fill gives way to what lies behind it."""
SLIT = 0.06
"""Face sizes: an opening lower than this that was higher before is in the lips' shadow."""
CORNER = 0.2
"""Mouth widths from the corners over which teeth leave their width for the mouth's."""
HOLD = 0.06
"""Mouth widths from the lips over which teeth leave their height for the opening's."""


@dataclass(frozen=True)
class MouthView:
    """One picture's mouth carried into the new opening."""

    whole: Array32
    """H×W×3: stretched over all of the opening."""
    fixed: Array32
    """H×W×3: where it would be if nothing but the head moved it: upper teeth in their place."""
    fixed_weight: Array32
    """H×W, 0–1: where `fixed` shows the inside of that picture's mouth."""
    enough: float
    """0–1: how well that picture's opening suffices for the new one."""


def view(filler: Patch, motion: Motion, window: Window, own: bool) -> MouthView:
    """A picture's mouth in the motion's new opening; `own`: it is the same person, whose teeth keep their width."""
    here, there = Chart(rims(motion.new_landmarks, MOUTH)), Chart(rims(filler.landmarks, MOUTH))
    head = head_affine(filler.landmarks, motion.old_landmarks)
    size, scale = motion.size, float(np.sqrt(abs(np.linalg.det(head[:, :2]))))
    jaw = jaw_shift(filler.landmarks, motion.new_landmarks, head)
    # sideways the chin's shift is mostly the head's turn, which an affine map misses: half of it is felt at the mouth
    sideways = float(jaw @ there.along_axis) / 2
    fixed = (apply(head, pixel_centres(window)) + sideways * there.along_axis).astype(np.float32)
    depth = distance_into(coverage(there.rim.contour, filler.window) > 0.5)
    lookup = _lookup((here, there), pixel_centres(window), fixed, float(jaw @ there.rim.down), own)
    fixed_depth = sample(depth, filler.window, fixed, cv2.INTER_LINEAR)
    return MouthView(
        filler.sample(lookup),
        filler.sample(fixed),
        smoothstep(fixed_depth / np.float32(FEATHER * size * scale)),
        sufficiency(here.rim, there.rim, size, scale * size),
    )


def _lookup(charts: tuple[Chart, Chart], pixels: Array32, fixed: Array32, drop: float, own: bool) -> Array32:
    """H×W×2: where in the picture the inside of the new opening is found.

    Upwards with the head (`fixed`), downwards with the jaw, which lies `drop` px lower there; where that would leave
    the picture's opening, as its rims go to the new ones. Sideways a whole column moves alike: teeth aren't sheared.
    """
    here, there = charts
    along, below = here.place(pixels)
    upper, lower = here.heights(along)
    share = np.clip((below - upper) / np.maximum(lower - upper, 1e-3), 0, 1)
    stretched_along = carry_along(here, there, along)
    head_along, head_below = there.place(fixed)
    corner = np.minimum(head_along, np.float32(there.width) - head_along) / np.float32(CORNER * there.width)
    place = stretched_along + (smoothstep(corner) if own else np.float32(0)) * (head_along - stretched_along)
    top, bottom = there.heights(place)
    stretched = top + share * (bottom - top)
    anchored = head_below + smoothstep((share - 0.15) / 0.7) * np.float32(max(drop, -0.4 * float(here.rim.gaps.max())))
    inside = np.minimum(anchored - top, bottom - anchored) / np.float32(HOLD * there.width)
    return there.point(place, stretched + smoothstep(inside) * (anchored - stretched))


def sufficiency(here: Rims, there: Rims, size: float, there_size: float) -> float:
    """0–1: is the opening `there` high enough to fill `here`? Sizes: their faces', px."""
    have, need = float(there.gaps.max()) / there_size, float(here.gaps.max()) / size
    return ramp((have + CLOSED_GAP) / (need + CLOSED_GAP), *ENOUGH)


def cavity(plate: Patch, motion: Motion, window: Window) -> Array32:
    """H×W×3: a plausible dark inside: the lips' hue; where the model has teeth and tongue, those."""
    tone, chart = lips(plate, window), Chart(rims(motion.new_landmarks, MOUTH))
    along, below = chart.place(pixel_centres(window))
    upper, lower = chart.heights(along)
    share = (below - upper) / np.maximum(lower - upper, 1)
    inner = distance_into(coverage(chart.rim.contour, window) > 0.5)
    rim = 1 - smoothstep(inner / np.float32(max(0.4 * float(inner.max()), 1.0)))
    shade = np.float32(0.08) + np.float32(0.12) * rim + np.float32(0.2) * smoothstep((share - 0.4) / 0.5)
    dark = np.asarray(tone * np.array([1.0, 0.75, 0.75], np.float32) * shade[..., None], dtype=np.float32)
    if motion.inner is None:
        return dark
    drawn, weight = draw(motion.inner, plate.tone, window)
    # under the upper lip teeth are in its shadow
    depth = np.maximum(below - upper, 0) / np.float32(0.05 * motion.size)
    return mix(dark, drawn * (np.float32(0.45) + np.float32(0.4) * smoothstep(depth))[..., None], weight)


def shaded(pixels: Array32, motion: Motion, window: Window) -> Array32:
    """H×W×3: darker where lips have closed to a slit, into which no light falls."""
    chart = Chart(rims(motion.new_landmarks, MOUTH))
    before = float(rims(motion.old_landmarks, MOUTH).gaps.max())
    closing = ramp((before - float(chart.rim.gaps.max())) / motion.size, 0.0, SLIT)
    upper, lower = chart.heights(chart.place(pixel_centres(window))[0])
    dark = 1 - smoothstep((lower - upper) / np.float32(SLIT * motion.size))
    return pixels * (1 - np.float32(0.6 * closing) * dark)[..., None]


def compose(own: MouthView, others: Sequence[tuple[MouthView, Array32, float]], cavity_pixels: Array32) -> Array32:
    """H×W×3: the filled opening. `others`, best last: views of other pictures, colour gains (3) and shares (0–1)."""
    filled, enough = mix(cavity_pixels, own.fixed, own.fixed_weight), 0.0
    for other, gain, share in others:
        # teeth alone are laid over a cavity, not over another mouth
        teeth = other.fixed_weight * (1 - own.fixed_weight) * np.float32(1 - enough)
        picture = mix(mix(filled, other.fixed * gain, teeth), other.whole * gain, other.enough)
        filled, enough = mix(filled, picture, share), max(enough, share * other.enough)
    return mix(filled, own.whole, own.enough)
