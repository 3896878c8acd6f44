"""MediaPipe's 478-landmark topology: triangles from its published edges, holes, and which landmark mirrors which."""

from collections import defaultdict

import mediapipe as mp
import numpy as np
from numpy.typing import NDArray

Triangle = tuple[int, int, int]

MESH_LANDMARKS = 468
SEPARATING = frozenset({(49, 64, 129), (279, 294, 358)})
"""Three-cycles of edges beside the nostrils' wings that are no faces: another landmark lies inside each."""

RIGHT_LID_UPPER = (246, 161, 160, 159, 158, 157, 173)
RIGHT_LID_LOWER = (7, 163, 144, 145, 153, 154, 155)
RIGHT_EYE_CORNERS = (33, 133)
LIP_UPPER = (191, 80, 81, 82, 13, 312, 311, 310, 415)
LIP_LOWER = (95, 88, 178, 87, 14, 317, 402, 318, 324)
MOUTH_CORNERS = (78, 308)
LIP_OUTER = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)


def mesh_triangles() -> NDArray[np.int32]:
    """F×3 landmark indices, wound consistently (which way round is decided on geometry, by pieces.facing)."""
    neighbours: dict[int, set[int]] = defaultdict(set)
    for a, b in mp.solutions.face_mesh.FACEMESH_TESSELATION:
        neighbours[a].add(b)
        neighbours[b].add(a)
    cycles = {
        (a, b, c) for a in neighbours for b in neighbours[a] if b > a for c in neighbours[a] & neighbours[b] if c > b
    }
    return np.array(_wound_alike(sorted(cycles - SEPARATING)), dtype=np.int32)


def _wound_alike(triangles: list[Triangle]) -> list[Triangle]:
    """The same triangles, flipped where needed so that neighbours run their common edge in opposite directions."""
    sharing: dict[frozenset[int], list[int]] = defaultdict(list)
    for index, triangle in enumerate(triangles):
        for a, b in _edges(triangle):
            sharing[frozenset((a, b))].append(index)
    wound = {0: triangles[0]}
    front = [0]
    while front:
        for a, b in _edges(wound[front.pop()]):
            for other in sharing[frozenset((a, b))]:
                if other not in wound:
                    corners = triangles[other]
                    wound[other] = corners[::-1] if (a, b) in _edges(corners) else corners
                    front.append(other)
    return [wound[index] for index in range(len(triangles))]


def _edges(triangle: Triangle) -> tuple[tuple[int, int], ...]:
    a, b, c = triangle
    return (a, b), (b, c), (c, a)


def boundary_loops(triangles: NDArray[np.int32]) -> list[list[int]]:
    """Closed loops of vertices along the mesh's open edges, each in the direction its triangles run."""
    directed = {edge for triangle in triangles.tolist() for edge in _edges(triangle)}
    following = {a: b for a, b in directed if (b, a) not in directed}
    loops = []
    while following:
        start, vertex = following.popitem()
        loop = [start]
        while vertex != start:
            loop.append(vertex)
            vertex = following.pop(vertex)
        loops.append(loop)
    return loops


def subdivided(triangles: NDArray[np.int32], vertices: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Each triangle split into four, and the pairs (N×2) of vertices whose middles are the new vertices, in order."""
    middle: dict[tuple[int, int], int] = {}
    split = []
    for a, b, c in triangles.tolist():
        ab, bc, ca = (middle.setdefault((min(e), max(e)), vertices + len(middle)) for e in _edges((a, b, c)))
        split += [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    return np.array(split, dtype=np.int32), np.array(list(middle), dtype=np.int32)
