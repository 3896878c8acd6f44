"""One head laid over another: a warp of space that takes the built-in head's surface to that of any other head.

Because the whole space is warped, what touches on one head touches on the other: lids that meet, lips that close.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from ..face.geometry import Geometry
from ..face.model import FaceModel
from ..face.surface import vertex_normals
from .embedding import Embedding
from .nearest import nearest_places
from .spline import Warp, spline

OUTSIDE = ("skin", "lips", "lid", "head")
"""Parts that make the outer surface of a head, where it has them."""
REACHES = (0.012, 0.006, 0.004, 0.003)
"""m: how far away a place may lie to count as the same, round by round."""
FACING = 0.6
"""Cosine between the normals of two places that may be the same."""
TURN_COST = 0.004
"""m."""
SPACING = {"skin": 3, "head": 6}
"""Every so many of a part's vertices are laid over; of the others, each."""
LANDMARK_SLACK, SURFACE_SLACK, EYE_SLACK = 1.0, 0.2, 0.0003
"""m: how loosely landmarks, surface and eyeballs are followed (spline). One landmark is millimetres off, and so is a
nearest place along the surface: only many of them together bend the warp."""


@dataclass(frozen=True)
class Surface:
    """Some parts of a head at rest."""

    vertices: Array
    """V×3 m; all of the head's."""
    triangles: NDArray[np.int32]
    """Those of the parts."""
    normals: Array
    """V×3."""

    @classmethod
    def of(cls, head: Geometry, parts: tuple[str, ...], vertices: Array | None = None) -> "Surface":
        """The parts of a head's mean, or of `vertices` in its place."""
        chosen = np.isin(np.array(head.parts)[head.part], parts)
        place = head.mean.astype(np.float64) if vertices is None else vertices
        return cls(place, head.triangles[chosen], vertex_normals(place, head.triangles[chosen]))


def registered(builtin: FaceModel, other: Geometry, placed: Embedding) -> Warp:
    """The warp from the built-in mean head's space to that of another's."""
    sources, targets, slack = _features(builtin, other, placed)
    warp = spline(sources, targets, slack)
    source, target = Surface.of(builtin, OUTSIDE), Surface.of(other, OUTSIDE)
    sample = _sample(builtin, source)
    for reach in REACHES:
        points = warp(source.vertices[sample])
        normals = vertex_normals(warp(source.vertices), source.triangles)[sample]
        places = nearest_places(points, normals, target.vertices, target.triangles, TURN_COST)
        same = (places.distance < reach) & (places.facing > FACING)
        found = places.of(target.vertices, target.triangles)[same]
        surface_slack = np.full(len(found), SURFACE_SLACK)
        warp = spline(
            np.concatenate([sources, source.vertices[sample][same]]),
            np.concatenate([targets, found]),
            np.concatenate([slack, surface_slack]),
        )
    return warp


def _features(builtin: FaceModel, other: Geometry, placed: Embedding) -> tuple[Array, Array, Array]:
    """Places known on both heads: landmarks and eyeballs, with their slack."""
    landmarks = builtin.response.mean.astype(np.float64)
    seen = placed.places(other.mean, other.triangles)
    trust = placed.confidence.astype(np.float64)
    known = trust > 0.1
    balls = [_eyeball(builtin, other, eye) for eye in range(2)]
    return (
        np.concatenate([landmarks[known], *(source for source, _ in balls)]),
        np.concatenate([seen[known], *(target for _, target in balls)]),
        np.concatenate([LANDMARK_SLACK / trust[known] ** 2, np.full(sum(len(s) for s, _ in balls), EYE_SLACK)]),
    )


def _eyeball(builtin: FaceModel, other: Geometry, eye: int) -> tuple[Array, Array]:
    """The front of an eyeball on both heads, direction by direction."""
    steps = np.linspace(-1, 1, 7)
    x, y = (grid.ravel() for grid in np.meshgrid(steps, steps))
    front = np.stack([x, y, np.sqrt(np.maximum(0.0, 1.2 - x**2 - y**2))], axis=1)[x**2 + y**2 < 1.2]
    front /= np.linalg.norm(front, axis=1, keepdims=True)
    return (
        builtin.eyes.centre[eye] + builtin.eyes.radius * front,
        other.eyes.centre[eye] + other.eyes.radius * front,
    )


def _sample(head: Geometry, surface: Surface) -> NDArray[np.intp]:
    """Vertices of a surface, thinned where nothing fine is."""
    chosen = []
    for part in np.unique(head.part):
        name = head.parts[part]
        if name in OUTSIDE:
            chosen.append(np.unique(head.triangles[head.part == part])[:: SPACING.get(name, 1)])
    return np.asarray(np.intersect1d(np.concatenate(chosen), surface.triangles), dtype=np.intp)
