"""Lids that close: ICT's blink, sampled on a coarser mesh, leaves a sliver of the eye open; this closes it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.conventions import Array
from .chart import EYE_RIGHT, Chart, mirrored
from .eyes import Ball
from .pieces import Piece
from .skin import LID_MARGIN, SkinMesh, above

OVERLAP = 1.4e-3
"""m that the closed upper lid reaches below the lower one's margin."""
LIFT = 4e-4
"""m that it lies in front of it."""
REACH = 4.5e-3
"""m: how far from the margin the correction fades (Gaussian)."""


@dataclass(frozen=True)
class Lids:
    """Vertices of one eye's margins, by landmarks' mesh."""

    upper: NDArray[np.intp]
    """Corners left out."""
    lower: NDArray[np.intp]
    """Corners included."""


def lids(chart: Chart, mesh: SkinMesh) -> list[Lids]:
    """The right eye's, then the left eye's."""
    ring = chart.ring(EYE_RIGHT, LID_MARGIN)
    found = []
    for loop in sorted(mesh.eyes, key=lambda loop: float(mesh.uv[loop, 0].mean())):
        vertices = np.array(loop)
        uv = mesh.uv[vertices]
        points = uv if uv[:, 0].mean() < 0.5 else mirrored(uv)
        inside = (points[:, 0] > points[:, 0].min()) & (points[:, 0] < points[:, 0].max())
        upper = above(ring, points) & inside
        found.append(Lids(vertices[upper], vertices[~upper]))
    return found


def kept_on(hung: Piece, people: int, eye: Lids, ball: Ball) -> Array:
    """M×V×3 m: the motion of the skin and what hangs on it, the lids as far from the ball in every identity as they
    are in the mean (the first `people` modes): where they close does not depend on whose they are.
    """
    out = np.array(hung.motion, dtype=np.float64)
    margin = hung.mean[np.concatenate([eye.upper, eye.lower])]
    away = np.linalg.norm(hung.mean[:, None] - margin, axis=2).min(axis=1)
    near = np.flatnonzero(away < 3 * REACH)
    outwards = hung.mean[near] - ball.centre
    outwards /= np.linalg.norm(outwards, axis=1, keepdims=True)
    moved = out[:people, near] - ball.motion(hung.mean[near])[:people]
    fade = np.exp(-((away[near] / REACH) ** 2))
    out[:people, near] -= (fade * np.sum(moved * outwards, axis=2))[..., None] * outwards
    return out


def closing(mean: Array, blink: Array, eye: Lids) -> Array:
    """V×3 m to add to a blink (V×3 m of the neutral V×3 m), so that the upper margin lies on the lower one.

    The correction of the margin fades around it; nothing moves that is nearer to the lower lid.
    """
    shut = mean + blink
    lower = shut[eye.lower[np.argsort(shut[eye.lower, 0])]]
    upper = shut[eye.upper]
    height, depth = (np.interp(upper[:, 0], lower[:, 0], lower[:, axis]) for axis in (1, 2))
    step = np.zeros_like(upper)
    step[:, 1] = np.minimum(height - OVERLAP - upper[:, 1], 0)
    step[:, 2] = np.maximum(depth + LIFT - upper[:, 2], 0)
    away = np.linalg.norm(mean[:, None] - mean[eye.upper], axis=2)
    nearest = away.argmin(axis=1)
    near_lower = np.linalg.norm(mean[:, None] - mean[eye.lower], axis=2).min(axis=1) < away.min(axis=1)
    fade = np.where(near_lower, 0.0, np.exp(-((away.min(axis=1) / REACH) ** 2)))
    return np.asarray(fade[:, None] * step[nearest])
