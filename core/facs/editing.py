"""What an animator does to curves over a range of frames: pure functions of T values, or T×C of several curves.

They return what the curves are to become; how that is kept apart from what was solved is the scene's business.
"""

from collections.abc import Mapping
from typing import Literal

import numpy as np

from ..conventions import Array
from .channels import other_side, reflected
from .derived import CLOSED

Ease = Literal["in", "out", "both", "none"]
"""Slow at the beginning, at the end, at both, or straight."""
Side = Literal["swap", "left", "right"]
"""Exchange the sides, or take the left, or the right, for both."""

_REACH = 3.0
"""A Gaussian is cut at this many standard deviations."""
_KEEP = 0.3
"""AU45 at which a lid's movement begins to be kept as it is when a range is smoothed; from CLOSED it is."""


def ease(share: Array, kind: Ease) -> Array:
    """Shares 0–1 of a way (any shape), eased."""
    if kind == "in":
        return np.asarray(share**2)
    if kind == "out":
        return np.asarray(1.0 - (1.0 - share) ** 2)
    return np.asarray(share * share * (3.0 - 2.0 * share)) if kind == "both" else share


def envelope(count: int, fade: int) -> Array:
    """T: how strong an edit is over its range: rising and falling over `fade` frames, 1 in between.

    The frames before and after the range count as 0. A range too short for both fades rises to its middle.
    """
    steps = np.minimum(np.arange(1, count + 1), np.arange(count, 0, -1))
    return ease(np.minimum(steps / (fade + 1), 1.0), "both")


def smoothed(values: Array, radius: float) -> Array:
    """T×C curves smoothed by a Gaussian (`radius`: its standard deviation in frames); first and last frame stay.

    Against the straight line between its ends a curve goes on beyond them turned about, so that they don't move.
    """
    count = len(values)
    if count < 3 or radius <= 0.0:
        return values.copy()
    line = between(values, "none")
    bump = values - line
    period = np.concatenate([bump[:-1], -bump[:0:-1]])
    reach = np.arange(-int(np.ceil(_REACH * radius)), int(np.ceil(_REACH * radius)) + 1)
    weights = np.exp(-0.5 * (reach / radius) ** 2)
    weights /= weights.sum()
    smooth = np.zeros_like(bump)
    for step, weight in zip(reach, weights, strict=True):
        smooth += weight * period[(np.arange(count) + step) % len(period)]
    smooth[[0, -1]] = 0.0
    return np.asarray(line + smooth)


def keeping_blinks(values: Array, smooth: Array) -> Array:
    """T×C lid curves (AU45), smoothed only where the lid is up: a blink stays as deep as it was."""
    shut = ease(np.clip((values - _KEEP) / (CLOSED - _KEEP), 0.0, 1.0), "both")
    return np.asarray(shut * values + (1.0 - shut) * smooth)


def between(values: Array, kind: Ease) -> Array:
    """T×C curves that go from their first value to their last, eased; what was in between is gone."""
    way = ease(np.linspace(0.0, 1.0, len(values)), kind)[:, None]
    return np.asarray(values[0] + way * (values[-1] - values[0]))


def held(values: Array, row: int, fade: int) -> Array:
    """T×C curves that hold the values of one row, fading from and to their own at both ends."""
    share = envelope(len(values), fade)[:, None]
    return np.asarray(values + share * (values[row] - values))


def looped(cycle: Array, count: int, blend: int) -> Array:
    """`count`×C frames that repeat a cycle (T×C) from its beginning.

    Over the last `blend` frames of each round the curves are led to where they begin, so that no seam is seen.
    """
    length = len(cycle)
    blend = min(blend, length - 1)
    gap = cycle[0] - cycle[-1]
    share = np.clip((np.arange(length) - (length - 1 - blend)) / (blend + 1), 0.0, 1.0)
    closed = cycle + ease(share, "both")[:, None] * gap
    return np.asarray(closed[np.arange(count) % length])


def mirrored(curves: Mapping[str, Array], side: Side) -> dict[str, Array]:
    """Channels (T each) with the sides of the face exchanged, or one side's on both.

    An exchange turns gaze and head as a mirror does; with one side for both, both eyes look where that side's does,
    and what has no sides stays. A channel whose partner isn't among the curves stays as well.
    """
    if side == "swap":
        turned = {name: (partner, sign) for name in curves for partner, sign in [reflected(name)]}
        return {
            name: sign * curves[partner] if partner in curves else curves[name]
            for name, (partner, sign) in turned.items()
        }
    giver = side[0].upper()
    return {name: curves[_giver(name, giver)] if _giver(name, giver) in curves else curves[name] for name in curves}


def _giver(channel: str, side: str) -> str:
    partner = other_side(channel)
    return channel if partner is None or f"_{side}" in channel else partner


def blended(values: Array, pose: Array, share: Array, *, add: bool = False) -> Array:
    """T×C curves with a pose (C) laid on them by `share` (T, 0–1): in their place, or on top."""
    amount = share[:, None]
    return np.asarray(values + amount * pose if add else values + amount * (pose - values))
