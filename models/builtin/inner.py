"""Eyeballs, teeth and tongue: the project's own shapes, placed and moved by ICT's."""

import numpy as np
from numpy.typing import NDArray

from ...core.conventions import Array
from ...core.face.ict import QUAD_PARTS, IctHead
from .pieces import Faces, Piece, facing, grid_triangles, motions

EYE_ANGLES = np.array([0.0, 0.16, 0.26, 0.392, 0.44, 0.62, 0.85, 1.1, 1.4, 1.8, 2.3])
"""Rings of an eyeball, rad from its axis: pupil's edge, iris, limbus (5.9 mm from the axis) and sclera."""
IRIS_RING = 3
EYE_SEGMENTS = 24
PUPIL_ROWS, IRIS_ROWS = 1, 3


def sphere_of(points: Array) -> tuple[Array, float]:
    """Centre and radius of the sphere nearest to points in the algebraic sense."""
    system = np.concatenate([2 * points, np.ones((len(points), 1))], axis=1)
    solution = np.linalg.lstsq(system, np.sum(points**2, axis=1), rcond=None)[0]
    return solution[:3], float(np.sqrt(solution[3] + solution[:3] @ solution[:3]))


def eyeball(head: IctHead, side: str) -> tuple[Array, float, Array]:
    """Centre, radius and motion (M×3) of ICT's eyeball; the cornea's bulge is left out of the sphere."""
    members = np.unique(head.quads[QUAD_PARTS[f"eyeball_{side}"]])
    points = head.neutral[members]
    centre, _ = sphere_of(points)
    centre, radius = sphere_of(points[points[:, 2] < centre[2] + 0.002])
    return centre, radius, motions(head)[:, members].mean(axis=1)


def eye_piece(head: IctHead, side: str, radius: float) -> Piece:
    """A sphere open at the back: pole first, then rings outwards; segment 0 is to the subject's right."""
    centre, _, drift = eyeball(head, side)
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
    motion = np.repeat(drift[:, None], len(unit), axis=1)
    uv = island(disc, (0.125, 0.115) if side == "right" else (0.375, 0.115), 0.11)
    piece = Piece(
        centre + radius * unit,
        motion,
        triangles,
        uv,
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


def island(shape: Array, middle: tuple[float, float], size: float) -> Array:
    """UVs of a shape in −1…1 around `middle`."""
    return np.asarray(shape * size + middle)


def teeth_piece(head: IctHead, row: str) -> Piece:
    """A strip along ICT's dental arch: gum line, middle, biting edge, and behind the edge."""
    members = np.unique(head.quads[QUAD_PARTS[f"teeth_{row}"]])
    points = head.neutral[members]
    down = row == "upper"
    angle = np.linspace(-1.15, 1.15, 25)
    arch = _arch(points, angle)
    edge = points[points[:, 2] > 0.09, 1].min() if down else points[points[:, 2] > 0.09, 1].max()
    height = 0.0105 if down else 0.0095
    levels = [height, 0.5 * height, 0.0, 0.0] if down else [-height, -0.5 * height, 0.0, 0.0]
    inset = [0.004, 0.0005, 0.0008, 0.006]
    inward = np.array([0.0, 0.0, 0.055]) - arch
    inward /= np.linalg.norm(inward, axis=1, keepdims=True)
    curve = np.where(down, 1, 0.7) * 0.10 * (arch[:, 0] / 0.03) ** 2 * 0.02
    rows = [
        np.stack([arch[:, 0], edge + level + curve, arch[:, 2]], axis=1) + inward * step
        for level, step in zip(levels, inset, strict=True)
    ]
    mean = np.concatenate(rows)
    motion = _affine_motion(points, motions(head)[:, members], mean)
    triangles = grid_triangles(len(rows), len(angle), closed=False)
    u, v = np.meshgrid(np.linspace(-1, 1, len(angle)), np.linspace(-1, 1, len(rows)) * (1 if down else -1))
    uv = island(np.stack([u.ravel(), 0.22 * v.ravel()], axis=1), (0.74, 0.18 if down else 0.125), 0.11)
    piece = Piece(mean, motion, triangles, uv, triangles, (f"teeth_{row}",) * len(triangles))
    return facing(piece, mean[triangles].mean(axis=1) - [0, edge, 0.07])


def _arch(points: Array, angle: Array) -> Array:
    """N×3 (y = 0): the outside of the dental arch in directions `angle` (rad from +Z) about its middle, smoothed."""
    middle = np.array([0.0, 0.068])
    flat = points[:, [0, 2]] - middle
    toward = np.stack([np.sin(angle), np.cos(angle)], axis=1)
    turn = np.arctan2(flat[:, 0], flat[:, 1])
    reach = np.array([np.linalg.norm(flat[np.abs(np.abs(turn) - abs(a)) < 0.12], axis=1).max() for a in angle])
    reach = np.polyval(np.polyfit(angle**2, reach, 3), angle**2)
    place = toward * reach[:, None] + middle
    return np.stack([place[:, 0], np.zeros_like(angle), place[:, 1]], axis=1)


def _affine_motion(points: Array, moved: NDArray[np.float32], at: Array) -> Array:
    """M×N×3: the affine motion nearest to that of `points`, at other places."""
    system = np.concatenate([points, np.ones((len(points), 1))], axis=1)
    maps = np.linalg.pinv(system) @ moved.astype(np.float64)
    return np.asarray(np.concatenate([at, np.ones((len(at), 1))], axis=1) @ maps)


def tongue_piece(head: IctHead) -> Piece:
    """A flattened dome behind the lower teeth that follows them."""
    members = np.unique(head.quads[QUAD_PARTS["teeth_lower"]])
    across, along = np.linspace(-1, 1, 11), np.linspace(0, 1, 9)
    u, t = (values.ravel() for values in np.meshgrid(across, along))
    width = 0.0185 * np.sqrt(np.clip(1 - (1 - t) ** 4, 0.06, 1))
    mean = np.stack(
        [
            u * width,
            -0.0385
            + 0.0045 * np.sin(np.pi * np.clip(t * 1.1, 0, 1)) * (1 - 0.35 * (1 - np.abs(u)))
            - 0.010 * u**4
            - 0.004 * (1 - t) ** 2,
            0.0955 - 0.045 * t,
        ],
        axis=1,
    )
    motion = _affine_motion(head.neutral[members], motions(head)[:, members], mean)
    triangles = grid_triangles(len(along), len(across), closed=False)
    uv = island(np.stack([u, 2 * t - 1], axis=1), (0.93, 0.115), 0.06)
    return facing(
        Piece(mean, motion, triangles, uv, triangles, ("tongue",) * len(triangles)), np.array([0.0, 1.0, 0.0])
    )


def tongue_out(tongue: Piece) -> Array:
    """V×3 m: the tongue's own movement of tongueOut: forward, arched over the lower lip, its tip down."""
    tip = np.clip((tongue.mean[:, 2] - 0.05) / 0.045, 0, 1)
    arch = 0.0085 * np.exp(-(((tip - 0.72) / 0.22) ** 2)) - 0.009 * np.clip((tip - 0.8) / 0.2, 0, 1)
    return np.stack([np.zeros_like(tip), arch, 0.006 + 0.030 * tip], axis=1)
