"""The lips' and the lids' contours, as measurements of the person's geometry.

The fit explains the detector's landmarks by the detector's *response*, measured on rendered faces; the detector's bias
on those isn't its bias on real ones, where its contours run nearly along the true edges. So identity has to place the
*geometry's* contours on the seen ones too, perpendicular to them (along them, a landmark's place is a convention).
"""

from dataclasses import dataclass

import numpy as np

from ..conventions import Array
from ..face.model import FaceModel
from ..landmarks.places import EYES, MOUTH, OUTER_LIPS
from .metric import Metric
from .normal import Pose, Residuals, residuals
from .result import Camera

RINGS = (OUTER_LIPS, np.append(MOUTH.upper, MOUTH.lower[-2:0:-1]), *(eye.rings[0] for eye in EYES))
"""Landmarks along the four closed contours."""
MIDDLE, BEFORE, AFTER = (np.concatenate([np.roll(ring, by)[::2] for ring in RINGS]) for by in (0, 1, -1))
"""K landmarks that are measured (every second says enough), and their neighbours to either side."""
LIDS = np.isin(MIDDLE, np.concatenate(RINGS[2:]))

SIGMA = 0.001
"""m: standard deviation of a seen contour against the geometry's."""


@dataclass(frozen=True)
class Contours:
    """K places of the geometry's contours, linear in identity and in the expression weights."""

    mean: Array
    """K×3 m."""
    modes: Array
    """(E+I)×K×3 m: the expressions' at weight 1, then identity's per standard deviation."""
    metric: Metric

    @classmethod
    def of(cls, model: FaceModel) -> "Contours":
        """Lids move as the detector sees them move: it leaves shut eyes a slit, which must not keep them open."""
        mean, identity, expression = (
            model.landmarks(values)[..., MIDDLE, :] for values in (model.mean, model.identity, model.expression)
        )
        expression[:, LIDS] = model.response.expression[:, MIDDLE[LIDS]]
        weight = np.full((len(MIDDLE), 2), 1.0 / SIGMA**2)
        alone = Metric(weight, np.zeros((0, weight.size)), np.zeros((0, 0)))
        return cls(mean, np.concatenate([expression, identity]), alone)

    def compare(
        self, weights: Array, pixels: Array, pose: Pose, camera: Camera, focal: Array
    ) -> tuple[Residuals, Array]:
        """Residuals across the seen contours, and the model's places (T×K×3 m in the face).

        weights: T×(E+I) as `modes`; pixels: T×478×2; focal: T px.
        """
        points = self.mean + np.tensordot(weights, self.modes, 1)
        found = residuals(points, pixels[:, MIDDLE], pose, camera, focal, self.metric)
        across = _across(pixels)
        errors = np.einsum("tkij,tkj->tki", across, found.errors)
        return Residuals(errors, found.robust, across @ found.view), points


def _across(pixels: Array) -> Array:
    """T×K×2×2: projections perpendicular to the contours of landmarks (T×478×2 px)."""
    along = pixels[:, AFTER] - pixels[:, BEFORE]
    normal = np.stack([-along[..., 1], along[..., 0]], axis=-1)
    normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-9)
    return np.asarray(normal[..., :, None] * normal[..., None, :])
