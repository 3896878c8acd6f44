"""A head as its file describes it: what is known of a face before any detector looked at it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32, gaze_rotations


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
class Root:
    """How the model's own kind (FLAME) places a head: its coordinates' origin and the joint it turns the head about."""

    origin: Array32
    """3 m, in face space; the axes are face space's."""
    joint: Array32
    """3 m in the mean face."""
    identity: Array32
    """I×3 m per standard deviation."""
    expression: Array32
    """E×3 m at weight 1, where an expression is made of the model's own parameters."""


@dataclass(frozen=True)
class Geometry:
    """A linear head in face space (conventions.py), the origin midway between the eyeballs' centres of the mean face:
    V vertices, I identity modes, E expressions, F triangles.

    A reader (ict.py, flame.py, …) makes it; `heads.calibration` makes a FaceModel of it.
    """

    name: str
    licence: str
    """In words for the user: what the licence is called and what it bars."""
    mean: Array32
    """V×3 m."""
    identity: Array32
    """I×V×3 m per standard deviation."""
    expression: Array32
    """E×V×3 m at weight 1."""
    expressions: tuple[str, ...]
    """E names, as in facs.tables.SHAPES; none of a head whose file has no named ones (`heads.carry` gives it some)."""
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
    eyes: Eyeballs
    codes: Array32
    """E×P: each expression in the P parameters of the model's own kind (FLAME's), 0 columns where it has none."""
    code_names: tuple[str, ...]
    """P names: 'expression_000', …, 'jaw_pose_x', …"""
    root: Root | None = field(default=None, kw_only=True)
    """Of a head whose kind has parameters of its own."""

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

    def _turn_eyes(self, vertices: Array, identity: Array, gaze: Array) -> Array:
        for eye, centre in enumerate(self.eye_centres(identity)):
            ball = self.eyes.member == eye + 1
            vertices[ball] = (vertices[ball] - centre) @ gaze_rotations(gaze[eye]).T + centre
        return vertices


HEIGHTS = (0.12, 0.6)
"""m: from a cropped face to a head with its neck and shoulders."""


def check_size(mean: Array | Array32) -> None:
    """ValueError where a mean head (V×3 m) isn't as high as heads are."""
    height = float(np.ptp(mean[:, 1]))
    if not HEIGHTS[0] <= height <= HEIGHTS[1]:
        raise ValueError(f"a head {height:g} m high")


def no_codes(expressions: int) -> tuple[Array32, tuple[str, ...]]:
    """`codes` and `code_names` of a head whose kind has no parameters of its own."""
    return np.zeros((expressions, 0), dtype=np.float32), ()
