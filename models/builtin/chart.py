"""ICT's face, and the rest of its head, as charts: a point of the UV layout is a point of the skin in every shape."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...core.conventions import Array, Array32
from ...core.face.ict import QUAD_PARTS, IctHead

EYE_RIGHT = (0.35, 0.717)
"""Middles of the slits of the right eye and the mouth in the chart."""
MOUTH = (0.5, 0.4305)


@dataclass(frozen=True)
class Places:
    """N points on the head: each a weighted sum of three of its vertices."""

    corners: NDArray[np.int32]
    """N×3 vertex indices."""
    weights: Array
    """N×3, summing to one."""

    def of(self, values: Array | Array32) -> Array:
        """…×N×3: the points, of vertices or displacements (…×V×3)."""
        return np.asarray(np.einsum("...nkc,nk->...nc", values[..., self.corners, :], self.weights))

    def __len__(self) -> int:
        return len(self.corners)

    def __getitem__(self, chosen: NDArray[np.intp] | NDArray[np.bool_] | slice) -> "Places":
        return Places(self.corners[chosen], self.weights[chosen])

    @classmethod
    def joined(cls, several: list["Places"]) -> "Places":
        return cls(np.concatenate([one.corners for one in several]), np.concatenate([one.weights for one in several]))


@dataclass(frozen=True)
class Ring:
    """A closed edge loop of the face mesh around a slit, as the slit's upper and lower side in the chart."""

    upper: Array
    """N×2 chart points, left to right in the chart, both ends included."""
    lower: Array

    def at(self, along: Array, upper: NDArray[np.bool_]) -> Array:
        """Chart points at `along` (N, 0 the slit's left end in the chart, 1 its right) of the upper or lower side."""
        left, right = self.upper[0, 0], self.upper[-1, 0]
        u = left + np.clip(along, 0, 1) * (right - left)
        v = np.where(upper, np.interp(u, *self.upper.T), np.interp(u, *self.lower.T))
        return np.stack([u, v], axis=1)

    def along(self, uv: Array) -> Array:
        """How far along the slit chart points lie, 0–1 at its ends."""
        left, right = self.upper[0, 0], self.upper[-1, 0]
        return np.asarray((uv[:, 0] - left) / (right - left))


class Chart:
    """A part of an ICT head, triangulated in its own UV layout (0–1, symmetric about u = 0.5, the right side first)."""

    def __init__(self, head: IctHead, part: Literal["face", "head"] = "face") -> None:
        quads, uv_quads = head.quads[QUAD_PARTS[part]], head.uv_quads[QUAD_PARTS[part]]
        # the back of the head lies in the tile beside the face's, its left side first
        uv = head.uv if part == "face" else head.uv * [-1, 1] + [2, 0]
        self._part = part
        self.quads = quads
        self.triangles = fan(quads)
        self.corner_uv = uv[fan(uv_quads)]
        """F×3×2."""
        self.vertex_uv = np.zeros((len(head.neutral), 2))
        """V×2, meaningful for the part's vertices only."""
        self.vertex_uv[quads] = uv[uv_quads]

    def locate(self, uv: Array) -> Places:
        """The skin at chart points (N×2); points outside the chart go to its nearest triangle's edge."""
        corners, weights = zip(*(self._one(point) for point in uv), strict=True)
        return Places(np.array(corners, dtype=np.int32), np.array(weights))

    def _one(self, point: Array) -> tuple[NDArray[np.int32], Array]:
        low, high = self._bounds
        near = np.flatnonzero(((low <= point) & (point <= high)).all(axis=1))
        candidates = near if near.size else np.arange(len(self.triangles))
        a, b, c = np.moveaxis(self.corner_uv[candidates], 1, 0)
        share = (
            np.stack([_cross(b - point, c - point), _cross(c - point, a - point)], axis=1)
            / _cross(b - a, c - a)[:, None]
        )
        weights = np.concatenate([share, 1 - share.sum(axis=1, keepdims=True)], axis=1)
        best = int(np.argmax(weights.min(axis=1)))
        inside = np.maximum(weights[best], 0)
        return self.triangles[candidates[best]], inside / inside.sum()

    @cached_property
    def _bounds(self) -> tuple[Array, Array]:
        return self.corner_uv.min(axis=1), self.corner_uv.max(axis=1)

    def layout(self, places: Places) -> Array:
        """N×2: where places lie in ICT's layout of the part, seen from outside."""
        uv = places.of(self.vertex_uv)
        return uv if self._part == "face" else mirrored(uv)

    def outline(self) -> list[int]:
        """Vertices along the longest open edge, in order."""
        pairs, count = np.unique(np.array(quad_edges(self.quads)), axis=0, return_counts=True)
        longest = max(boundary_components(self.quads), key=len)
        beside: dict[int, list[int]] = defaultdict(list)
        for a, b in pairs[count == 1].tolist():
            beside[a].append(b)
            beside[b].append(a)
        loop = [min(longest)]
        while len(loop) < len(longest):
            loop.append(next(other for other in beside[loop[-1]] if other not in loop[-2:] and other != loop[0]))
        return loop

    def ring(self, slit: tuple[float, float], steps: int) -> Ring:
        """The edge loop `steps` edges away from the boundary of the slit around a chart point."""
        distance = self._steps_from(self._slit(slit), steps)
        uv = self.vertex_uv[[vertex for vertex, away in distance.items() if away == steps]]
        left, right = uv[uv[:, 0].argmin()], uv[uv[:, 0].argmax()]
        across = left[1] + (uv[:, 0] - left[0]) / (right[0] - left[0]) * (right[1] - left[1])
        sides = [uv[side * (uv[:, 1] - across) > 0] for side in (1, -1)]
        ordered = [np.vstack([left, side[side[:, 0].argsort()], right]) for side in sides]
        return Ring(*ordered)

    def _slit(self, near: tuple[float, float]) -> set[int]:
        """Vertices of the boundary loop whose middle is nearest to a chart point."""
        loops = boundary_components(self.quads)
        return min(loops, key=lambda loop: float(np.linalg.norm(self.vertex_uv[list(loop)].mean(axis=0) - near)))

    def _steps_from(self, start: set[int], steps: int) -> dict[int, int]:
        neighbours: dict[int, set[int]] = defaultdict(set)
        for a, b in quad_edges(self.quads):
            neighbours[a].add(b)
            neighbours[b].add(a)
        distance = dict.fromkeys(start, 0)
        front = start
        for step in range(1, steps + 1):
            front = {other for vertex in front for other in neighbours[vertex]} - distance.keys()
            distance |= dict.fromkeys(front, step)
        return distance


def mirrored(uv: Array) -> Array:
    """Chart points on the other side of the face."""
    return np.asarray(uv * [-1, 1] + [1, 0])


def fan(quads: NDArray[np.int32]) -> NDArray[np.int32]:
    """Triangles of quads (P×4), where a repeated last corner stands for a triangle."""
    whole = quads[:, 2] != quads[:, 3]
    return np.concatenate([quads[:, [0, 1, 2]], quads[whole][:, [0, 2, 3]]])


def quad_edges(quads: NDArray[np.int32]) -> list[tuple[int, int]]:
    """All sides of quads as vertex pairs, smaller index first; a side shared by two comes twice."""
    pairs = np.concatenate([quads[:, [k, (k + 1) % 4]] for k in range(4)])
    pairs = np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1)
    return [(int(a), int(b)) for a, b in pairs]


def boundary_components(quads: NDArray[np.int32]) -> list[set[int]]:
    """Vertex sets of the connected open edges."""
    pairs, count = np.unique(np.array(quad_edges(quads)), axis=0, return_counts=True)
    components: list[set[int]] = []
    for a, b in pairs[count == 1].tolist():
        touching = [component for component in components if a in component or b in component]
        components = [component for component in components if component not in touching]
        components.append({a, b}.union(*touching))
    return components


def _cross(a: Array, b: Array) -> Array:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])
