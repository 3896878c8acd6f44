"""The target's own mouths and eyes, kept as small pictures, and which of them to show when."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from ..face.model import FaceModel
from ..landmarks.places import EYES, MOUTH, OUTER_LIPS
from .patch import Patch

TURN_MM = 20.0
"""mm of rim mismatch that a radian of head turn counts as: teeth and light look different from the side."""
GAZE_MM = 6.0
"""The same for a radian of gaze; the iris can be warped, so near is enough."""
SWITCH_COST = 2.0
"""What a change of picture costs against one frame's mismatch (mean squared mm of the rims): higher holds on longer."""
FADE = 2.0
"""Standard deviation, frames, of the fade between pictures."""


@dataclass
class Bank:
    """Pictures of one feature in chosen rows of the target, with the features they were chosen by (K×D)."""

    rows: NDArray[np.intp]
    """K, ascending."""
    features: Array
    """K×D."""
    patches: dict[int, Patch] = field(default_factory=dict)
    """Row → picture, filled while the clip is read."""


class Likeness:
    """What makes one picture of a mouth or an eye like another: its rims in mm, the head's turn, the gaze."""

    def __init__(self, model: FaceModel, identity: Array) -> None:
        neutral, moves = model.landmarks(model.neutral(identity)), model.landmarks(model.expression.astype(np.float64))
        outlines = [np.concatenate([MOUTH.upper, MOUTH.lower, OUTER_LIPS])]
        outlines += [np.concatenate([eye.aperture.upper, eye.aperture.lower]) for eye in EYES]
        self._neutral = [neutral[outline] for outline in outlines]
        self._moves = [moves[:, outline] for outline in outlines]

    def __call__(self, expression: Array, gaze: Array, rotation: Array) -> tuple[Array, Array, Array]:
        """Features (T×D mm) of mouth, left eye, right eye for weights T×E, gaze T×2×2 and head turns T×3 (rad)."""
        turn = TURN_MM * rotation
        return (
            self._columns(0, expression, turn),
            self._columns(1, expression, turn, GAZE_MM * gaze[:, 0]),
            self._columns(2, expression, turn, GAZE_MM * gaze[:, 1]),
        )

    def _columns(self, index: int, expression: Array, *extra: Array) -> Array:
        rim = 1e3 * (self._neutral[index] + np.tensordot(expression, self._moves[index], 1))
        rim = rim.reshape(len(expression), -1)
        # whatever the number of rim points, an angle weighs as a tenth of them
        return np.concatenate([rim, *(np.sqrt(rim.shape[1] / 10) * angle for angle in extra)], axis=1)


def farthest(features: Array, allowed: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """Up to `count` of the allowed rows of features (T×D) that span their range: each the farthest from those taken.

    Starts from the row farthest from the mean; stops early once all are alike (within 0.3 of a feature unit, rms).
    """
    if allowed.size == 0:
        return allowed
    pool = features[allowed]
    chosen = [int(np.argmax(np.sum((pool - pool.mean(axis=0)) ** 2, axis=1)))]
    distance = np.mean((pool - pool[chosen[0]]) ** 2, axis=1)
    while len(chosen) < min(count, len(allowed)) and distance.max() > 0.09:
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, np.mean((pool - pool[chosen[-1]]) ** 2, axis=1))
    return np.sort(allowed[chosen])


def mismatch(wanted: Array, features: Array) -> Array:
    """T×K: mean squared difference of wanted features (T×D) to pictures' (K×D)."""
    return np.asarray(
        np.mean(wanted**2, axis=1)[:, None] - 2 * wanted @ features.T / wanted.shape[1] + np.mean(features**2, axis=1)
    )


def steady_choice(cost: Array, switch: float = SWITCH_COST) -> NDArray[np.intp]:
    """T: the picture for each frame (cost T×K) at the least sum of mismatch and of switches (Viterbi's algorithm)."""
    total, came_from = cost[0].copy(), np.zeros(cost.shape, dtype=np.intp)
    for frame in range(1, len(cost)):
        best = int(total.argmin())
        came_from[frame] = np.where(total <= total[best] + switch, np.arange(len(total)), best)
        total = np.minimum(total, total[best] + switch) + cost[frame]
    choice = np.empty(len(cost), dtype=np.intp)
    choice[-1] = total.argmin()
    for frame in range(len(cost) - 1, 0, -1):
        choice[frame - 1] = came_from[frame, choice[frame]]
    return choice


def faded(choice: NDArray[np.intp], frame: int) -> list[tuple[int, float]]:
    """(picture, share) in one frame, the largest share first, at most two: changes of picture are cross-faded."""
    near = np.arange(max(frame - int(3 * FADE), 0), min(frame + int(3 * FADE) + 1, len(choice)))
    weight = np.exp(-0.5 * ((near - frame) / FADE) ** 2)
    shares = {int(k): float(weight[choice[near] == k].sum()) for k in np.unique(choice[near])}
    top = sorted(shares.items(), key=lambda item: -item[1])[:2]
    total = sum(share for _, share in top)
    return [(k, share / total) for k, share in top]
