"""The inside of the mouth: upper teeth stay with the head, lower teeth and tongue go with the jaw.

What the plate's own mouth shows is carried over; what it doesn't comes from another picture of the same person, then
from the source's if that looks alike, then from a drawn mouth. Which of them a pixel shows is decided by where its own
teeth would be, not by the frame: a mouth that opens uncovers what lies behind bit by bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..conventions import Array, Array32
from ..easing import smoothstep
from ..landmarks.places import MOUTH
from ..raster.windows import Window, pixel_centres
from .aperture import Chart, Rims, carry_along, opening, rims
from .backward import Motion
from .colour import eye_white, grain, lips, with_grain
from .grid import distance_into, mix, ramp
from .inner import InnerMouth, dimmed, draw, lower_edge
from .patch import Patch, affine, apply, head_affine, jaw_shift

ENOUGH = (0.8, 1.0)
"""A mouth that is open by more than the second share of the height needed fills all of it; by less than the first its
teeth alone are used, each row in its place."""
OPEN = (0.3, 0.7)
"""The same shares for a picture that is nearer to what is wanted than the plate: stretched, it is still the better one.
"""
AS_OPEN = (0.65, 0.8)
"""The same shares for one whose teeth need not be stretched, wherever the jaw seems to have been."""
APART = (0.02, 0.07)
"""Face sizes by which rows of teeth go apart until none is stretched over the space between them."""
FAR_APART = (0.05, 0.11)
"""The same where there is no better picture."""
DROPPED = (0.03, 0.09)
"""Face sizes by which a jaw drops until what a picture showed behind the lower lip tells no more of it."""
BAND = 0.3
"""Of the opening's height: over which a stretched picture gives way to what lies behind it."""
CLOSED_GAP = 0.015
"""Opening, in face sizes (distance of the outer eye corners), below which a mouth counts as closed."""
FEATHER = 0.02
"""Face sizes over which a fill gives way to what lies behind it."""
SLIT = 0.06
"""Face sizes: an opening lower than this that was higher before is in the lips' shadow."""
TEETH_SHARE = (0.15, 0.6)
"""Shares of the opening's height: what is above the first goes with the head, what is below the second not wholly."""
OVERBITE = 0.015
"""Face sizes that upper teeth may reach below where the model has their edge."""
WITHOUT_TEETH = 0.6
"""Share of a picture's opening that counts as upper teeth where the model has none."""
LOWER_CROWN = 0.055
"""Face sizes: what is seen of drawn lower incisors above the lower lip, at most: about half of them."""
UNDER_LIP = 0.09
"""Face sizes below the upper lip over which its shadow on drawn teeth ends."""
SOFT_RIM = 0.015
"""Face sizes over which the inside sets in at the lips."""
SOFT_CORNER = 0.05
"""The same from its corners, where lips meet."""
FALLOFF = 0.02
"""Face sizes over which the drawn cavity's wet edge gets dark, to 1 / e."""
SLIT_LOSS = (0.5, 0.7, 0.72)
"""What that shadow takes of red, green and blue."""
DEEP = (0.0, 0.02)
"""Face sizes from the lips, up to which nothing of the inside lies deep in it, and from which on all does."""
LEFT = (0.012, 0.035)
"""Face sizes between the lips, up to which the inside is left to retrieved lips, and from which on it isn't."""
CORNER = 0.12
"""Mouth widths from the corners over which teeth leave their width for the mouth's."""
HOLD = (0.02, 0.06)
"""Mouth widths from the upper and the lower lip over which teeth leave their height for the opening's."""


@dataclass(frozen=True)
class MouthView:
    """One picture's mouth carried into the new opening."""

    whole: Array32
    """H×W×3: stretched over all of the opening."""
    upper: Array32
    """H×W×3: held by the head: upper teeth in their place."""
    upper_weight: Array32
    """H×W, 0–1: where `upper` shows what that picture showed above the upper teeth's edge."""
    lower: Array32
    """H×W×3: held by the jaw."""
    lower_weight: Array32
    """H×W, 0–1: the same below that edge."""
    enough: float
    """0–1: how well that picture's opening suffices for the new one."""
    open: float
    """0–1: the same, where there is no better one."""
    whole_weight: Array32
    """H×W, 0–1: what of `whole` is used: as it suffices less, it withdraws from the lower lip upwards."""

    def laid_on(self, below: Array32, gain: Array32, strength: float = 1.0) -> Array32:
        """H×W×3: its teeth over another picture, and all of it if it is enough. `gain`: 3."""
        picture = mix(below, self.lower * gain, self.lower_weight * np.float32(strength))
        picture = mix(picture, self.upper * gain, self.upper_weight * np.float32(strength))
        return mix(picture, self.whole * gain, self.whole_weight)

    def covered(self, strength: float = 1.0) -> Array32:
        """H×W, 0–1: what of the picture below is seen no more (as `laid_on`)."""
        left = (1 - np.float32(strength) * self.lower_weight) * (1 - np.float32(strength) * self.upper_weight)
        return np.asarray(1 - left * (1 - self.whole_weight), dtype=np.float32)


def view(filler: Patch, motion: Motion, window: Window, own: bool) -> MouthView:
    """A picture's mouth in the motion's new opening; `own`: it is the same person, whose teeth keep their width."""
    here, there = Chart(rims(motion.new_landmarks, MOUTH)), Chart(rims(filler.landmarks, MOUTH))
    head = head_affine(filler.landmarks, motion.old_landmarks)
    size, scale = motion.size, float(np.sqrt(abs(np.linalg.det(head[:, :2]))))
    jaw = jaw_shift(filler.landmarks, motion.new_landmarks, head)
    drop = float(jaw @ there.rim.down)
    pixels = pixel_centres(window)
    edge = _edge(motion, here, pixels)
    places = _places((here, there), pixels, _with_skull(filler, motion, head, jaw, there, pixels), edge, drop, own)
    feather = np.float32(FEATHER * size * scale)
    past_edge = None if edge is None else (here.place(pixels)[1] - edge) * np.float32(scale)
    upper_weight, lower_weight = _weights(places, past_edge, feather)
    have = opening_share(here.rim, there.rim, size, scale * size)
    # somebody else shows the very expression that is wanted: heights differ as faces do, and rows are as far apart
    enough = ramp(have, *ENOUGH) * _holds(drop / (scale * size), APART) if own else ramp(have, *OPEN)
    return MouthView(
        filler.sample(there.point(places.along, places.whole)),
        filler.sample(there.point(places.along, np.maximum(places.head, places.top + feather))),
        upper_weight,
        filler.sample(there.point(places.along, np.minimum(places.jaw, places.bottom - feather))),
        lower_weight * np.float32(1 - ramp(-drop / (scale * size), *DROPPED)),
        enough,
        max(ramp(have, *AS_OPEN), ramp(have, *OPEN) * (_holds(drop / (scale * size), FAR_APART) if own else 1.0)),
        smoothstep((np.float32(enough * (1 + BAND)) - places.share) / np.float32(BAND)),
    )


def _with_skull(filler: Patch, motion: Motion, head: Array, jaw: Array, there: Chart, pixels: Array32) -> Array32:
    """H×W×2 px: where in a picture the skull's places lie that are at these pixels; `head`, `jaw`: by landmarks."""
    if filler.skull is not None and motion.skull is not None:
        return apply(affine(filler.skull, motion.skull), pixels).astype(np.float32)
    # sideways the chin's shift is mostly the head's turn, which an affine map misses: half of it is felt at the mouth
    sideways = float(jaw @ there.along_axis) / 2
    return (apply(head, pixels) + sideways * there.along_axis).astype(np.float32)


@dataclass(frozen=True)
class _Places:
    """Where in a picture's chart the inside of the new opening is found, H×W px each."""

    along: Array32
    share: Array32
    """0–1: from the new opening's upper rim to its lower."""
    whole: Array32
    """Below the corners' line, as the rims go."""
    head: Array32
    """The same, held by the head."""
    jaw: Array32
    """The same, held by the jaw."""
    top: Array32
    """The upper rim at `along`."""
    bottom: Array32


def _places(
    charts: tuple[Chart, Chart], pixels: Array32, fixed: Array32, edge: Array32 | None, drop: float, own: bool
) -> _Places:
    """Down to the upper teeth's `edge` with the head (`fixed`), from there on with the jaw, `drop` px lower there.

    Where that would leave the picture's opening, `whole` goes as its rims go to the new ones. Sideways a whole column
    moves alike: teeth aren't sheared.
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
    height = np.maximum(lower - upper, 1e-3)
    first = np.float32(0.15) if edge is None else np.clip((edge - upper) / height, *TEETH_SHARE)
    jaw = smoothstep((share - first) / (np.float32(0.85) - first))
    anchored = head_below + jaw * np.float32(max(drop, -0.4 * float(here.rim.gaps.max())))
    inside = np.minimum((anchored - top) / np.float32(HOLD[0]), (bottom - anchored) / np.float32(HOLD[1]))
    inside /= np.float32(there.width)
    whole = stretched + smoothstep(inside) * (anchored - stretched)
    return _Places(place, share, whole, head_below, head_below + np.float32(drop), top, bottom)


def _edge(motion: Motion, here: Chart, pixels: Array32) -> Array32 | None:
    """H×W px below the corners' line: the upper teeth's edge, by the model."""
    if motion.inner is None or not motion.inner.upper_teeth.any():
        return None
    edge = lower_edge(*here.place(motion.inner.pixels[motion.inner.upper_teeth].astype(np.float32)))
    along = here.place(pixels)[0]
    return np.asarray(np.interp(along, *edge) + OVERBITE * motion.size, dtype=np.float32)


def _weights(places: _Places, past_edge: Array32 | None, feather: np.float32) -> tuple[Array32, Array32]:
    """H×W, 0–1 each: where the picture shows upper teeth and where what goes with the jaw.

    `past_edge`: H×W px of the picture by which a place held by the head lies below the upper teeth's edge.
    """
    height = places.bottom - places.top
    edge = places.top + np.float32(WITHOUT_TEETH) * height if past_edge is None else places.head - past_edge
    # what a narrow slit shows is shadow, and one row of pixels carried on upwards is streaks
    seen = smoothstep(height / (2 * feather) - np.float32(1.5)) * smoothstep((places.head - places.top) / feather + 4)
    upper = seen * smoothstep((np.minimum(places.bottom, edge) - places.head) / feather)
    first = np.maximum(places.top, edge)
    # less than two feathers of it are the lower lip's edge
    lower = smoothstep((places.bottom - first) / feather - 2) * smoothstep((places.jaw - first) / feather)
    lower *= smoothstep((places.bottom - places.jaw) / feather + 2)
    return upper, lower


def opening_share(here: Rims, there: Rims, size: float, there_size: float) -> float:
    """How high the opening `there` is, in the height that is needed `here`. Sizes: their faces', px."""
    have, need = float(there.gaps.max()) / there_size, float(here.gaps.max()) / size
    return (have + CLOSED_GAP) / (need + CLOSED_GAP)


def _holds(drop: float, apart: tuple[float, float]) -> float:
    """0–1: how well one picture of the same person stretches over both rows of teeth, when the jaw lay `drop` face
    sizes lower in it: a jaw that has opened since draws the rows apart.
    """
    return 1 - ramp(-drop, *apart)


def drawn(plate: Patch, motion: Motion, window: Window, row: int) -> Array32:
    """H×W×3: a plausible inside in the plate's own colours: a dark cavity and, where the model has them, its teeth and
    tongue; darker under the upper lip and towards the corners, with the plate's grain, another in every `row`.
    """
    size, chart = np.float32(motion.size), Chart(rims(motion.new_landmarks, MOUTH))
    along, below = chart.place(pixel_centres(window))
    upper, lower = chart.heights(along)
    dark = _cavity(lips(plate, window), np.minimum(below - upper, lower - below) / size)
    if motion.inner is not None:
        teeth, weight = draw(seated(motion.inner, chart, motion.size), eye_white(plate), window, motion.size)
        corner = np.minimum(along, np.float32(chart.width) - along) / np.float32(max(chart.width, 1.0))
        under = np.float32(0.6) + np.float32(0.4) * smoothstep((below - upper) / (UNDER_LIP * size))
        aside = np.float32(0.3) + np.float32(0.7) * smoothstep(corner / np.float32(0.35))
        dark = mix(dark, teeth * dimmed(under * aside), weight)
    return with_grain(dark, grain(plate.crop(window).pixels), seed=(row, MOUTH.upper[0]))


def seated(inner: InnerMouth, chart: Chart, size: float) -> InnerMouth:
    """The lower teeth let down behind the lower lip, and the tongue with them: where lips on the plate part further
    than the model's, its jaw has dropped too little, and the row would stand in the middle of the mouth.
    """
    front = inner.lower_incisors
    if not front.any():
        return inner
    below = chart.place(inner.pixels.astype(np.float32))[1]
    edge = float(np.percentile(below[front], 10))
    rim = float(((chart.rim.lower - chart.rim.upper[0]) @ chart.rim.down).max())
    missing = max(rim - LOWER_CROWN * size - edge, 0.0)
    top = float(((chart.rim.upper - chart.rim.upper[0]) @ chart.rim.down).min())
    # from the upper lip on, so that the cavity is drawn longer and nothing of it tears
    share = smoothstep((below - np.float32(top)) / np.float32(max(edge - top, 1.0)))
    share = np.where(inner.upper_teeth, 0, share)
    return replace(inner, pixels=inner.pixels + (missing * share)[:, None] * chart.rim.down)


def _cavity(tone: Array32, inside: Array32) -> Array32:
    """H×W×3: from the lips' colour (3) to a warm dark, by the distance from the lips (H×W face sizes)."""
    wet = np.exp(-np.maximum(inside, 0) / np.float32(FALLOFF))[..., None]
    warm = np.array([1.0, 0.6, 0.55], np.float32)
    return np.asarray(tone * (np.float32(0.1) * warm + wet * (np.float32(0.5) - np.float32(0.1) * warm)), np.float32)


def shaded(pixels: Array32, motion: Motion, window: Window) -> Array32:
    """H×W×3: darker and redder where lips have closed to a slit, into which light falls through them only."""
    chart = Chart(rims(motion.new_landmarks, MOUTH))
    before = float(rims(motion.old_landmarks, MOUTH).gaps.max())
    closing = ramp((before - float(chart.rim.gaps.max())) / motion.size, 0.0, SLIT)
    upper, lower = chart.heights(chart.place(pixel_centres(window))[0])
    dark = 1 - smoothstep((lower - upper) / np.float32(SLIT * motion.size))
    loss = np.array(SLIT_LOSS, dtype=np.float32)
    return pixels * (1 - np.float32(closing) * dark[..., None] * loss)


def between_lips(motion: Motion, window: Window, trust: float) -> Array32:
    """H×W, 0–1: what the inside covers. Beside lips of another picture (`trust`: as for `retrieved`) its slits and
    corners are left to these, which show them as they are.
    """
    chart = Chart(rims(motion.new_landmarks, MOUTH))
    along = chart.place(pixel_centres(window))[0]
    corner = np.minimum(along, np.float32(chart.width) - along) / np.float32(SOFT_CORNER * motion.size)
    covered = opening(chart.rim, window, SOFT_RIM * motion.size) * smoothstep(corner)
    if trust == 0:
        return covered
    upper, lower = chart.heights(along)
    return covered * (1 - np.float32(trust) * (1 - smoothstep((lower - upper) / np.float32(motion.size), *LEFT)))


def compose(own: MouthView, others: Sequence["Other"], behind: Array32) -> Array32:
    """H×W×3: the filled opening. `others`: best last; `behind` (H×W×3): what they don't show."""
    filled = behind
    for other in others:
        filled = mix(filled, other.view.laid_on(filled, other.gain), other.share)
    return own.laid_on(filled, np.ones(3, np.float32), 1 - _same(others))


def unknown(own: MouthView, others: Sequence["Other"]) -> Array32:
    """H×W, 0–1: how much of what lies behind `compose` shows: no picture has it."""
    left = 1 - own.covered(1 - _same(others))
    for other in others:
        left *= 1 - np.float32(other.share) * other.view.covered()
    return left


def _same(others: Sequence["Other"]) -> float:
    """0–1: how far a picture of the same person shows all: it shows the same teeth, and two would not quite meet."""
    return max((other.share * other.view.enough for other in others if other.own), default=0.0)


def deep(motion: Motion, window: Window) -> Array32:
    """H×W, 0–1: inside the new opening, away from the lips."""
    chart = Chart(rims(motion.new_landmarks, MOUTH))
    depth = distance_into(opening(chart.rim, window) > 0.5) / np.float32(motion.size)
    return smoothstep(depth, *DEEP)


def retrieved(others: Sequence["Other"], trust: float, shape: tuple[int, ...]) -> tuple[Array32, float]:
    """H×W×3: the opening as the same person's other pictures show it; and, 0–1, how much rather that is to be shown
    than what `compose` makes: by `trust`, where they have such an opening. `shape`: H, W.
    """
    whole, have = np.zeros((*shape, 3), np.float32), 0.0
    for other in (other for other in others if other.own):
        whole = mix(whole, other.view.whole * other.gain, other.share)
        have += other.share * (other.view.open - have)
    return whole, trust * have


@dataclass(frozen=True)
class Other:
    """A picture besides the plate's own frame."""

    view: MouthView
    gain: Array32
    """3: what brings its colours to the plate's."""
    share: float
    """0–1: how far it covers those before it."""
    own: bool
    """The plate's own person."""
