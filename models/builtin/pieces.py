"""The parts of the built-in head as meshes that move with ICT's identity and expression modes."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from ...core.conventions import Array, Array32
from ...core.face.ict import IctHead
from .chart import Places

Faces = NDArray[np.int32]


@dataclass(frozen=True)
class Piece:
    """A mesh of V vertices and F triangles, and how M modes (identity, then expression) move it."""

    mean: Array
    """V×3 m, ICT's origin."""
    motion: Array
    """M×V×3 m."""
    triangles: Faces
    """F×3, counter-clockwise from outside."""
    uv: Array
    """C×2."""
    uv_triangles: Faces
    """F×3 into uv."""
    part: tuple[str, ...]
    """F names."""
    eye: int = 0
    """0, or which eyeball (1 left, 2 right) its vertices belong to."""


def single(values: ArrayLike) -> Array32:
    """In single precision."""
    return np.asarray(values, dtype=np.float32)


def motions(head: IctHead) -> NDArray[np.float32]:
    """M×V×3: identity modes, then expressions."""
    return np.concatenate([head.identity, head.expression])


def placed(head: IctHead, places: Places) -> tuple[Array, Array]:
    """Mean and motion of places on the head."""
    return places.of(head.neutral), np.stack([places.of(mode) for mode in (*head.identity, *head.expression)])


def joined(pieces: list[Piece]) -> Piece:
    """One mesh of all pieces (its `eye` is 0: read them from the pieces)."""
    vertex = np.cumsum([0, *(len(piece.mean) for piece in pieces)])
    corner = np.cumsum([0, *(len(piece.uv) for piece in pieces)])
    return Piece(
        np.concatenate([piece.mean for piece in pieces]),
        np.concatenate([piece.motion for piece in pieces], axis=1),
        np.concatenate([piece.triangles + start for piece, start in zip(pieces, vertex, strict=False)]),
        np.concatenate([piece.uv for piece in pieces]),
        np.concatenate([piece.uv_triangles + start for piece, start in zip(pieces, corner, strict=False)]),
        tuple(name for piece in pieces for name in piece.part),
    )


def welded(piece: Piece) -> Piece:
    """The mesh with vertices at one place made one (and UVs at one place of it); the first keeps its index."""
    first, rank = _merged(piece.mean)
    corner, corner_rank = _merged(np.column_stack([piece.mean[_vertex_of_corner(piece)], piece.uv]))
    if not np.allclose(piece.motion, piece.motion[:, first[rank]], atol=1e-5):
        raise ValueError("vertices at one place move apart: welding them would tear the mesh")
    return replace(
        piece,
        mean=piece.mean[first],
        motion=piece.motion[:, first],
        triangles=rank[piece.triangles].astype(np.int32),
        uv=piece.uv[corner],
        uv_triangles=corner_rank[piece.uv_triangles].astype(np.int32),
    )


def _vertex_of_corner(piece: Piece) -> NDArray[np.int32]:
    vertex = np.zeros(len(piece.uv), dtype=np.int32)
    vertex[piece.uv_triangles] = piece.triangles
    return vertex


def _merged(points: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Which of N points stand for those within a micrometre (K indices), and each point's number among these (N)."""
    same = np.arange(len(points))
    for a, b in sorted(cKDTree(points).query_pairs(1e-6)):
        same[b] = same[a]
    first, rank = np.unique(same, return_inverse=True)
    return first, rank


def grid_triangles(rows: int, columns: int, closed: bool) -> Faces:
    """Triangles of a grid of vertices (row-major); `closed` joins the last column to the first."""
    index = np.arange(rows * columns).reshape(rows, columns)
    if closed:
        index = np.concatenate([index, index[:, :1]], axis=1)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    halves = [np.stack(corners, axis=-1).reshape(-1, 3) for corners in ([a, b, c], [a, c, d])]
    return np.asarray(np.concatenate(halves), dtype=np.int32)


def flipped(piece: Piece) -> Piece:
    """The same surface seen from its other side."""
    return replace(piece, triangles=piece.triangles[:, ::-1], uv_triangles=piece.uv_triangles[:, ::-1])


def as_in_chart(piece: Piece) -> Piece:
    """A piece of the chart wound as the skin is, whose front has a positive area there."""
    a, b, c = np.moveaxis(piece.uv[piece.uv_triangles], 1, 0)
    area = np.sum((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0])
    return piece if area > 0 else flipped(piece)


def normals(mean: Array, triangles: Faces) -> Array:
    """F×3 area-weighted normals."""
    a, b, c = np.moveaxis(mean[triangles], 1, 0)
    return np.asarray(np.cross(b - a, c - a))


def facing(piece: Piece, direction: Array) -> Piece:
    """The piece with its front towards `direction` (3, or F×3) on the whole."""
    towards = np.sum(normals(piece.mean, piece.triangles) * direction)
    return piece if towards > 0 else flipped(piece)
