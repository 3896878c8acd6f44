"""Skin, the lids' inner walls and the mouth's lining: MediaPipe's mesh in ICT's chart, and what hangs on it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.conventions import Array
from ...core.face.ict import IctHead
from .chart import EYE_RIGHT, MOUTH, Chart, Ring, mirrored
from .inner import cavity
from .meshing import inside
from .pieces import Faces, Piece, as_in_chart, facing, grid_triangles, placed
from .topology import LIP_OUTER, boundary_loops, mesh_triangles, subdivided

LID_MARGIN = 2
"""Edges between ICT's lid margin, where the lashes grow, and the boundary of its face mesh behind it."""
LIP_CONTACT = {True: 8, False: 7}
"""Edges between the line where the (upper, lower) lips touch and the boundary of the face mesh inside the mouth."""


@dataclass(frozen=True)
class SkinMesh:
    """MediaPipe's mesh in the chart, each triangle split into four; its first 468 vertices are the landmarks."""

    uv: Array
    """V×2 chart points."""
    triangles: Faces
    lips: NDArray[np.bool_]
    """F: the triangle is on the lips."""
    oval: list[int]
    """Loops of vertices: the outline of the face, and around the mouth and each eye."""
    mouth: list[int]
    eyes: list[list[int]]


def skin_mesh(chart: Chart, landmarks: Array) -> SkinMesh:
    """The skin of landmarks placed at chart points (468×2)."""
    base = mesh_triangles()
    triangles, pairs = subdivided(base, len(landmarks))
    uv = np.concatenate([landmarks, landmarks[pairs].mean(axis=1)])
    loops = sorted(boundary_loops(triangles), key=len)
    mouth, oval = loops[2], loops[3]
    uv = _on_margins(chart, uv, loops[:2])
    lips = np.repeat(inside(landmarks[base].mean(axis=1), landmarks[list(LIP_OUTER)]), 4)
    return SkinMesh(uv, triangles, lips, oval, mouth, loops[:2])


def _on_margins(chart: Chart, uv: Array, eyes: list[list[int]]) -> Array:
    """Chart points with the lids' contours moved onto their margins' curves."""
    moved = uv.copy()
    ring = chart.ring(EYE_RIGHT, LID_MARGIN)
    for eye in eyes:
        right = uv[eye].mean(axis=0)[0] < 0.5
        points = uv[eye] if right else mirrored(uv[eye])
        points = ring.at(ring.along(points), above(ring, points))
        moved[eye] = points if right else mirrored(points)
    return moved


def above(ring: Ring, uv: Array) -> NDArray[np.bool_]:
    """Which chart points lie on the upper side of a slit."""
    (u0, v0), (u1, v1) = ring.upper[0], ring.upper[-1]
    return np.asarray(uv[:, 1] > v0 + (uv[:, 0] - u0) / (u1 - u0) * (v1 - v0))


def skin_piece(head: IctHead, chart: Chart, skin: SkinMesh) -> Piece:
    mean, motion = placed(head, chart.locate(skin.uv))
    part = tuple("lips" if lip else "skin" for lip in skin.lips)
    return facing(Piece(mean, motion, skin.triangles, skin.uv, skin.triangles, part), np.array([0.0, 0.0, 1.0]))


def lid_pieces(head: IctHead, chart: Chart, skin: SkinMesh) -> list[Piece]:
    """The lids' inner walls, from the margin back to the eyeball."""
    outer = chart.ring(EYE_RIGHT, LID_MARGIN)
    inner = [chart.ring(EYE_RIGHT, steps) for steps in (1, 0)]
    return [_eye_wall(head, chart, skin.uv[loop], outer, inner) for loop in skin.eyes]


def _eye_wall(head: IctHead, chart: Chart, contour: Array, outer: Ring, inner: list[Ring]) -> Piece:
    right = contour[:, 0].mean() < 0.5
    points = contour if right else mirrored(contour)
    rows = np.stack([points, *(ring.at(outer.along(points), above(outer, points)) for ring in inner)])
    uv = rows if right else mirrored(rows)
    return as_in_chart(_wall(head, chart, uv, "lid"))


def _wall(head: IctHead, chart: Chart, rows: Array, part: str) -> Piece:
    """A strip through rows (R×N×2) of chart points that close upon themselves."""
    mean, motion = placed(head, chart.locate(rows.reshape(-1, 2)))
    triangles = grid_triangles(rows.shape[0], rows.shape[1], closed=True)
    return Piece(mean, motion, triangles, rows.reshape(-1, 2), triangles, (part,) * len(triangles))


def mouth_piece(head: IctHead, chart: Chart, skin: SkinMesh) -> Piece:
    """The inside of the lips and, behind it, the cavity that closes in the throat; its UVs shrink towards a pole."""
    contour = skin.uv[skin.mouth]
    u = contour[:, 0]
    along, is_upper = (u - u.min()) / np.ptp(u), above(chart.ring(MOUTH, LIP_CONTACT[True]), contour)
    rings = [chart.ring(MOUTH, steps) for steps in (5, 2, 0)]
    lining = _wall(head, chart, np.stack([contour, *(ring.at(along, is_upper) for ring in rings)]), "mouth")
    behind, moved = cavity(head, lining.mean[-len(contour) :])
    mean = np.concatenate([lining.mean, behind])
    triangles = grid_triangles(len(mean) // len(contour), len(contour), closed=True)
    shrunk = np.linspace(1.0, 0.05, len(mean) // len(contour))[:, None, None] * (contour - MOUTH)
    return as_in_chart(
        Piece(
            mean,
            np.concatenate([lining.motion, moved], axis=1),
            triangles,
            (MOUTH + shrunk).reshape(-1, 2),
            triangles,
            ("mouth",) * len(triangles),
        )
    )
