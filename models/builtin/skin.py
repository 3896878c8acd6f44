"""Skin, lids' inner walls, the mouth's lining and the back of the head: all hung on MediaPipe's mesh in ICT's chart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.conventions import Array
from ...core.face.ict import QUAD_PARTS, IctHead
from .chart import EYE_RIGHT, MOUTH, Chart, Places, Ring, fan, mirrored
from .pieces import Faces, Piece, facing, flipped, grid_triangles, placed
from .topology import LIP_OUTER, boundary_loops, mesh_triangles, subdivided

LID_MARGIN = 2
"""Edges between ICT's lid margin, where the lashes grow, and the boundary of its face mesh behind it."""
LIP_CONTACT = {True: 8, False: 7}
"""Edges between the line where the (upper, lower) lips touch and the boundary of the face mesh inside the mouth."""

BAG = ((1.24, 3.97, 0.012), (1.0, 3.2, 0.030), (0.45, 1.44, 0.042), (0.03, 0.03, 0.044))
"""The mouth's bag behind its lining, row by row: width and height, in those of the lining's end, and m behind it."""

LOFT_ROWS = 9
SKULL_CENTRE = np.array([0.0, 0.02, -0.005])
NECK_CENTRE = np.array([0.0, -0.108, -0.02])
"""m, ICT's origin: inside the skull, and inside the neck just above the shoulders."""
NECK_END = -0.175
"""m: the neck goes on straight down to this height, and is open below."""


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
    lips = np.repeat(_inside(landmarks[base].mean(axis=1), landmarks[list(LIP_OUTER)]), 4)
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


def _inside(points: Array, polygon: Array) -> NDArray[np.bool_]:
    """Even-odd test of points (N×2) in a polygon (M×2)."""
    start, end = polygon, np.roll(polygon, -1, axis=0)
    spans = (start[:, 1] > points[:, 1, None]) != (end[:, 1] > points[:, 1, None])
    slope = (end[:, 0] - start[:, 0]) / np.where(end[:, 1] == start[:, 1], np.inf, end[:, 1] - start[:, 1])
    crossing = start[:, 0] + (points[:, 1, None] - start[:, 1]) * slope
    return np.asarray(np.sum(spans & (points[:, :1] < crossing), axis=1) % 2 == 1)


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


def as_in_chart(piece: Piece) -> Piece:
    """A piece of the chart wound as the skin is, whose front has a positive area there."""
    a, b, c = np.moveaxis(piece.uv[piece.uv_triangles], 1, 0)
    area = np.sum((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0])
    return piece if area > 0 else flipped(piece)


def mouth_piece(head: IctHead, chart: Chart, skin: SkinMesh) -> Piece:
    """The inside of the lips and, behind it, a bag that closes 4 cm into the head."""
    contour = skin.uv[skin.mouth]
    u = contour[:, 0]
    along, is_upper = (u - u.min()) / np.ptp(u), above(chart.ring(MOUTH, LIP_CONTACT[True]), contour)
    rings = [chart.ring(MOUTH, steps) for steps in (5, 2, 0)]
    lining = _wall(head, chart, np.stack([contour, *(ring.at(along, is_upper) for ring in rings)]), "mouth")
    return as_in_chart(_bagged(lining, contour))


def _bagged(lining: Piece, contour: Array) -> Piece:
    """The lining with rows added that close behind it, moving with its last row; its UVs shrink towards a pole."""
    columns = len(contour)
    end, moved = lining.mean[-columns:], lining.motion[:, -columns:]
    middle, drift = end.mean(axis=0), moved.mean(axis=1, keepdims=True)
    means = [middle + (end - middle) * [wide, high, 1.0] - [0, 0, back] for wide, high, back in BAG]
    motion = [drift + (moved - drift) * wide for wide, _, _ in BAG]
    rows = len(lining.mean) // columns + len(BAG)
    triangles = grid_triangles(rows, columns, closed=True)
    uv = MOUTH + np.linspace(1.0, 0.05, rows)[:, None, None] * (contour - MOUTH)
    return Piece(
        np.concatenate([lining.mean, *means]),
        np.concatenate([lining.motion, *motion], axis=1),
        triangles,
        uv.reshape(-1, 2),
        triangles,
        ("mouth",) * len(triangles),
    )


def loft_piece(head: IctHead, chart: Chart, skin: SkinMesh) -> Piece:
    """Skull, sides and neck: lines from each point of the oval over ICT's head to a ring at the base of the neck."""
    oval = chart.locate(skin.uv[skin.oval])
    start = oval.of(head.neutral)
    surface = np.concatenate([fan(head.quads[QUAD_PARTS[part]]) for part in ("face", "head")])
    turn = np.arctan2(start[:, 0], start[:, 1] - SKULL_CENTRE[1])
    level = np.stack([np.sin(turn), np.zeros_like(turn), -np.cos(turn)], axis=1)
    base = cast_outwards(head.neutral, surface, NECK_CENTRE, level, -np.inf)
    directions = _loft_directions(start - SKULL_CENTRE, base.of(head.neutral) - SKULL_CENTRE, turn)
    hits = cast_outwards(head.neutral, surface, SKULL_CENTRE, directions.reshape(-1, 3), NECK_CENTRE[1] - 1e-3)
    rows = [oval, hits, base]
    places = Places(np.concatenate([row.corners for row in rows]), np.concatenate([row.weights for row in rows]))
    shape = (len(directions) + 2, len(start))
    mean, motion = placed(head, places)
    mean, motion = _smoothed(shape, mean), np.stack([_smoothed(shape, mode) for mode in motion])
    mean = np.concatenate([mean, mean[-len(start) :] * [1.0, 0.0, 1.0] + [0.0, NECK_END, 0.0]])
    motion = np.concatenate([motion, motion[:, -len(start) :]], axis=1)
    triangles = grid_triangles(shape[0] + 1, shape[1], closed=True)
    uv = _loft_uv(skin.uv[skin.oval], shape[0] + 1)
    piece = Piece(mean, motion, triangles, uv, triangles, ("head",) * len(triangles))
    return facing(piece, piece.mean[triangles].mean(axis=1) - SKULL_CENTRE)


def _loft_directions(start: Array, base: Array, turn: Array) -> Array:
    """R×N×3 unit vectors from the oval's points to those at the neck's base, over the skull or along the neck.

    `turn`: N rad, where on the oval a point lies: 0 at its top, ±π at the chin.
    """
    sideways, upward = np.sin(turn), np.cos(turn)
    first, last = _unit(start), _unit(base)
    over = _unit(np.stack([1.1 * sideways, 0.75 * upward, -0.45 - 0.55 * upward], axis=1))
    skull = np.clip((1 + upward) / 2, 0, 1)[:, None] ** 1.5
    middle = _unit(skull * 1.6 * over + (1 - skull) * (first + last) / 2)
    steps = np.linspace(0, 1, LOFT_ROWS + 2)[1:-1, None, None]
    return _unit((1 - steps) ** 2 * first + 2 * steps * (1 - steps) * (1 + skull) * middle + steps**2 * last)


def _unit(vectors: Array) -> Array:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def cast_outwards(vertices: Array, triangles: Faces, origin: Array, directions: Array, lowest: float) -> Places:
    """Where rays (N×3) from a point inside a mesh leave it for good, above the height `lowest`."""
    a, b, c = np.moveaxis(vertices[triangles] - origin, 1, 0)
    volume = np.einsum("fc,fc->f", a, np.cross(b, c))
    corners, weights = [], []
    for ray in directions:
        inside = np.stack([np.cross(b, c) @ ray, np.cross(c, a) @ ray, np.cross(a, b) @ ray], axis=1)
        total = inside.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = inside / total[:, None]
            reach = volume / total
        ahead = (reach > 0) & np.isfinite(reach) & (origin[1] + reach * ray[1] > lowest)
        missed = np.where(ahead, -share.min(axis=1), np.inf)
        # a ray may slip through a seam: the triangle it misses by least is as good
        near = missed <= max(float(missed.min()), 1e-9)
        best = int(np.where(near, reach, -1.0).argmax())
        corners.append(triangles[best])
        weights.append(np.clip(share[best], 0, 1) / np.clip(share[best], 0, 1).sum())
    return Places(np.array(corners, dtype=np.int32), np.array(weights))


def _smoothed(shape: tuple[int, int], values: Array, rounds: int = 4) -> Array:
    """A grid of points (R·N×3) relaxed along its rows and columns: no ears, no steps. First and last row stay."""
    grid = values.reshape(*shape, 3).copy()
    for _ in range(rounds):
        lengthwise = (grid[:-2] + grid[2:]) / 2
        around = (np.roll(grid, 1, axis=1) + np.roll(grid, -1, axis=1))[1:-1] / 2
        grid[1:-1] += 0.5 * ((lengthwise + around) / 2 - grid[1:-1])
    return grid.reshape(-1, 3)


def _loft_uv(oval: Array, rows: int) -> Array:
    """R·N×2: from the oval straight outwards to the sides of the chart's square."""
    middle = np.array([0.5, 0.55])
    out = oval - middle
    reach = np.minimum(
        0.49 / np.abs(out[:, 0]).clip(1e-9), np.where(out[:, 1] > 0, 0.44, 0.545) / np.abs(out[:, 1]).clip(1e-9)
    )
    edge = middle + out * reach[:, None]
    steps = np.linspace(0, 1, rows)[:, None, None]
    return np.asarray((oval + (edge - oval) * steps).reshape(-1, 2))
