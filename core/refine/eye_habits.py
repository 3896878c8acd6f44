"""How what corrects the fitted eyes on the plate goes with lids and gaze: with other lids, the correction is another.

A model opens its eyes a little more or less than the person does; on a plate with shut eyes nothing shows it. The shot
does: over its frames the correction (detected less fitted) is regressed on what the model's lids and eyes do.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..face.model import FaceModel
from ..fit.result import Fit
from ..landmarks.places import EYES, OUTER_EYE_CORNERS, Eye
from .grid import ramp

DOUBT = 1.0
"""mm: as if one more frame had shown no change of correction while lids or iris moved by this, in every direction."""
EYEBALL = 12.0
"""mm: the arc of a radian of gaze, which makes a turn comparable with a lid's way."""
SHUT, OPEN = 0.03, 0.06
"""Opening, in distances of the eyes' outer corners, below which an iris is guessed and above which it is well seen."""
FORGET = 3.0
"""mm of change in lids and gaze after which what was guessed of a hidden iris counts for nothing."""
ELSEWHERE = (0.5, 3.0)
"""mm of change in gaze over which what is unusual in a seen iris's place ceases to count."""
GAZE = slice(2, 4)
"""The features that are gaze."""


@dataclass(frozen=True)
class Habit:
    """One eye's correction as an affine function of what its lids and gaze do."""

    eye: Eye
    lids: NDArray[np.intp]
    """Landmarks that go with the lids."""
    iris: NDArray[np.intp]
    centre: Array
    """F mm: features about which the functions are fitted."""
    low: Array
    """F mm: features seen lie from here …"""
    high: Array
    """F mm: … to here; there is no going on beyond."""
    of_lids: NDArray[np.complex128]
    """(1 + F)×L: constant and slopes, in distances of the eyes' outer corners along the line between them."""
    of_iris: NDArray[np.complex128]
    """(1 + F)×I."""

    def change(self, before: Array, after: Array, old: Array, own: Array) -> Array:
        """478×2 px: what the correction changes by from features (F mm) to others; `old`: 478×2 px on the plate, `own`:
        478×2 px, the correction there.
        """
        change = np.zeros(len(old), dtype=np.complex128)
        one, other = self._design(before), self._design(after)
        change[self.lids] = (other - one) @ self.of_lids
        change[self.iris] = (other - one) @ self.of_iris
        # behind lids an iris is guessed: once they open, it is where it usually is; eyes that look elsewhere keep
        # nothing of a squint that the fit, which has both eyes look at one thing, doesn't know of
        hidden = 1 - ramp(openness(old, self.eye), SHUT, OPEN)
        moved, turned = (float(np.abs((after - before)[part]).max()) for part in (slice(None), GAZE))
        forgotten = max(hidden * ramp(moved, 0.0, FORGET), ramp(turned, *ELSEWHERE))
        unusual = _own(own)[self.iris] / _axis(old) - one @ self.of_iris
        change[self.iris] -= forgotten * unusual
        change *= _axis(old)
        return np.stack([change.real, change.imag], axis=-1)

    def _design(self, features: Array) -> Array:
        return np.concatenate([[1.0], np.clip(features, self.low, self.high) - self.centre])


Act = tuple[Array, Array]
"""478×3 m, the landmarks in the face, and 2×2 rad, the gaze."""


def eye_habits(marks: FaceModel, fit: Fit, corrections: Array32, seen: NDArray[np.bool_]) -> tuple[Habit, ...]:
    """Both eyes', left first, from a shot's corrections (T×478×2 px) in rows seen (T); none where none is.

    `marks`: a model whose vertices are the landmarks (geometry.landmarks_only).
    """
    rows = np.flatnonzero(seen)
    if rows.size == 0:
        return ()
    acts = [(marks.shape(fit.identity, fit.expression[row], fit.gaze[row]), fit.gaze[row]) for row in rows]
    places = np.stack([fit.project(shape, row) for (shape, _), row in zip(acts, rows, strict=True)]) + corrections[rows]
    return tuple(_habit(side, np.stack([features(act, side) for act in acts]), places, corrections[rows])
                 for side in range(len(EYES)))  # fmt: skip


def moved(found: Sequence[Habit], before: Act, after: Act, old: Array, own: Array) -> Array:
    """478×2 px: what the eyes' corrections change by. `old`: 478×2 px on the plate; `own`: 478×2 px, its correction."""
    total = np.zeros_like(old)
    for side, habit in enumerate(found):
        total += habit.change(features(before, side), features(after, side), old, own)
    return total


def _habit(side: int, seen: Array, places: Array, corrections: Array32) -> Habit:
    """From R rows' features (R×F mm), landmarks on the plate and their corrections (R×478×2 px)."""
    eye = EYES[side]
    lids, iris = np.unique(np.concatenate(eye.rings)), np.array([eye.iris, *eye.limbus])
    wanted = np.stack([_own(correction) / _axis(place) for correction, place in zip(corrections, places, strict=True)])
    shown = np.array([ramp(openness(place, eye), SHUT, OPEN) for place in places])
    centre = seen.mean(axis=0)
    return Habit(
        eye, lids, iris, centre, seen.min(axis=0), seen.max(axis=0),
        _regressed(seen - centre, wanted[:, lids], np.ones(len(seen))),
        _regressed(seen - centre, wanted[:, iris], shown + 1e-3),
    )  # fmt: skip


def features(act: Act, side: int) -> Array:
    """4 mm: heights of an eye's lids in the face and its turn."""
    shape, gaze = act
    rims = EYES[side].aperture
    return np.array([*(1e3 * shape[rim[1:-1], 1].mean() for rim in (rims.upper, rims.lower)), *(EYEBALL * gaze[side])])


def openness(landmarks: Array, eye: Eye) -> float:
    """Mean gap between the lids (landmarks: 478×2 px), in distances of the eyes' outer corners."""
    axis = _axis(landmarks)
    across = (_complex(landmarks[eye.aperture.lower] - landmarks[eye.aperture.upper]) / axis).imag
    return float(np.abs(across[1:-1]).mean())


def _regressed(features: Array, wanted: NDArray[np.complex128], weight: Array) -> NDArray[np.complex128]:
    """(1 + F)×N: weighted ridge regression, the constant free."""
    design = np.column_stack([np.ones(len(features)), features])
    squares = design.T @ (weight[:, None] * design)
    squares[1:, 1:] += DOUBT**2 * np.eye(features.shape[1])
    return np.asarray(np.linalg.solve(squares, design.T @ (weight[:, None] * wanted)))


def _axis(landmarks: Array) -> complex:
    left, right = OUTER_EYE_CORNERS
    across = landmarks[left] - landmarks[right]
    return complex(across[0], across[1])


def _own(correction: Array | Array32) -> NDArray[np.complex128]:
    """478: without what the face is off by as a whole: heads move as people blink, which is no habit of their lids."""
    return _complex(correction - correction[:468].mean(axis=0))


def _complex(points: Array | Array32) -> NDArray[np.complex128]:
    return np.asarray(points[..., 0] + 1j * points[..., 1])
