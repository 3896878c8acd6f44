"""A head prepared to be drawn many times: one index buffer, bases as matrices, normals by segmented sums."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...core.conventions import Array, Array32, rotation_matrices
from ...core.face.model import FaceModel
from ...core.landmarks.places import LEFT_EYE, RIGHT_EYE
from .chart import SKIN

EYE_PARTS = ("eyeball", "iris", "pupil")
"""How the names of the eyes' parts begin."""
CASTERS = (SKIN, "head")
"""Parts whose shadows fall on others."""
CLOSING = (0.6, 2.2)
"""Least and most that an eyeBlink is scaled by for one person."""


@dataclass(frozen=True)
class Figure:
    """A FaceModel (as chart.with_skin_chart gives it) whose vertices are split along the seams of its texture, so that
    one table serves all attributes.
    """

    head: FaceModel
    source: NDArray[np.intp]
    """C: the head's vertex that each corner is a copy of."""
    uv: Array32
    """C×2, of the skin's chart: 0–1 over the skin, anything elsewhere."""
    triangles: NDArray[np.int32]
    """F×3 into the corners."""

    @classmethod
    def of(cls, head: FaceModel) -> "Figure":
        pairs = np.stack([head.triangles.ravel(), head.uv_triangles.ravel()], axis=1)
        corners, index = np.unique(pairs, axis=0, return_inverse=True)
        triangles = index.reshape(-1, 3).astype(np.int32)
        return cls(head, corners[:, 0].astype(np.intp), head.uv[corners[:, 1]], triangles)

    @cached_property
    def _motion(self) -> Array32:
        """E×3V."""
        return self.head.expression.reshape(len(self.head.expressions), -1)

    @cached_property
    def _fans(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        """Triangles in the order of their vertices, where each vertex's begin, and the vertices that have any."""
        order = np.argsort(self.head.triangles.ravel(), kind="stable")
        used, first = np.unique(self.head.triangles.ravel()[order], return_index=True)
        return order // 3, first, used

    @cached_property
    def casters(self) -> NDArray[np.intp]:
        """Vertices of the parts that cast shadows."""
        chosen = [k for k, name in enumerate(self.head.parts) if name in CASTERS]
        return np.asarray(np.unique(self.head.triangles[np.isin(self.head.part, chosen)]))

    @cached_property
    def marks(self) -> tuple[Array32, Array32, Array32]:
        """The mesh's landmarks on the mean head (468×3 m), and how identity (I×468×3) and expressions (E×468×3) move
        them.
        """
        head = self.head
        corners, weights = head.triangles[head.landmark_triangle[:468]], head.landmark_weights[:468, :, None]
        mean, identity, expression = (
            (values[..., corners, :] * weights).sum(axis=-2) for values in (head.mean, head.identity, head.expression)
        )
        return mean, identity, expression

    @cached_property
    def blinks(self) -> list[int]:
        return [self.head.expressions.index(f"eyeBlink_{side}") for side in "LR"]

    def closing(self, identity: Array) -> Array32:
        """2 (left, right): how many times the model's own eyeBlink it takes to shut this person's eyes as it shuts the
        mean head's: a linear model leaves the eyes of people with wide ones half open.
        """
        mean, by_identity, _ = self.marks
        factors = []
        for eye in (LEFT_EYE, RIGHT_EYE):
            upper, lower = (rim[3:6] for rim in (eye.aperture.upper, eye.aperture.lower))
            gap, change = (
                values[..., upper, 1].mean(axis=-1) - values[..., lower, 1].mean(axis=-1)
                for values in (mean, by_identity)
            )
            factors.append(1 + identity @ change / gap)
        return np.clip(factors, *CLOSING).astype(np.float32)

    def neutral(self, identity: Array) -> Array32:
        """V×3 m: the neutral head of an identity (I standard deviations)."""
        head = self.head
        moved = identity.astype(np.float32) @ head.identity.reshape(len(identity), -1)
        return np.asarray(head.mean + moved.reshape(head.mean.shape))

    def shapes(self, identity: Array, neutral: Array32, weights: Array, gaze: Array) -> Array32:
        """T×V×3 m, face space: `FaceModel.shape` of T frames at once (weights T×E, gaze T×2×2 rad)."""
        played = weights.astype(np.float32)
        played[:, self.blinks] *= self.closing(identity)
        moved = (played @ self._motion).reshape(len(weights), *neutral.shape)
        moved += neutral
        for eye, centre in enumerate(self.head.eye_centres(identity).astype(np.float32)):
            ball = np.flatnonzero(self.head.eyes.member == eye + 1)
            moved[:, ball] = (moved[:, ball] - centre) @ np.swapaxes(_eye_turns(gaze[:, eye]), 1, 2) + centre
        return moved

    def facings(self, vertices: Array32) -> Array32:
        """F×3: normals of posed triangles (vertices V×3), twice as long as their areas."""
        a, b, c = (np.take(vertices, self.head.triangles[:, corner], axis=0) for corner in range(3))
        return _cross(b - a, c - a)

    def normals(self, facings: Array32) -> Array32:
        """V×3 unit vectors, of triangles weighted by their areas."""
        order, first, used = self._fans
        out = np.zeros_like(self.head.mean)
        out[used] = np.add.reduceat(np.take(facings, order, axis=0), first, axis=0)
        length = np.sqrt(np.einsum("vi,vi->v", out, out))[:, None]
        return np.asarray(out / np.maximum(length, np.float32(1e-12)))

    def ahead(self, identity: Array, neutral: Array32) -> Array32:
        """V×3: unit vectors from each eyeball's centre to its vertices, in the eye that looks ahead; 0 elsewhere."""
        member = self.head.eyes.member
        centre = self.head.eye_centres(identity).astype(np.float32)[member - 1]
        away = np.where((member > 0)[:, None], neutral - centre, np.float32(0))
        return np.asarray(away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), np.float32(1e-12)))


def _eye_turns(gaze: Array) -> Array32:
    """T×3×3 of yaws and pitches T×2."""
    zero = np.zeros(len(gaze))
    yaw = rotation_matrices(np.stack([zero, gaze[:, 0], zero], axis=1))
    pitch = rotation_matrices(np.stack([gaze[:, 1], zero, zero], axis=1))
    return (yaw @ pitch).astype(np.float32)


def _cross(one: Array32, other: Array32) -> Array32:
    """N×3; np.cross takes three times as long."""
    x, y, z = one.T
    u, v, w = other.T
    return np.stack([y * w - z * v, z * u - x * w, x * v - y * u], axis=1)
