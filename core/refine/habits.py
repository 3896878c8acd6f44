"""How what corrects the fitted face on the plate goes with its expression: with another one, the correction is another.

No model makes every mouth and cheek as this person does. A correction seen on the plate's frame belongs to the
expression that the face has there; the rest of the shot tells what it is with others, and the change is added.
"""

import numpy as np

from ..conventions import Array, Array32, camera_rotations
from ..face.model import FaceModel
from ..fit.result import Fit
from ..landmarks.places import EYES
from .learnt import learn

ROWS = 300
"""Of the shot that are learnt from, at most: evenly spread over it."""
NOTICED = 1.0
"""mm that a landmark moves by the model, below which its correction hardly changes: fits are no surer, and brows that
rise tell nothing of a mouth that stays.
"""
ELSEWHERE: Array = np.setdiff1d(np.arange(468), np.concatenate([ring for eye in EYES for ring in eye.rings]))
"""Landmarks that don't go with lids and gaze (eye_habits.py)."""


class Habits:
    """Learnt from a shot's corrections (T×478×2 px)."""

    def __init__(self, marks: FaceModel, fit: Fit, corrections: Array32) -> None:
        """`marks`: a model whose vertices are the landmarks (geometry.landmarks_only)."""
        self._fit = fit
        self._ways = 1e3 * marks.expression[:, ELSEWHERE].astype(np.float64)
        seen = np.flatnonzero(fit.visible)
        rows = seen[np.linspace(0, len(seen) - 1, min(ROWS, len(seen))).round().astype(int)]
        known = np.array([corrections[row, ELSEWHERE] @ np.linalg.inv(_axes(fit, int(row))) for row in rows])
        known = known.reshape(len(rows), 2 * len(ELSEWHERE))
        self._learnt = learn(fit, rows, known - known.sum(axis=0) / max(len(rows), 1))

    def change(self, row: int, expression: Array) -> Array:
        """478×2 px: what a row's corrections change by when its expression (E weights) becomes this."""
        old = self._fit.expression[row]
        way = np.tensordot(expression - old, self._ways, 1)
        noticed = 1 - np.exp(-np.sum(way**2, axis=1, keepdims=True) / NOTICED**2)
        moved = np.zeros((478, 2))
        moved[ELSEWHERE] = noticed * self._learnt.change(old, expression).reshape(-1, 2) @ _axes(self._fit, row)
        return moved


def _axes(fit: Fit, row: int) -> Array:
    """2×2 px: a metre to the right and one downwards, as the head is tilted, at its depth."""
    down = -(camera_rotations(fit.rotation[row]) @ np.array([0.0, 1.0, 0.0]))[:2]
    down *= fit.camera.focal[row] / fit.translation[row, 2] / np.linalg.norm(down)
    return np.array([[down[1], -down[0]], down])
