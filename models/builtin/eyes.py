"""Eyeballs: the project's own, placed and moved by ICT's; and the sphere through points."""

from dataclasses import dataclass

import numpy as np

from ...core.conventions import Array
from ...core.face.ict import QUAD_PARTS, IctHead
from ...core.face.sphere import eyeball_of
from .pieces import Faces, Piece, facing, grid_triangles, motions

EYE_ANGLES = np.array([0.0, 0.16, 0.26, 0.392, 0.44, 0.62, 0.85, 1.1, 1.4, 1.8, 2.3])
"""Rings of an eyeball, rad from its axis: pupil's edge, iris, limbus (5.9 mm from the axis) and sclera."""
IRIS_RING = 3
EYE_SEGMENTS = 24
PUPIL_ROWS, IRIS_ROWS = 1, 3


CLEARANCE = 2.5e-4
"""m by which the ball is smaller than ICT's, so that lids on a coarser mesh don't cut into it."""


@dataclass(frozen=True)
class Ball:
    """ICT's eyeball as a sphere that M modes move and swell."""

    centre: Array
    """3 m, ICT's origin."""
    radius: float
    drift: Array
    """M×3 m."""
    growth: Array
    """M: change of the radius, in radii."""

    def motion(self, at: Array) -> Array:
        """M×N×3 m of places (N×3) that belong to it."""
        return np.asarray(self.drift[:, None] + self.growth[:, None, None] * (at - self.centre))


def eyeball(head: IctHead, side: str) -> Ball:
    """The sphere leaves the cornea's bulge out."""
    members = np.unique(head.quads[QUAD_PARTS[f"eyeball_{side}"]])
    centre, radius = eyeball_of(head.neutral[members])
    away, moved = head.neutral[members] - centre, motions(head)[:, members]
    spread = away - away.mean(axis=0)
    growth = np.einsum("mnc,nc->m", moved, spread) / np.sum(spread**2)
    drift = moved.mean(axis=1) - growth[:, None] * away.mean(axis=0)
    return Ball(centre, radius - CLEARANCE, drift, growth)


def eye_piece(head: IctHead, side: str, radius: float) -> Piece:
    """A sphere open at the back: pole first, then rings outwards; segment 0 is to the subject's right."""
    ball = eyeball(head, side)
    turn = np.arange(EYE_SEGMENTS) * (2 * np.pi / EYE_SEGMENTS)
    around = np.stack([-np.cos(turn), np.sin(turn)], axis=1)
    rings = [
        np.concatenate([np.sin(a) * around, np.full((EYE_SEGMENTS, 1), np.cos(a))], axis=1) for a in EYE_ANGLES[1:]
    ]
    unit = np.concatenate([[[0.0, 0.0, 1.0]], *rings])
    disc = np.concatenate([[[0.0, 0.0]], *[a * -around * FLIPPED for a in EYE_ANGLES[1:]]]) / EYE_ANGLES[-1]
    ring = np.arange(EYE_SEGMENTS)
    cap = np.stack([np.zeros_like(ring), 1 + (ring + 1) % EYE_SEGMENTS, 1 + ring], axis=1)
    triangles = np.concatenate([cap, grid_triangles(len(rings), EYE_SEGMENTS, closed=True) + 1]).astype(np.int32)
    mean = ball.centre + radius * unit
    piece = Piece(
        mean,
        ball.motion(mean),
        triangles,
        (disc + 1) / 2,
        triangles,
        _eye_parts(side, triangles),
        1 if side == "left" else 2,
    )
    return facing(piece, unit[triangles].mean(axis=1))


FLIPPED = np.array([-1.0, 1.0])


def _eye_parts(side: str, triangles: Faces) -> tuple[str, ...]:
    ring = (triangles.max(axis=1) - 1) // EYE_SEGMENTS + 1
    return tuple(
        f"pupil_{side}" if row <= PUPIL_ROWS else f"iris_{side}" if row <= IRIS_ROWS else f"eyeball_{side}"
        for row in ring
    )
