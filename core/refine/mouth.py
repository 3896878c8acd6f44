"""The inside of the mouth: upper teeth stay with the head, lower teeth and tongue go with the jaw.

What the plate's own mouth shows is carried over; what it doesn't comes from another picture of the same person, then
from the source's, then from a dark cavity.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ..conventions import Array, Array32
from ..raster.cpu import Window
from .aperture import Correspondence, Rims, correspond, coverage, rims
from .backward import Motion
from .colour import lips
from .grid import distance_into, mix, pixel_centres, ramp, sample, smoothstep
from .patch import Patch, apply, head_affine, jaw_shift
from .topology import MOUTH

ENOUGH = (0.45, 0.8)
"""A mouth that is open by less than the first share of the height needed fills nothing below its teeth, by more than
the second everything."""
CLOSED_GAP = 0.015
"""Opening, in face sizes (distance of the outer eye corners), below which a mouth counts as closed."""
FEATHER = 0.02
"""Face sizes over which a fill gives way to what lies behind it."""


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


def view(source: Patch, motion: Motion, window: Window) -> MouthView:
    """`source`'s mouth in the motion's new opening."""
    size = motion.size
    here, there = rims(motion.new_landmarks, MOUTH), rims(source.landmarks, MOUTH)
    match = correspond(here, there, window)
    head = head_affine(source.landmarks, motion.old_landmarks)
    fixed = apply(head, pixel_centres(window)).astype(np.float32)
    depth = _depth(there, source)
    jaw = jaw_shift(source.landmarks, motion.new_landmarks, head).astype(np.float32)
    anchored = _anchored(match, fixed, jaw, there.down.astype(np.float32))
    # where that leaves the source's opening, its rims are carried to the new ones
    hold = smoothstep(_inside(depth, source, anchored) / np.float32(0.04 * size))
    feather = np.float32(FEATHER * size * _scale(head))
    return MouthView(
        source.sample(mix(match.lookup, anchored, hold)),
        source.sample(fixed),
        smoothstep(_inside(depth, source, fixed) / feather),
        sufficiency(here, there, size, _scale(head) * size),
    )


def sufficiency(here: Rims, there: Rims, size: float, there_size: float) -> float:
    """0–1: is the opening `there` high enough to fill `here`? Sizes: their faces', px."""
    have, need = float(there.gaps.max()) / there_size, float(here.gaps.max()) / size
    return ramp((have + CLOSED_GAP) / (need + CLOSED_GAP), *ENOUGH)


def _scale(affine: Array) -> float:
    return float(np.sqrt(abs(np.linalg.det(affine[:, :2]))))


def _depth(there: Rims, source: Patch) -> Array32:
    """H×W px, over the source's window: how deep inside its mouth's opening each pixel lies."""
    return distance_into(coverage(there.contour, source.window) > 0.5)


def _inside(depth: Array32, source: Patch, lookup: Array32) -> Array32:
    return sample(depth, source.window, lookup, cv2.INTER_LINEAR)


def _anchored(match: Correspondence, fixed: Array32, jaw: Array32, down: Array32) -> Array32:
    """H×W×2: upwards with the head, downwards with the jaw (2 px; `down`: 2, the unit vector across the mouth)."""
    lower = smoothstep((match.across - 0.15) / 0.7)[..., None]
    along = np.float32(jaw @ down) * down
    # sideways the chin's shift is mostly the head's turn, which an affine map misses: half of it is felt at the mouth
    return np.asarray(fixed + (jaw - along) / 2 + lower * along, dtype=np.float32)


def cavity(plate: Patch, landmarks: Array, window: Window) -> Array32:
    """H×W×3: a plausible dark inside: the lips' hue, darkest in the middle and above, where the light doesn't get."""
    tone = lips(plate, window)
    contour = rims(landmarks, MOUTH).contour
    inner = distance_into(coverage(contour, window) > 0.5)
    rim = 1 - smoothstep(inner / np.float32(max(0.5 * float(inner.max()), 1.0)))
    shade = np.float32(0.05) + np.float32(0.22) * rim
    return np.asarray(tone * np.array([1.0, 0.75, 0.75], np.float32) * shade[..., None], dtype=np.float32)


def compose(own: MouthView, others: Sequence[tuple[MouthView, Array32, float]], cavity_pixels: Array32) -> Array32:
    """H×W×3: the filled opening. `others`, best last: views of other pictures, colour gains (3) and shares (0–1)."""
    filled, enough = mix(cavity_pixels, own.fixed, own.fixed_weight), 0.0
    for other, gain, share in others:
        # teeth alone are laid over a cavity, not over another mouth
        teeth = other.fixed_weight * (1 - own.fixed_weight) * np.float32(1 - enough)
        picture = mix(mix(filled, other.fixed * gain, teeth), other.whole * gain, other.enough)
        filled, enough = mix(filled, picture, share), max(enough, share * other.enough)
    return mix(filled, own.whole, own.enough)
