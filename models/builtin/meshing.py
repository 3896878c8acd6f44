"""An even mesh inside a polygon of a chart: sampled and improved in space, triangulated in the chart."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from ...core.conventions import Array
from .chart import Chart, Places
from .pieces import Faces

CANDIDATES = 40_000
RELAXING = 3
CLEARANCE = 0.6
"""Of the spacing: how near to the outline inner points may lie."""


def meshed(
    vertices: Array, chart: Chart, outline: Places, spacing: Callable[[Array], Array], rng: np.random.Generator
) -> tuple[Places, Faces]:
    """Places (the outline's first) and triangles, counter-clockwise in the chart.

    `vertices`: V×3 m; `outline`: a closed polygon; `spacing`: m wanted between vertices at N×3 m.
    """
    polygon = outline.of(chart.vertex_uv)
    uv = _sampled(vertices, chart, outline, spacing, rng)
    for _ in range(RELAXING):
        uv = _relaxed(polygon, uv)
    places = Places.joined([outline, chart.locate(uv)])
    whole = np.concatenate([polygon, uv])
    return places, _flipped_well(triangulated(polygon, uv), whole, places.of(vertices))


def inside(points: Array, polygon: Array) -> NDArray[np.bool_]:
    """Even-odd test of points (N×2) in a polygon (M×2)."""
    start, end = polygon, np.roll(polygon, -1, axis=0)
    spans = (start[:, 1] > points[:, 1, None]) != (end[:, 1] > points[:, 1, None])
    slope = (end[:, 0] - start[:, 0]) / np.where(end[:, 1] == start[:, 1], np.inf, end[:, 1] - start[:, 1])
    crossing = start[:, 0] + (points[:, 1, None] - start[:, 1]) * slope
    return np.asarray(np.sum(spans & (points[:, :1] < crossing), axis=1) % 2 == 1)


def _sampled(
    vertices: Array, chart: Chart, outline: Places, spacing: Callable[[Array], Array], rng: np.random.Generator
) -> Array:
    """N×2 chart points inside the outline, at least as far apart in space as is wanted (Poisson disks)."""
    triangle = _triangles_by_area(vertices, chart, rng)
    weights = rng.dirichlet([1.0, 1.0, 1.0], size=CANDIDATES)
    uv = np.einsum("nkc,nk->nc", chart.corner_uv[triangle], weights)
    points = np.einsum("nkc,nk->nc", vertices[chart.triangles[triangle]], weights)
    polygon = outline.of(chart.vertex_uv)
    fit = inside(uv, polygon) & _clear(uv, polygon)
    uv, points = uv[fit], points[fit]
    wanted, normal = spacing(points), _normals(vertices, chart)[triangle[fit]]
    border = outline.of(vertices)
    near = np.min([np.linalg.norm(points - place, axis=1) for place in border], axis=0)
    free = near > CLEARANCE * wanted
    chosen = []
    for index in range(len(points)):
        if free[index]:
            chosen.append(index)
            # the two sides of a fold don't crowd each other
            free &= (np.linalg.norm(points - points[index], axis=1) > wanted) | (normal @ normal[index] < 0)
    return np.asarray(uv[chosen])


def _triangles_by_area(vertices: Array, chart: Chart, rng: np.random.Generator) -> NDArray[np.intp]:
    a, b, c = np.moveaxis(vertices[chart.triangles], 1, 0)
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    return np.asarray(rng.choice(len(area), size=CANDIDATES, p=area / area.sum()))


def _normals(vertices: Array, chart: Chart) -> Array:
    a, b, c = np.moveaxis(vertices[chart.triangles], 1, 0)
    normal = np.cross(b - a, c - a)
    return np.asarray(normal / np.linalg.norm(normal, axis=1, keepdims=True))


def _clear(uv: Array, polygon: Array) -> NDArray[np.bool_]:
    """Which chart points lie in no circle over a side of the polygon, so that Delaunay's triangulation has it."""
    middle, half = (polygon + np.roll(polygon, -1, axis=0)) / 2, (np.roll(polygon, -1, axis=0) - polygon) / 2
    away = np.linalg.norm(uv[:, None] - middle, axis=2)
    return np.asarray((away > 1.02 * np.linalg.norm(half, axis=1)).all(axis=1))


def triangulated(polygon: Array, uv: Array) -> Faces:
    """Triangles, counter-clockwise, of a polygon's corners (M×2) and points in it (N×2, numbered after them).

    ValueError where one of the polygon's sides is no side of a triangle.
    """
    whole = np.concatenate([polygon, uv])
    triangles = np.asarray(Delaunay(whole).simplices, dtype=np.int32)
    kept = triangles[inside(whole[triangles].mean(axis=1), polygon)]
    kept = kept[np.abs(_area(whole, kept)) > 1e-10]
    turned = _area(whole, kept) < 0
    kept[turned] = kept[turned][:, ::-1]
    sides = {(a, b) for face in kept.tolist() for a, b in zip(face, face[1:] + face[:1], strict=True)}
    around = list(range(len(polygon)))
    edges = list(zip(around, around[1:] + around[:1], strict=True))
    if not all((a, b) in sides or (b, a) in sides for a, b in edges):
        raise ValueError("the outline is too coarse for what lies inside it")
    return kept


def _area(uv: Array, triangles: Faces) -> Array:
    a, b, c = np.moveaxis(uv[triangles], 1, 0)
    return np.asarray((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0])


def _relaxed(polygon: Array, uv: Array) -> Array:
    """Inner points moved halfway to their neighbours' middle, where that keeps them clear of the outline."""
    whole = np.concatenate([polygon, uv])
    triangles = triangulated(polygon, uv)
    ends = np.unique(
        np.concatenate([triangles[:, [a, b]] for a, b in ((0, 1), (1, 2), (2, 0), (1, 0), (2, 1), (0, 2))]), axis=0
    )
    count = np.bincount(ends[:, 0], minlength=len(whole))
    middle = np.stack([np.bincount(ends[:, 0], whole[ends[:, 1], axis], len(whole)) for axis in (0, 1)], axis=1)
    moved = (uv + (middle / np.maximum(count, 1)[:, None])[len(polygon) :]) / 2
    return np.where((_clear(moved, polygon) & inside(moved, polygon))[:, None], moved, uv)


def _flipped_well(triangles: Faces, uv: Array, points: Array, rounds: int = 30) -> Faces:
    """Inner edges flipped until opposite angles in space sum to less than π, where the chart allows it."""
    faces = [tuple(face) for face in triangles.tolist()]
    for _ in range(rounds):
        changed, touched = 0, set()
        sides = {(face[k], face[(k + 1) % 3]): number for number, face in enumerate(faces) for k in range(3)}
        for (a, b), one in sides.items():
            other = sides.get((b, a))
            if other is None or a > b or one in touched or other in touched:
                continue
            c, d = (next(v for v in faces[n] if v not in (a, b)) for n in (one, other))
            fresh = np.array([(a, d, c), (d, b, c)])
            if (c, d) in sides or (d, c) in sides or _area(uv, fresh).min() < 1e-7:
                continue
            if _angle(points, c, a, b) + _angle(points, d, a, b) > np.pi + 1e-6:
                faces[one], faces[other] = (a, d, c), (d, b, c)
                touched |= {one, other}
                changed += 1
        if not changed:
            break
    return np.array(faces, dtype=np.int32)


def _angle(points: Array, at: int, one: int, other: int) -> float:
    a, b = points[one] - points[at], points[other] - points[at]
    return float(np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b))
