"""The eyes inside their lids: the iris follows the gaze, what the lids uncover is taken from where it was seen.

An eye is put together from two layers: the white, seen where no iris and no lid hides it and carried on from there, and
the iris as a disc; what a lid hides of it has the colour seen at the same radius.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..easing import saturated, smoothstep
from ..landmarks.places import Eye
from ..raster.windows import Window, pixel_centres
from .aperture import Chart, carry_along, coverage, rims
from .backward import Motion
from .grid import distance_into, lengths, mix, ramp, sample
from .patch import Patch, apply, head_affine

ENOUGH = (0.6, 0.95)
"""Share of the needed opening below which a picture's eye shows too little of itself, and above which enough."""
IRIS_ENOUGH = (0.4, 0.8)
"""The same for the part of the iris that lids leave free."""
LEAST = 0.003
"""Gap between lids, in face sizes, that shows nothing of the eye: lashes cover it."""
CLOSED_AREA = 0.0015
"""Opening, in squares of the face's size, that makes no difference."""
LIMBUS = (1.0, 1.25)
"""The edge of the iris, in radii: inside wholly iris, outside wholly white."""
SMALL_TURN = 0.25
"""Shift in iris radii up to which a continuous warp of the picture is blended with the two layers."""
CLEAR_WHITE = (1.1, 1.5)
"""Radii between which the picture's white is more and more free of the iris's blurred edge."""
FLAT = 0.35
"""How much less far the white is carried down than across, as its shading under the lids goes."""
EDGE_LIGHT = 0.85
"""Light on the white beside the lids and in the corners, where it was never seen."""
LID_LIGHT = 0.8
"""The same right under the upper lid, whose shade lies on it."""
LID_SHADE = 0.7
"""Iris radii below the upper lid that its shade reaches."""
SEEN = 0.1
"""Share of a neighbourhood that has to be clear white to tell what the white is like there."""
WHITEST = 6
"""Exponent by which whiter places say more about the white than shaded and red ones."""
RIM = (0.55, 0.8)
"""Iris radii from which on an iris that is carried elsewhere is less and less let be brighter than it is at the second:
the white beside it, or under a limbus a little off, would go along as a bright ring.
"""
RIM_SPREAD = 0.3
"""By what share brighter it gives way wholly."""
CARRIED = (0.88, 1.16)
"""The edge of an iris that is carried elsewhere, in radii."""
WITHIN_LIDS = 0.8
"""Iris radii that its centre stays off the corners of the lids, and …"""
FREELY = 0.7
"""… the share of its way there that it goes unhindered."""
RINGS = 12
"""Radii at which the iris's colour is measured."""
EYEBALL = 2.4
"""Iris radii from the eyeball's middle to the iris: more than anatomy's 1.9, for the cornea shows a turned iris wider
and the middle between the corners is not quite the eyeball's.
"""
SIDEWAYS = 0.6
"""Share of that way that an iris is seen off the eyeball's middle, at most."""
GLINT = 0.25
"""What a reflection in the cornea is lighter by than most of the iris, as a share of the picture's brightest."""
GLINT_STAYS = 0.5
"""Share of the iris's way that reflections don't go along: the cornea's centre of curvature lies halfway."""
TURNED = (0.5, 1.5)
"""Shift in iris radii up to which a picture that looks elsewhere does as well, and from which on hardly at all."""
TURN_COUNTS = 0.85
"""How much less a picture that looks elsewhere is worth."""
EDGE = 0.3
"""Iris radii inside the lids where a picture goes with their edges: its tear line and the shade of its lashes."""
SHADE = (0.35, 0.8)
"""Iris radii inside the lids that their shade and lashes reach on a picture; and the same where the new eye is open so
much wider that this would stay in the middle of it, as a dark arc.
"""
WIDER = (0.01, 0.05)
"""Face sizes by which it is, from and up to."""
UNLIKE = (0.15, 0.4)
"""Difference of two openings, as a share of both, up to which it does, and from which on it does not."""
ENOUGH_OF_OWN = 0.3
"""Of what is needed: where the person's own pictures show as much, nobody else's eye is used."""
LITTLE = 0.02
"""What a picture that shows nothing of what is needed counts for beside others."""


@dataclass(frozen=True)
class EyeView:
    """One picture's eye carried into the new opening."""

    pixels: Array32
    """H×W×3."""
    enough: float
    """0–1: how well that picture's opening and gaze suffice for the new ones."""


@dataclass(frozen=True)
class Eyeball:
    """An eye as one picture shows it."""

    patch: Patch
    """Without reflections."""
    glints: Patch
    """The reflections in its cornea: what they add."""
    profile: Array32
    """RINGS×3: the visible iris's mean colour by radius."""
    depth: Array32
    """H×W px over the patch: how deep between the lids."""
    iris: Array32
    """2 px, centre."""
    radius: float
    """px."""
    middle: Array32
    """2 px: where a straight look has the iris, about."""

    @staticmethod
    def of(patch: Patch, eye: Eye) -> "Eyeball":
        iris = patch.landmarks[eye.iris].astype(np.float32)
        radius = float(np.linalg.norm(patch.landmarks[eye.limbus] - iris, axis=1).mean())
        depth = _depth(patch.landmarks, eye, patch.window)
        away = lengths(pixel_centres(patch.window) - iris) / np.float32(radius)
        glint = _glint(patch.pixels, away, depth)
        profile = _profile(patch.pixels, away, (depth > 0.15 * radius) & (away < LIMBUS[1]) & (glint == 0))
        added = glint[..., None] * np.maximum(patch.pixels - _by_radius(profile, away), 0)
        middle = patch.landmarks[eye.aperture.upper[[0, -1]]].mean(axis=0).astype(np.float32)
        return Eyeball(
            replace(patch, pixels=patch.pixels - added),
            replace(patch, pixels=added),
            profile,
            depth,
            iris,
            radius,
            middle,
        )

    def turned(self, still: Array32, goal: Array32) -> Array32:
        """H×W×2 px: lookups `still` with the eyeball turned so that what is at `goal` (2 px) is the iris's centre.

        An iris is flat: turned aside, it is as much narrower as its normal leaves the line of sight.
        """
        narrower = self._foreshortened(self.iris) @ np.linalg.inv(self._foreshortened(goal))
        return np.asarray(self.iris + (still - goal) @ narrower.T.astype(np.float32), dtype=np.float32)

    def _foreshortened(self, place: Array32) -> Array:
        """2×2: how an iris seen at `place` (2 px) is narrower than face to face."""
        aside = (place - self.middle) / (EYEBALL * self.radius)
        length = max(float(np.linalg.norm(aside)), 1e-6)
        cosine = np.sqrt(1 - min(length, SIDEWAYS) ** 2)
        return np.asarray(np.eye(2) - (1 - cosine) * np.outer(aside, aside) / length**2)

    def away(self, lookup: Array32) -> Array32:
        """H×W: distance to the iris's centre, in radii."""
        return np.asarray(lengths(lookup - self.iris) / self.radius, dtype=np.float32)

    def in_iris(self, lookup: Array32) -> Array32:
        """H×W, 0–1: the place is on the iris."""
        return 1 - smoothstep((self.away(lookup) - LIMBUS[0]) / (LIMBUS[1] - LIMBUS[0]))

    def clear_white(self, lookup: Array32) -> Array32:
        """H×W, 0–1: the place is well off the iris."""
        return smoothstep((self.away(lookup) - CLEAR_WHITE[0]) / (CLEAR_WHITE[1] - CLEAR_WHITE[0]))

    def free(self, lookup: Array32, depth: Array32, shade: float = SHADE[0]) -> Array32:
        """H×W, 0–1: the lids leave the place as free as those of the new eye do (depth: H×W px between its lids).

        `shade`: iris radii inside the lids from which on they are far.
        """
        have = sample(self.depth, self.patch.window, lookup, cv2.INTER_LINEAR)
        need = np.minimum(depth, np.float32(shade * self.radius))
        return smoothstep((have + 0.25) / (need + 0.25))


def visible_iris(landmarks: Array, eye: Eye, depth: Array32, window: Window) -> float:
    """0–1: the part of the iris that lids leave free, given the depth between them (H×W px over a window)."""
    centre = landmarks[eye.iris]
    radius = np.linalg.norm(landmarks[eye.limbus] - centre, axis=1).mean()
    disc = np.linalg.norm(pixel_centres(window) - centre, axis=-1) < radius
    return float(np.count_nonzero(disc & (depth > 0)) / max(np.count_nonzero(disc), 1))


def _depth(landmarks: Array, eye: Eye, window: Window) -> Array32:
    """H×W px: how deep between the lids."""
    return distance_into(coverage(rims(landmarks, eye.aperture).contour, window) > 0.5)


def view(source: Patch, motion: Motion, eye: Eye, window: Window) -> EyeView:
    """`source`'s eye in the motion's new lids, looking where the new iris is."""
    ball = Eyeball.of(source, eye)
    head = head_affine(source.landmarks, motion.old_landmarks)
    still = apply(head, pixel_centres(window)).astype(np.float32)
    goal = apply(head, within_lids(motion, eye)).astype(np.float32)
    depth = _depth(motion.new_landmarks, eye, window)
    near = _with_edges(still, source, motion, eye, window, ball.radius)
    scale = float(np.sqrt(abs(np.linalg.det(head[:, :2]))))
    have, need = rims(source.landmarks, eye.aperture), rims(motion.new_landmarks, eye.aperture)
    wider = ramp(float(need.gaps.max() - have.gaps.max() / scale) / motion.size, *WIDER)
    shade = SHADE[0] + wider * (SHADE[1] - SHADE[0])
    pixels = _look(ball, near, still, goal, depth, _light(motion, eye, window, depth), shade)
    shown = visible_iris(source.landmarks, eye, ball.depth, source.window)
    wanted = visible_iris(motion.new_landmarks, eye, depth, window)
    least = CLOSED_AREA * motion.size**2
    opening = ramp((have.area / scale**2 + least) / (need.area + least), *ENOUGH)
    towards = 1 - TURN_COUNTS * ramp(float(np.linalg.norm(ball.iris - goal)) / ball.radius, *TURNED)
    return EyeView(pixels, towards * opening * ramp((shown + 0.1) / (wanted + 0.1), *IRIS_ENOUGH))


def within_lids(motion: Motion, eye: Eye) -> Array:
    """2 px: where the new iris is seen: never behind the lids' corners, unless the plate's own was."""
    old, new = motion.old_landmarks, motion.new_landmarks
    along, half = _off_middle(new, eye)
    before, half_before = _off_middle(old, eye)
    radius = float(np.linalg.norm(new[eye.limbus] - new[eye.iris], axis=1).mean())
    room = max(half - WITHIN_LIDS * radius, 0.1 * half)
    own = max(before * np.sign(along) * half / max(half_before, 1e-6), 0.0)
    knee = max(FREELY * room, own)
    kept = np.sign(along) * saturated(np.abs(along), knee, max(room - knee, 0.1 * room))
    return np.asarray(new[eye.iris] + (kept - along) * Chart(rims(new, eye.aperture)).along_axis)


def _off_middle(landmarks: Array, eye: Eye) -> tuple[float, float]:
    """Px along the opening from its middle to the iris, and to a corner."""
    chart = Chart(rims(landmarks, eye.aperture))
    away = float((landmarks[eye.iris] - chart.rim.upper[0]) @ chart.along_axis)
    return away - chart.width / 2, chart.width / 2


def _light(motion: Motion, eye: Eye, window: Window, depth: Array32) -> Array32:
    """H×W: the light on a white that was never seen: an eyeball is round, and the upper lid shades it."""
    chart = Chart(rims(motion.new_landmarks, eye.aperture))
    radius = np.float32(
        np.linalg.norm(motion.new_landmarks[eye.limbus] - motion.new_landmarks[eye.iris], axis=1).mean()
    )
    along, below = chart.place(pixel_centres(window))
    under = smoothstep((below - chart.heights(along)[0]) / (np.float32(LID_SHADE) * radius))
    inside = smoothstep(depth / radius)
    return np.asarray((LID_LIGHT + (1 - LID_LIGHT) * under) * (EDGE_LIGHT + (1 - EDGE_LIGHT) * inside), np.float32)


def _with_edges(still: Array32, source: Patch, motion: Motion, eye: Eye, window: Window, radius: float) -> Array32:
    """H×W×2 px: lookups with the head alone that, right beside the lids, meet the source's lids."""
    here, there = Chart(rims(motion.new_landmarks, eye.aperture)), Chart(rims(source.landmarks, eye.aperture))
    along, below = here.place(pixel_centres(window))
    carried = carry_along(here, there, along)
    (top, bottom), (other_top, other_bottom) = here.heights(along), there.heights(carried)
    scale = np.float32(there.width / max(here.width, 1e-6))
    need, have = scale * np.maximum(bottom - top, 0), np.maximum(other_bottom - other_top, 0)
    alike = 1 - smoothstep((np.abs(need - have) / (need + have + 1) - UNLIKE[0]) / (UNLIKE[1] - UNLIKE[0]))
    width = np.float32(EDGE * radius)
    found = still
    for edge, other, inwards in ((top, other_top, 1.0), (bottom, other_bottom, -1.0)):
        away = scale * (below - edge)
        near = alike * (1 - smoothstep(np.float32(inwards) * away / width))
        found = mix(found, there.point(carried, other + away), near)
    return found


def _look(
    ball: Eyeball, near: Array32, still: Array32, goal: Array32, depth: Array32, light: Array32, shade: float
) -> Array32:
    """H×W×3: the eye with its iris at `goal` (2 px). Lookups: `still` with the head, `near` with lids too; `light`
    (H×W) falls on a white that was never seen; `shade`: of `Eyeball.free`.
    """
    turned = float(np.linalg.norm(ball.iris - goal)) / ball.radius
    looking = ball.turned(still, goal)
    on_iris = ball.in_iris(looking)
    white, iris = _white(ball, still) * light[..., None], _iris(ball, looking, depth, shade)
    # a small turn: the picture is shifted at the iris and less and less around it
    warp = near + on_iris[..., None] * (looking - still)
    warped = mix(mix(white, iris, on_iris), ball.patch.sample(warp), ball.free(warp, depth, shade))
    shown = ball.free(near, depth, shade) * ball.clear_white(near)
    layered = mix(
        mix(white, ball.patch.sample(near), shown), _without_white(ball, iris, looking), _carried(ball, looking)
    )
    glints = ball.glints.sample(looking - np.float32(GLINT_STAYS) * (ball.iris - goal), cv2.INTER_LINEAR)
    return mix(warped, layered, ramp(turned, 0.0, SMALL_TURN)) + glints * on_iris[..., None]


def _white(ball: Eyeball, lookup: Array32) -> Array32:
    """The white carried on under iris and lids, mostly sideways."""
    outside = 0.5 * ball.clear_white(lookup) + 0.5 * (1 - ball.in_iris(lookup))
    weight = ball.free(lookup, np.full(lookup.shape[:2], ball.radius, np.float32)) * outside
    pixels = ball.patch.sample(lookup)
    # lashes, veins and what is left of the iris's edge are darker than the white, the inner corner's skin is redder
    whiteness = np.clip(pixels.min(axis=2), 0, None)
    whitest = float((whiteness * (weight > 0.1)).max())
    weight *= np.minimum(whiteness / np.float32(max(whitest, 1e-6)), 1) ** WHITEST
    carried = np.broadcast_to(_weighted_mean(pixels, weight), pixels.shape)
    for sigma in (1.5, 0.6):  # coarse to fine: each fills where it has seen enough
        spread = _spread(
            np.dstack([pixels * weight[..., None], weight]), sigma * ball.radius, FLAT * sigma * ball.radius
        )
        total, share = spread[..., :3], spread[..., 3]
        carried = mix(carried, total / np.maximum(share, 1e-6)[..., None], smoothstep(share / np.float32(SEEN)))
    return np.asarray(carried, dtype=np.float32)


def _spread(values: Array32, across: float, down: float) -> Array32:
    """A Gaussian mean (standard deviations in px) of H×W×C values, taken on as few pixels as it needs."""
    step = max(int(down / 1.5), 1)
    height, width = values.shape[:2]
    small = (max(width // step, 1), max(height // step, 1))
    fewer = cv2.resize(values, small, interpolation=cv2.INTER_AREA) if step > 1 else values
    blurred = cv2.GaussianBlur(fewer, (0, 0), sigmaX=across / step, sigmaY=down / step)
    return np.asarray(cv2.resize(blurred, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def _weighted_mean(pixels: Array32, weight: Array32) -> Array32:
    total = (pixels * weight[..., None]).sum(axis=(0, 1)) + 1e-3 * pixels.mean(axis=(0, 1))
    return np.asarray(total / (float(weight.sum()) + 1e-3), dtype=np.float32)


def _iris(ball: Eyeball, lookup: Array32, depth: Array32, shade: float) -> Array32:
    """The iris; where a lid hides it, the colour that it has at the same radius elsewhere."""
    return mix(_by_radius(ball.profile, ball.away(lookup)), ball.patch.sample(lookup), ball.free(lookup, depth, shade))


def _carried(ball: Eyeball, lookup: Array32) -> Array32:
    """H×W, 0–1: the place is on an iris that is carried elsewhere."""
    return 1 - smoothstep((ball.away(lookup) - CARRIED[0]) / (CARRIED[1] - CARRIED[0]))


def _without_white(ball: Eyeball, iris: Array32, lookup: Array32) -> Array32:
    """H×W×3: the iris, at its rim no brighter than an iris is there."""
    away = ball.away(lookup)
    usual = _by_radius(ball.profile, np.minimum(away, np.float32(RIM[1])))
    brighter = iris.mean(axis=2) / np.maximum(usual.mean(axis=2), np.float32(1e-6)) - 1
    return mix(iris, usual, smoothstep((away - RIM[0]) / (RIM[1] - RIM[0])) * smoothstep(brighter / RIM_SPREAD))


def _glint(pixels: Array32, away: Array32, depth: Array32) -> Array32:
    """H×W, 0–1: what is much brighter than most of the iris. away: H×W radii; depth: H×W px between the lids."""
    brightness = pixels.mean(axis=2)
    inside = (depth > 0) & (away < 1)
    if not inside.any():
        return np.zeros_like(away)
    excess = (brightness - np.median(brightness[inside])) / np.float32(max(float(brightness.max()), 1e-6))
    return np.asarray(
        smoothstep(excess / np.float32(GLINT) - 1) * inside * (1 - smoothstep((away - 0.8) / 0.2)), np.float32
    )


def _profile(pixels: Array32, away: Array32, seen: NDArray[np.bool_]) -> Array32:
    """RINGS×3: mean colour by distance (away: H×W radii) of the pixels seen (H×W); where none is, of all of them."""
    weight = seen.astype(np.float32)
    bins = np.minimum((away * RINGS / LIMBUS[1]).astype(np.intp), RINGS - 1).ravel()
    count = np.bincount(bins, weight.ravel(), RINGS)[:, None]
    total = np.stack([np.bincount(bins, (weight * pixels[..., c]).ravel(), RINGS) for c in range(3)], axis=1)
    unseen = _weighted_mean(pixels, weight * (away < 1))
    return np.asarray((total + unseen) / (count + 1), dtype=np.float32)


def _by_radius(profile: Array32, away: Array32) -> Array32:
    """H×W×3: a profile's colours (RINGS×3) at distances (H×W radii)."""
    place = np.clip(away * np.float32(RINGS / LIMBUS[1]) - np.float32(0.5), 0, np.float32(RINGS - 1.001))
    ring = place.astype(np.intp)
    return mix(profile[ring], profile[ring + 1], place - ring.astype(np.float32))


Picture = tuple[EyeView, Array32, float]
"""A picture's view, its colour gain (3) and its share."""


def missing(pictures: Sequence[Picture]) -> float:
    """0–1: how little the person's own pictures show of the eye that is wanted."""
    return 1 - ramp(max((view.enough * share for view, _, share in pictures), default=0.0), 0.0, ENOUGH_OF_OWN)


def compose(own: EyeView, pictures: Sequence[Picture], strangers: Sequence[Picture]) -> Array32:
    """H×W×3: the filled opening. `own`: the plate's; pictures of the same person, best last; and of somebody else.

    The plate's own eye as far as it suffices, or no other does better; others by share and by what they show.
    """
    filled, total, best = own.pixels, 0.0, 0.0
    for view, gain, share in pictures:
        worth = view.enough + LITTLE
        # shares are laid one over the other: what those before have left counts that much less
        total = (1 - share) * total + share * worth
        filled = mix(filled, view.pixels * gain, share * worth / total)
        best = max(best, share * view.enough)
    for view, gain, share in strangers:
        filled = mix(filled, view.pixels * gain, missing(pictures) * share * view.enough)
        best = max(best, missing(pictures) * share * view.enough)
    return mix(filled, own.pixels, own.enough / (own.enough + (1 - own.enough) * best + LITTLE * (1 - own.enough)))
