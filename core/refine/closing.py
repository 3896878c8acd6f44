"""Lips and lids that close in the new expression meet on the plate too, however far the fit was from the real gap."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from ..easing import smoothstep
from ..face.model import FaceModel
from ..landmarks.places import EYES, MOUTH, Aperture
from .grid import ramp

SOFT = 3e-4
"""m: gaps of the model below this say little about real ones."""


@dataclass(frozen=True)
class Closure:
    """An opening's model gaps when shut, and what moves to shut it."""

    aperture: Aperture
    shut: Array
    """N m: the model's gap at each pair of rim landmarks when the opening is shut."""
    upper_share: float
    """0–1: how much of a closing the upper rim does."""
    meets: float
    """m: gaps of the model below this count as none once it has closed to them, and ones above twice this as they are.
    """
    follow: Array
    """478×2N: how far each landmark follows each rim point (upper ones first) that is moved."""
    edge: Array
    """478×2N: the same, of the rim's very edge."""


MOUTH_REACH = 0.010
"""m: how far from the rim the lips follow a correction."""
INSET = 0.012
"""Face sizes by which the lips' texture begins off the line between them, where what lies behind shows."""
INSET_REACH = 0.003
"""m."""
PARTED = 0.06
"""Change of the gap, in face sizes, at which the whole inset is used."""
LID_REACH = 0.003
LIPS_MEET = LIDS_MEET = 9e-4
"""m: a hundredth of the distance between the eyes' outer corners."""
LIP_SHARE = 0.4
LID_SHARE = 0.85


def closures(model: FaceModel, identity: Array) -> tuple[Closure, ...]:
    """Mouth, left eye, right eye."""
    neutral = model.landmarks(model.neutral(identity))
    found = [_closure(MOUTH, gap(neutral, MOUTH), LIP_SHARE, neutral, MOUTH_REACH, LIPS_MEET)]
    for eye, side in zip(EYES, "LR", strict=True):
        blink = np.array([float(name == f"eyeBlink_{side}") for name in model.expressions])
        shut = model.landmarks(model.shape(identity, blink))
        found.append(_closure(eye.aperture, gap(shut, eye.aperture), LID_SHARE, neutral, LID_REACH, LIDS_MEET))
    return tuple(found)


def gap(landmarks: Array, aperture: Aperture) -> Array:
    """N m: how far the upper rim's inner landmarks (478×3, face space) lie above the lower ones."""
    return np.asarray(landmarks[aperture.upper[1:-1], 1] - landmarks[aperture.lower[1:-1], 1])


def _closure(
    aperture: Aperture, shut: Array, upper_share: float, neutral: Array, reach: float, meets: float
) -> Closure:
    rim = np.concatenate([aperture.upper[1:-1], aperture.lower[1:-1]])
    pairs = len(aperture.upper) - 2
    follow, edge = (_follow(neutral, rim, pairs, far) for far in (reach, INSET_REACH))
    return Closure(aperture, shut, upper_share, meets, follow, edge)


def _follow(neutral: Array, rim: NDArray[np.intp], pairs: int, reach: float) -> Array:
    """478×2N weights: a landmark follows the rim points of its own side, by distance."""
    squared = np.sum((neutral[:, None] - neutral[rim]) ** 2, axis=2)
    near = np.exp(-squared / (2 * reach**2))
    middle = (neutral[rim[:pairs]] + neutral[rim[pairs:]]) / 2
    order = np.argsort(middle[:, 0])
    line = np.interp(neutral[:, 0], middle[order, 0], middle[order, 1])
    upper = (neutral[:, 1] > line)[:, None]
    near[:, :pairs] *= upper
    near[:, pairs:] *= ~upper
    strength = near.max(axis=1, keepdims=True)
    weights = strength * near / np.maximum(near.sum(axis=1, keepdims=True), 1e-12)
    weights[rim] = np.eye(2 * pairs)
    return np.asarray(weights)


def closed(closure: Closure, old: Array, new: Array, old_shape: Array, new_shape: Array) -> Array:
    """478×2 px: what to add to new landmarks. `old`, `new`: 478×2 px on the plate; shapes: 478×3 m, face space."""
    aperture = closure.aperture
    down = _down(old, aperture)
    before, after = _pixel_gap(old, aperture, down), _pixel_gap(new, aperture, down)
    model_before = np.maximum(gap(old_shape, aperture) - closure.shut, 0)
    model_after = np.maximum(gap(new_shape, aperture) - closure.shut, 0)
    shutting = np.where(before > 0, before * _remaining(model_before, model_after), before)
    shutting = np.where(shutting > 0, shutting * _parted(closure.meets, model_before, model_after), shutting)
    wanted = np.where(model_after < model_before, shutting, np.maximum(after, np.minimum(before, 0)))
    missing = wanted - after
    steps = np.concatenate([-closure.upper_share * missing, (1 - closure.upper_share) * missing])
    return np.asarray((closure.follow @ steps)[:, None] * down)


def inset(closure: Closure, old: Array, new: Array, size: float) -> Array:
    """478×2 px: what to add to old landmarks so that parting or meeting lips show no dark line or teeth on the edge."""
    down = _down(old, closure.aperture)
    change = np.abs(_pixel_gap(new, closure.aperture, down) - _pixel_gap(old, closure.aperture, down)) / size
    steps = INSET * size * np.array([ramp(value, 0.0, PARTED) for value in change])
    return np.asarray((closure.edge @ np.concatenate([-steps, steps]))[:, None] * down)


def _remaining(before: Array, after: Array) -> Array:
    """N, 0–1: what share of a gap remains: 1 where nothing changes, 0 where the model is shut and was clearly open."""
    clear = before**2 / (before**2 + SOFT**2)
    return np.asarray(1 - clear * (1 - after / np.maximum(before, 1e-9)))


def _parted(meets: float, before: Array, after: Array) -> Array:
    """N, 0–1: 0 where the model's opening has as good as closed, 1 where nothing changes or it is clearly open."""
    closed_before, closed_after = (1 - smoothstep(value / meets - 1) for value in (before, after))
    return np.asarray(1 - np.maximum(closed_after - closed_before, 0))


def _down(landmarks: Array, aperture: Aperture) -> Array:
    along = landmarks[aperture.upper[-1]] - landmarks[aperture.upper[0]]
    return np.asarray(np.array([-along[1], along[0]]) / max(float(np.linalg.norm(along)), 1e-6))


def _pixel_gap(landmarks: Array, aperture: Aperture, down: Array) -> Array:
    return np.asarray((landmarks[aperture.lower[1:-1]] - landmarks[aperture.upper[1:-1]]) @ down)
