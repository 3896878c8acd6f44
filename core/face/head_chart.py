"""UVs for heads that come without any: the skin cut open behind and laid flat with the face in the middle, upright,
and the eyeballs' halves in the corners; nothing overlaps (chart.flat_chart).
"""

import heapq
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from .chart import borders, flat_chart
from .surface import signed_areas

CORNER = 0.08
"""Radius of an eyeball's half; a square has room for 0.085 beside its circle."""
SKIN = 0.49
"""Radius of the skin's disc."""

Triangles = NDArray[np.int32]


def head_chart(vertices: Array | Array32, triangles: Triangles, member: NDArray[np.int8]) -> tuple[Array32, Triangles]:
    """UVs (C×2, 0–1, u along +X and v along +Y where the face looks ahead) and F×3 triangles into them.

    `member`: V, 0 for skin, 1 and 2 for the eyeballs. The seam runs from the crown down the back of the neck. A skin
    that can't be laid flat (its borders touch, or it has none) goes round a cylinder, where folds lie on each other.
    """
    try:
        return _laid_flat(np.asarray(vertices, dtype=np.float64), triangles, member)
    except ValueError:
        return _round_a_cylinder(np.asarray(vertices, dtype=np.float64)), triangles


def _round_a_cylinder(vertices: Array) -> Array32:
    side, height, ahead = (vertices - vertices.mean(axis=0)).T
    v = (height - height.min()) / np.ptp(height)
    return np.column_stack([np.arctan2(side, ahead) / (2 * np.pi) + 0.5, v]).astype(np.float32)


def _laid_flat(vertices: Array, triangles: Triangles, member: NDArray[np.int8]) -> tuple[Array32, Triangles]:
    owner = member[triangles[:, 0]]
    skin = np.flatnonzero(owner == 0)
    pieces = [(skin, _cut_behind(vertices, triangles[skin]), (0.5, 0.5), SKIN)]
    for eye in (1, 2):
        centre = vertices[member == eye].mean(axis=0)
        ahead = vertices[triangles].mean(axis=1)[:, 2] > centre[2]
        for half, v in ((ahead, CORNER), (~ahead, 1 - CORNER)):
            some = np.flatnonzero((owner == eye) & half)
            place = (1 - CORNER if eye == 1 else CORNER, v)
            pieces.append((some, (vertices, triangles[some]), place, 0.95 * CORNER))
    corners, uvs, count = np.zeros_like(triangles), [], 0
    for some, (points, faces), middle, radius in pieces:
        uv, used = _disc(points, faces)
        uvs.append(radius * uv + middle)
        corners[some] = used + count
        count += len(uv)
    return np.concatenate(uvs).astype(np.float32), corners


def _cut_behind(vertices: Array, triangles: Triangles) -> tuple[Array, Triangles]:
    """Vertices and triangles of the skin, opened along a line behind: the line's vertices are there twice."""
    line = _line_behind(vertices, triangles)
    seam = {*pairwise(line), *pairwise(line[::-1])}
    opened = triangles.copy()
    for twin, (previous, vertex) in enumerate(pairwise(line), start=len(vertices)):
        around = np.flatnonzero((triangles == vertex).any(axis=1))
        side = _side(triangles[around], vertex, previous, seam)
        rows = around[side]
        opened[rows] = np.where(triangles[rows] == vertex, twin, opened[rows])
    return np.concatenate([vertices, vertices[line[1:]]]), opened


def _side(fan: Triangles, vertex: int, previous: int, seam: set[tuple[int, int]]) -> list[int]:
    """Rows of the triangles round a vertex (K×3) on the left of the line that comes to it from another one."""
    following = {}
    for row, corners in enumerate(np.asarray(fan).tolist()):
        at = corners.index(vertex)
        following[corners[(at + 1) % 3]] = row, corners[(at + 2) % 3]
    by_last = {last: (row, first) for first, (row, last) in following.items()}
    rows, neighbour = [], previous
    while neighbour in by_last:
        row, neighbour = by_last[neighbour]
        rows.append(row)
        if (vertex, neighbour) in seam:
            break
    return rows


def _line_behind(vertices: Array, triangles: Triangles) -> list[int]:
    """Vertices along edges from the crown down behind the head to the neck's border (Dijkstra 1959)."""
    used = np.unique(triangles)
    middle, width = vertices[used].mean(axis=0), np.ptp(vertices[used, 0])
    detour = 1 + 20 * np.abs(vertices[:, 0] - middle[0]) / width + 50 * (vertices[:, 2] > middle[2])
    ends = set(max(borders(triangles), key=lambda loop: float(np.ptp(vertices[loop], axis=0).max())).tolist())
    neighbours = _neighbours(triangles)
    crown = int(used[np.argmax(vertices[used, 1])])
    best, came, queue = {crown: 0.0}, {crown: crown}, [(0.0, crown)]
    while queue:
        length, vertex = heapq.heappop(queue)
        if vertex in ends:
            break
        for other in neighbours[vertex]:
            step = float(np.linalg.norm(vertices[other] - vertices[vertex]) * (detour[vertex] + detour[other]))
            if length + step < best.get(other, np.inf):
                best[other], came[other] = length + step, vertex
                heapq.heappush(queue, (length + step, other))
    line = [vertex]
    while line[-1] != crown:
        line.append(came[line[-1]])
    return line[::-1]


def _neighbours(triangles: Triangles) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for a, b, c in np.asarray(triangles).tolist():
        for vertex, others in ((a, (b, c)), (b, (c, a)), (c, (a, b))):
            found.setdefault(vertex, set()).update(others)
    return found


def _disc(vertices: Array, triangles: Triangles) -> tuple[Array, Triangles]:
    """UVs in the unit circle, counter-clockwise as seen from outside, and triangles into them; turned so that they go
    with x and y of what looks ahead, or of what looks back, seen from there.
    """
    used, corners = np.unique(triangles, return_inverse=True)
    corners = corners.reshape(-1, 3).astype(np.int32)
    points = vertices[used]
    disc = 2 * flat_chart(points, corners)[0].astype(np.float64) - 1
    disc[:, 0] *= np.sign(signed_areas(disc[corners]).sum())
    ahead = signed_areas(points[corners][..., :2])
    sides = np.array([1.0 if ahead.sum() > 0 else -1.0, 1.0])
    shown = np.maximum(ahead * sides[0], 0)
    flat, seen = disc[corners].mean(axis=1), points[corners].mean(axis=1)[:, :2] * sides
    flat, seen = (values - np.average(values, axis=0, weights=shown) for values in (flat, seen))
    left, _, right = np.linalg.svd((flat * shown[:, None]).T @ seen)
    return disc @ (left * [1.0, np.linalg.det(left @ right)]) @ right, corners
