"""Fit → Performance: action units, the person's own neutral taken out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import CAMERA_FROM_FACE, Array, yaw_pitch_roll
from ..errors import InputError
from ..fit.result import Fit
from .convert import units_from_shapes
from .performance import Performance
from .strength import at_strength

REST_PERCENTILE = 10.0
"""A unit's resting level is the value it stays under for this part of the shot, where the shot is long enough."""

REST_LIMIT = 0.3
"""A resting level above this is taken for acting, not for the person's face."""

REST_SECONDS = 2.0
"""Shorter shots, and stills, are not calibrated unless the user names a neutral frame."""


@dataclass(frozen=True)
class Neutral:
    """A person's face at rest: the level of each unit that counts as none."""

    units: Array
    """len(UNITS), 0 to below 1."""

    def remove(self, units: Array) -> Array:
        """Units (T×U) above rest, rescaled so that 1 stays 1."""
        return np.asarray(np.clip((units - self.units) / (1.0 - self.units), 0.0, None))

    def scale(self) -> Array:
        """U: how much a fitted weight changes with one of the performance's units."""
        return 1.0 - self.units


def rest(fit: Fit, neutral_frame: int | None = None) -> Neutral:
    """The person's neutral: the named source frame's, or found from the shot.

    Raises InputError where the named frame shows no face or isn't in the shot.
    """
    units = units_from_shapes(fit.expression, fit.expressions)
    if neutral_frame is not None:
        row = np.flatnonzero(fit.frames == neutral_frame)
        if len(row) == 0:
            span = f"{fit.frames[0]}–{fit.frames[-1]}"
            raise InputError(f"neutral frame {neutral_frame} is outside the frames read ({span}); name another")
        if not fit.visible[row[0]]:
            raise InputError(f"neutral frame {neutral_frame} shows no face in this shot; name another")
        return Neutral(np.minimum(units[row[0]], 0.9))
    if not shows_rest(fit):
        return Neutral(np.zeros(units.shape[1]))
    level = np.percentile(units[fit.visible], REST_PERCENTILE, axis=0)
    return Neutral(np.where(level > REST_LIMIT, 0.0, level))


def shows_rest(fit: Fit) -> bool:
    """Whether the shot lasts long enough for the person's neutral to be found in it."""
    return int(np.count_nonzero(fit.visible)) >= REST_SECONDS * fit.fps


def performance(fit: Fit, neutral: Neutral, source: str) -> Performance:
    """The fit in FACS terms. Frames without a face and too far from one to bridge are at rest and marked missing."""
    present = fit.visible | fit.bridged
    fitted = np.clip(neutral.remove(units_from_shapes(fit.expression, fit.expressions)), 0.0, 1.0)
    return Performance(
        units=np.where(present[:, None], at_strength(fitted), 0.0),
        head=np.where(present[:, None], yaw_pitch_roll(fit.rotation), 0.0),
        position=np.where(present[:, None], _position(fit, present), 0.0),
        gaze=fit.gaze,
        confidence=fit.confidence,
        bridged=fit.bridged,
        missing=~present,
        frames=fit.frames,
        times=fit.times,
        fps=fit.fps,
        source=source,
    )


def _position(fit: Fit, present: NDArray[np.bool_]) -> Array:
    """T×3 m, as Performance.position."""
    usual = np.median(fit.translation[present], axis=0) if present.any() else np.zeros(3)
    return np.asarray((fit.translation - usual) @ CAMERA_FROM_FACE)
