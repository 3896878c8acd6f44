"""Retargeting: how a driving performance changes a target's own, and what that asks of its face model."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from ..easing import saturated, smoothstep
from ..errors import InputError
from ..fit.lids import gaze_weights
from ..fit.result import Fit
from .from_fit import Neutral
from .performance import Performance
from .tables import GAZE_SHAPES, UNIT_SHAPES, UNITS, UPPER_UNITS

Mode = Literal["replace", "add", "edit"]
Region = Literal["all", "upper", "lower"]

EASE_SECONDS = 0.2
"""The effect fades in and out over this time where the driving performance begins, ends or has a gap."""

UNEDITED = 1e-4
"""Of a unit, or rad: an edited curve that is nearer to the target's own is its own. Blender keeps curves in single
precision; no picture shows the difference."""

SAME_TIME = 1e-6
"""Of a frame."""

EASY_GAZE, FAR_GAZE = np.radians([15.0, 12.0]), np.radians([28.0, 22.0])
"""rad, yaw and pitch: a transferred gaze is free up to here, and goes nowhere beyond: heads turn for what lies farther
aside (Stahl 1999). Where the target's own shot looks farther, it is free up to there.
"""
OWN_GAZE = (2.0, 98.0)
"""Percentiles of the target's gaze that are sure to be no slips."""
VERGENCE_ACTED = np.radians([8.0, 14.0])
"""rad: eyes that turn to each other by less only seem to (each is read with an error of 3°); by more, they do."""
VERGENCE = np.radians(8.0)
"""rad: what a driver's eyes turn the target's to each other by, at most: as for an object 45 cm off."""
HARDEST_GAZE = 0.8
"""rad: no eye turns farther, whoever asks for it."""


@dataclass(frozen=True)
class Mix:
    """How a driving performance is laid on a target's."""

    strength: float = 1.0
    """0 leaves the target as it is, 1 is the whole effect."""
    mode: Mode = "replace"
    """'replace': the target does what the driver does; 'add': it does so on top of its own acting; 'edit': the driver
    is the target's own performance, edited, and means what it says, gaze included."""
    region: Region = "all"

    def __post_init__(self) -> None:
        if not 0.0 <= self.strength <= 1.0:
            raise InputError(f"strength {self.strength} is outside 0–1")


def lay(driver: Performance, target: Performance, lost: NDArray[np.bool_]) -> Performance:
    """The driver at the target's frames, its first row on the target's first; missing also where the target is missing
    or `lost` (T).
    """
    shifted = replace(driver, times=driver.times - driver.times[0] + target.times[0])
    laid = resample(shifted, target.times)
    return replace(laid, missing=laid.missing | target.missing | lost)


def resample(driver: Performance, times: Array) -> Performance:
    """The driver at other times (T seconds, on its own clock): linear in between, at rest and missing outside."""
    step = 0.5 / driver.fps
    outside = (times < driver.times[0] - step) | (times > driver.times[-1] + step)
    place = np.interp(times, driver.times, np.arange(len(driver)))
    nearest = np.rint(place).astype(int)
    place = np.where(np.abs(place - nearest) < SAME_TIME, nearest, place)
    before, after = np.floor(place).astype(int), np.ceil(place).astype(int)

    def at(values: Array) -> Array:
        flat = values.reshape(len(values), -1)
        found = flat[before] + (place - before)[:, None] * (flat[after] - flat[before])
        return np.where(outside[:, None], 0.0, found).reshape(-1, *values.shape[1:])

    return replace(
        driver,
        units=at(driver.units),
        head=at(driver.head),
        position=at(driver.position),
        gaze=at(driver.gaze),
        confidence=at(driver.confidence),
        bridged=driver.bridged[nearest] & ~outside,
        missing=driver.missing[nearest] | outside,
        frames=np.arange(1, len(times) + 1),
        times=times,
    )


def effect(driver: Performance, mix: Mix) -> Array:
    """T: strength of the transfer at each frame, eased to 0 where the driver is missing."""
    away = driver.times[driver.missing]
    if len(away) == 0:
        return np.full(len(driver), mix.strength)
    after = np.searchsorted(away, driver.times)
    following, previous = away[np.minimum(after, len(away) - 1)], away[np.maximum(after - 1, 0)]
    since = np.minimum(np.abs(following - driver.times), np.abs(driver.times - previous))
    phase = np.clip(since / EASE_SECONDS, 0.0, 1.0)
    return np.asarray(mix.strength * phase * phase * (3 - 2 * phase))


def region_units(region: Region) -> Array:
    """len(UNITS): 1 where the region holds the unit."""
    upper = np.array([unit in UPPER_UNITS for unit in UNITS])
    return {"all": np.ones(len(UNITS)), "upper": upper.astype(float), "lower": (~upper).astype(float)}[region]


def mixed(target: Performance, driver: Performance, mix: Mix) -> Performance:
    """The target's performance with the driver's laid on it (driver resampled to the target's rows).

    Gaze is transferred relative to each person's usual gaze: where the driver looks to her left of usual, so does
    the target, whatever the camera's place, both eyes by the same and no farther than eyes go. Head turns stay the
    target's.
    """
    if mix.mode == "edit":
        return edited(target, driver, effect(driver, mix), mix.region)
    amount = effect(driver, mix)[:, None]
    share = amount * region_units(mix.region)
    keep = 1.0 - share if mix.mode == "replace" else 1.0
    strongest = np.maximum(1.0, np.maximum(target.units, driver.units))  # an artist may go beyond 1, a sum may not
    units = np.clip(keep * target.units + share * driver.units, 0.0, strongest)
    looks = amount[..., None] if mix.region != "lower" else np.zeros_like(amount)[..., None]
    base = usual_gaze(target) if mix.mode == "replace" else target.gaze
    gaze = (1.0 - looks) * target.gaze + looks * led(target, base, driver.gaze - usual_gaze(driver))
    return replace(target, units=units, gaze=gaze)


def edited(target: Performance, wanted: Performance, amount: Array, region: Region = "all") -> Performance:
    """The target's performance as an artist wants it, by `amount` (T, 0–1). Rows that were left alone stay exactly the
    target's, whatever is done to others.
    """
    looks = 0.0 if region == "lower" else amount[:, None, None]
    hardest = np.maximum(HARDEST_GAZE, np.abs(target.gaze))
    turned = np.clip(target.gaze + looks * _edit(wanted.gaze, target.gaze), -hardest, hardest)
    units = target.units + amount[:, None] * region_units(region) * _edit(wanted.units, target.units)
    return replace(target, units=np.maximum(units, 0.0), gaze=turned)


def _edit(wanted: Array, own: Array) -> Array:
    change = wanted - own
    return np.where(np.abs(change) < UNEDITED, 0.0, change)


def usual_gaze(performance: Performance) -> Array:
    """2×2 rad: the median gaze of the frames with a face."""
    seen = ~performance.missing
    return np.asarray(np.median(performance.gaze[seen], axis=0)) if seen.any() else np.zeros((2, 2))


def led(target: Performance, base: Array, away: Array) -> Array:
    """T×2×2 rad: the target's gaze led from `base` (…×2×2 rad) by the driver's change `away` (T×2×2 rad).

    Eyes move as one (Hering's law): both by the mean change, and to each other only where that is really acted, never
    apart. The limit is one for both as well, else the one that meets it first would squint.
    """
    straight = base.mean(axis=-2)
    seen = target.gaze[~target.missing].mean(axis=1)
    low, high = np.percentile(seen, OWN_GAZE, axis=0) if len(seen) else np.zeros((2, 2))
    wanted = straight + away.mean(axis=1)
    room = FAR_GAZE - EASY_GAZE
    knees = (
        np.maximum(EASY_GAZE, np.maximum(farthest, own)) for farthest, own in ((high, straight), (-low, -straight))
    )
    along, against = (
        saturated(np.maximum(to, 0.0), knee, room) for to, knee in zip((wanted, -wanted), knees, strict=True)
    )
    together = (along - against - straight)[..., None, :]
    inwards = away[:, 1, 0] - away[:, 0, 0]
    half = VERGENCE / 2 * smoothstep(inwards, *VERGENCE_ACTED)
    apart = np.zeros_like(away)
    apart[:, 0, 0], apart[:, 1, 0] = -half, half
    return np.asarray(base + together + apart)


def target_expression(fit: Fit, neutral: Neutral, target: Performance, wanted: Performance) -> Array:
    """T×E weights that the target's fit must take so that its performance becomes `wanted`.

    Changes are added to the fitted weights, so that no change leaves the fit exactly as it is, timid as it may be
    (strength.py): a unit more is a unit of geometry more.
    """
    weights = fit.expression.copy()
    change = (wanted.units - target.units) * neutral.scale()
    for column, shape in enumerate(UNIT_SHAPES.values()):
        if shape in fit.expressions:
            weights[:, fit.expressions.index(shape)] += change[:, column]
    looks = gaze_weights(wanted.gaze) - gaze_weights(target.gaze)
    for column, shape in enumerate(GAZE_SHAPES):
        if shape in fit.expressions:
            own = fit.expressions.index(shape)
            weights[:, own] = np.minimum(weights[:, own] + looks[:, column], np.maximum(1.0, weights[:, own]))
    return np.asarray(np.maximum(weights, 0.0))


def remainder(fit: Fit, neutral: Neutral, own: Performance) -> dict[str, Array]:
    """Expression → T: what of its fitted weights is not of the performance, for units' and lids' expressions.

    remainder + neutral.scale() · unit (of a lid: + gaze_weights), at least 0, is target_expression: the fit itself
    for as long as nobody edits the performance.
    """
    acts = dict(zip(UNIT_SHAPES.values(), (own.units * neutral.scale()).T, strict=True))
    acts |= dict(zip(GAZE_SHAPES, gaze_weights(own.gaze).T, strict=True))
    fitted = dict(zip(fit.expressions, fit.expression.T, strict=True))
    return {shape: weights - acts[shape] for shape, weights in fitted.items() if shape in acts}
