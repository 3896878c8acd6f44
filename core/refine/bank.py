"""The target's own mouths and eyes, kept as small pictures, and which of them to show for what."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from ..face.model import FaceModel
from ..landmarks.places import EYES, MOUTH, OUTER_LIPS
from .grid import ramp
from .patch import Patch

TURN_MM = 20.0
"""mm of rim mismatch that a radian of head turn counts as: teeth and light look different from the side."""
EYE_TURN_MM = 8.0
"""The same for eyes: seen from the side an open eye is still more use than a shut one."""
GAZE_MM = 6.0
"""The same for a radian of gaze; the iris can be warped, so near is enough."""
BLENDED = 3
"""Pictures shown at once, at most."""
ALIKE = 0.05
"""Mean squared mm of the rims below which pictures suit equally well."""

DOUBT = 0.25
"""Mean squared mm that a picture must be nearer by to count as nearer: what is carried loses a little."""
NEARER = (0.1, 0.9)
"""Share of the squared mismatches that is the plate's, from which on pictures are shown, and at which nothing else."""
STRANGE = (5.0, 15.0)
"""Mean squared mm of the rims from which on even the nearest picture shows something else, up to: of no use."""


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
        turn = EYE_TURN_MM * rotation
        return (
            self._columns(0, expression, TURN_MM * rotation),
            self._columns(1, expression, turn, GAZE_MM * gaze[:, 0]),
            self._columns(2, expression, turn, GAZE_MM * gaze[:, 1]),
        )

    def _columns(self, index: int, expression: Array, *extra: Array) -> Array:
        rim = 1e3 * (self._neutral[index] + np.tensordot(expression, self._moves[index], 1))
        rim = rim.reshape(len(expression), -1)
        # whatever the number of rim points, an angle weighs as a tenth of them
        return np.concatenate([rim, *(np.sqrt(rim.shape[1] / 10) * angle for angle in extra)], axis=1)


def trust(own: float, best: float) -> float:
    """0–1: how much rather a picture is to be shown than the plate's own frame, given both mismatches."""
    nearer = own**2 / (own**2 + (best + DOUBT) ** 2)
    return ramp(nearer, *NEARER) * (1 - ramp(best, *STRANGE))


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


def shares(cost: Array) -> list[tuple[int, float]]:
    """(picture, share) for one frame, the largest share first, at most BLENDED, given each picture's mismatch (K).

    Shares fall with the squared mismatch, to nothing at that of the best picture left out, and so pass smoothly from
    one picture to the next as the face moves. They are the frame's own: what is done to others can't change it.
    """
    nearest = np.argsort(cost, kind="stable")[: BLENDED + 1]
    merit = (cost[nearest] + ALIKE) ** -2.0
    over = merit[:BLENDED] - (merit[BLENDED] if len(merit) > BLENDED else 0.0)
    if over[0] <= 0:
        return [(int(nearest[0]), 1.0)]
    return [(int(k), float(share)) for k, share in zip(nearest, over / over.sum(), strict=False) if share > 0]
