"""Named expressions for heads whose file has none: the built-in head's, carried over place by place."""

from dataclasses import replace

import numpy as np

from ..conventions import Array
from ..face.geometry import Geometry
from ..face.model import FaceModel
from .embedding import Embedding
from .eyelids import clear_of_eyeballs
from .nearest import nearest_places
from .registration import OUTSIDE, TURN_COST, Surface, registered
from .spline import Warp

NEAR, FAR = 0.004, 0.012
"""m: a place of the other head that lies nearer to the built-in one's surface moves with it; one farther stays."""

MOVED_BY = {
    "teeth_upper": ("teeth_upper",),
    "teeth_lower": ("teeth_lower",),
    "gums": ("teeth_upper", "teeth_lower"),
    "tongue": ("tongue",),
    "mouth": ("mouth", "lips"),
}
"""Parts of another head → those of the built-in that they move with; all others move with its outer surface."""

CORRECTIVES = {"mouthClose": "jawOpen"}
"""Expressions that are made to be seen on top of another one."""


def with_expressions(geometry: Geometry, placed: Embedding, builtin: FaceModel) -> Geometry:
    """The geometry with the built-in head's expressions carried over to it.

    `placed`: the detector's landmarks on the geometry's mean. Nothing is asked of the geometry's topology, parts or
    expressions; eyeballs stay, for gaze turns them. Its own parameters are left at rest (flame_codes finds them).
    """
    warp = registered(builtin, geometry, placed)
    expression = _followed(geometry, builtin, warp, moved_by_warp(builtin, warp))
    expression = clear_of_eyeballs(geometry, expression)
    count = len(expression)
    root = geometry.root
    return replace(
        geometry,
        expression=expression.astype(np.float32),
        expressions=builtin.expressions,
        codes=np.zeros((count, len(geometry.code_names)), dtype=np.float32),
        root=None if root is None else replace(root, expression=np.zeros((count, 3), dtype=np.float32)),
    )


def moved_by_warp(builtin: FaceModel, warp: Warp) -> Array:
    """E×V×3: the built-in's displacements after the warp; of the whole space, so that what touches goes on touching."""
    mean, expression = builtin.mean.astype(np.float64), builtin.expression.astype(np.float64)
    result = np.zeros_like(expression)
    for index, name in enumerate(builtin.expressions):
        some = np.flatnonzero(np.abs(expression[index]).max(axis=1) > 1e-6)
        before = mean[some]
        if name in CORRECTIVES:
            before = before + expression[builtin.expressions.index(CORRECTIVES[name]), some]
        result[index, some] = warp(before + expression[index, some]) - warp(before)
    return result


def _followed(geometry: Geometry, builtin: FaceModel, warp: Warp, moved: Array) -> Array:
    """E×V×3: the displacements at the other head's vertices, taken from the nearest places of the warped built-in."""
    warped = warp(builtin.mean.astype(np.float64))
    result = np.zeros((len(moved), *geometry.mean.shape))
    for sources, parts in _groups(geometry.parts).items():
        target = Surface.of(geometry, parts)
        some = np.unique(target.triangles)
        some = some[geometry.eyes.member[some] == 0]
        source = Surface.of(builtin, sources, warped)
        places = nearest_places(
            target.vertices[some], target.normals[some], source.vertices, source.triangles, TURN_COST
        )
        result[:, some] = places.of(moved, source.triangles) * _share(places.distance, parts)[:, None]
    return result


def _groups(parts: tuple[str, ...]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """The built-in's parts that move something → the parts that they move."""
    groups: dict[tuple[str, ...], tuple[str, ...]] = {}
    for part in parts:
        sources = MOVED_BY.get(part, (*OUTSIDE, "mouth"))
        groups[sources] = (*groups.get(sources, ()), part)
    return groups


def _share(distance: Array, parts: tuple[str, ...]) -> Array:
    """N, 0–1: how much of the motion of the nearest place is followed; inside the mouth all of it."""
    if set(parts) <= set(MOVED_BY):
        return np.ones(len(distance))
    return np.asarray(np.clip((FAR - distance) / (FAR - NEAR), 0, 1))
