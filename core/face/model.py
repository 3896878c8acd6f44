"""A linear 3D morphable face model: its geometry and, apart from it, what the detector reports for that geometry."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32, rotation_matrices
from ..storage import Saved


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
class Eyeballs:
    """Two spheres that gaze turns: left first."""

    centre: Array32
    """2×3 m in the mean face."""
    identity: Array32
    """I×2×3 m per standard deviation: how identity moves the centres."""
    radius: float
    """m."""
    member: NDArray[np.int8]
    """V: 0 where the vertex belongs to no eyeball, 1 the left, 2 the right."""


@dataclass(frozen=True)
class FaceModel(Saved):
    """V vertices, I identity modes, E expressions, F triangles, in face space (conventions.py)."""

    schema: ClassVar[str] = "face-model/1"

    name: str
    licence: str
    mean: Array32
    """V×3 m."""
    identity: Array32
    """I×V×3 m per standard deviation."""
    expression: Array32
    """E×V×3 m at weight 1."""
    expressions: tuple[str, ...]
    """E names, as in facs.tables.SHAPES."""
    triangles: NDArray[np.int32]
    """F×3, counter-clockwise seen from outside."""
    uv: Array32
    """C×2, u right, v up, 0–1."""
    uv_triangles: NDArray[np.int32]
    """F×3 into uv."""
    part: NDArray[np.int8]
    """F: index into `parts`."""
    parts: tuple[str, ...]
    """Names of the triangles' parts: 'skin', 'lips', 'eyeball_left', 'eyeball_right', 'mouth', 'teeth_upper', …"""
    landmark_triangle: NDArray[np.int32]
    """478: the triangle each landmark lies on."""
    landmark_weights: Array32
    """478×3 barycentric weights in it."""
    eyes: Eyeballs
    response: Response

    def neutral(self, identity: Array) -> Array:
        """V×3 m: the neutral head of an identity (I standard deviations)."""
        return np.asarray(self.mean + np.tensordot(identity, self.identity, 1), dtype=np.float64)

    def shape(self, identity: Array, expression: Array, gaze: Array | None = None) -> Array:
        """V×3 m: a posed head. `expression`: E weights; `gaze`: 2×2 rad, per eye (left first) yaw to the
        subject's left and pitch downwards; None looks straight ahead.
        """
        vertices = self.neutral(identity) + np.tensordot(expression, self.expression, 1)
        return vertices if gaze is None else self._turn_eyes(vertices, identity, gaze)

    def eye_centres(self, identity: Array) -> Array:
        """2×3 m, left first."""
        return np.asarray(self.eyes.centre + np.tensordot(identity, self.eyes.identity, 1), dtype=np.float64)

    def landmarks(self, vertices: Array) -> Array:
        """478×3 (or …×478×3): the landmarks' true places on posed vertices (…×V×3)."""
        corners = vertices[..., self.triangles[self.landmark_triangle], :]
        return np.asarray(np.einsum("...lkc,lk->...lc", corners, self.landmark_weights))

    def _turn_eyes(self, vertices: Array, identity: Array, gaze: Array) -> Array:
        for eye, centre in enumerate(self.eye_centres(identity)):
            ball = self.eyes.member == eye + 1
            yaw, pitch = gaze[eye]
            turn = rotation_matrices(np.array([0.0, yaw, 0.0])) @ rotation_matrices(np.array([pitch, 0.0, 0.0]))
            vertices[ball] = (vertices[ball] - centre) @ turn.T + centre
        return vertices
