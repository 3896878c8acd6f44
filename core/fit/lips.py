"""The gap between the lips, as a measurement of its own.

The fit explains the detector's landmarks by the detector's *response*; nothing there keeps the *geometry* of the same
weights from, say, pressing the lips through each other (a smile of 0.6 and mouthClose of 0.4, on a toothy portrait).
But rigs and plates follow the geometry, and the detector places the lips' inner edges well. So the geometry's gap has
to meet the seen one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32, camera_rotations
from ..face.model import FaceModel
from ..landmarks.places import MOUTH
from .normal import Pose

UPPER, LOWER = (rim[[5, 4, 6, 3, 7]] for rim in (MOUTH.upper, MOUTH.lower))
"""Landmarks of the lips' inner edges, above and below: the middle, then two to either side."""

SIGMA = 0.0015
"""m: standard deviation of a seen gap against the geometry's."""


@dataclass(frozen=True)
class LipGap:
    """Heights of the gap at K places, linear in identity and in the expression weights."""

    mean: Array
    """K m."""
    identity: Array
    """I×K m per standard deviation."""
    modes: Array
    """E×K m at weight 1."""

    @classmethod
    def of(cls, model: FaceModel) -> "LipGap":
        return cls(*(_heights(model, values) for values in (model.mean, model.identity, model.expression)))

    def neutral(self, identity: Array) -> Array:
        """K m: the gap of a person's neutral head."""
        return np.asarray(self.mean + identity @ self.identity)

    def normal(self) -> Array:
        """E×E: its part of the normal matrix."""
        return np.asarray(self.modes @ self.modes.T / SIGMA**2)

    def pull(self, neutral: Array, expression: Array, seen: Array) -> Array:
        """T×E: its part of the negative gradient. neutral: K m, seen: T×K m."""
        return np.asarray((seen - neutral - expression @ self.modes) @ self.modes.T / SIGMA**2)


def seen_gap(pixels: Array, pose: Pose, focal: float) -> Array:
    """T×K m: the gap along the head's up axis, from landmarks (T×478×2 px) at the head's distance."""
    apart = (pixels[:, UPPER] - pixels[:, LOWER]) * (pose.translation[:, None, 2:] / focal)
    up = camera_rotations(pose.turn)[:, :2, 1]
    return np.asarray(np.einsum("tki,ti->tk", apart, up) / np.sum(up**2, axis=1, keepdims=True))


def _heights(model: FaceModel, values: Array32) -> Array:
    """…×K m: how high the upper lip's edge is above the lower's, of vertices or their displacements (…×V×3)."""

    def height(landmarks: NDArray[np.intp]) -> Array:
        corners = model.triangles[model.landmark_triangle[landmarks]]
        weights = model.landmark_weights[landmarks].astype(np.float64)
        return np.asarray(np.einsum("...kc,kc->...k", values[..., corners, 1], weights))

    return height(UPPER) - height(LOWER)
