"""A linear 3D morphable face model: its geometry and, apart from it, what the detector reports for that geometry."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..storage import Saved
from .geometry import Geometry


@dataclass(frozen=True)
class Response:
    """What the landmark detector reports for a model's geometry, in face space (measured by render and detect)."""

    mean: Array32
    """478×3 m: where the landmarks of the mean neutral face are seen."""
    identity: Array32
    """I×478×3 m per standard deviation."""
    expression: Array32
    """E×478×3 m at weight 1: the detector's own gain and pattern, not the geometry's."""
    sigma: Array32
    """478×2 m: standard deviation of the detector's noise along the image's u and v, at the face's scale."""
    common: Array32
    """R×478×2 m: low-rank part of the noise; covariance = diag(sigma²) + Σ common ⊗ common."""


@dataclass(frozen=True)
class FaceModel(Geometry, Saved):
    """A head whose landmarks, and what the detector makes of them, are known."""

    schema: ClassVar[str] = "face-model/2"

    landmark_triangle: NDArray[np.int32]
    """478: the triangle each landmark lies on."""
    landmark_weights: Array32
    """478×3 barycentric weights in it."""
    response: Response

    def landmarks(self, vertices: Array | Array32) -> Array:
        """478×3 (or …×478×3): the landmarks' true places on posed vertices (…×V×3)."""
        corners = vertices[..., self.triangles[self.landmark_triangle], :].astype(np.float64, copy=False)
        return np.asarray(np.einsum("...lkc,lk->...lc", corners, self.landmark_weights))
