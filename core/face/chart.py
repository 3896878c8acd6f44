"""UVs for surfaces that come without any: each piece laid flat on a disc, without overlap.

Every inner vertex is a weighted mean of its neighbours and the longest border lies on a circle (Tutte, How to draw a
graph, 1963): with positive weights no triangle folds over. The weights begin as the cotangents of harmonic maps
(Pinkall & Polthier 1993), bounded from below, and are then made weaker where the layout is crowded, so that noses and
ears get their share (Yoshizawa et al., A fast and simple stretch-minimizing mesh parameterization, 2004). Borders
other than the longest (nostrils, mouth) are filled for the solve.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from .surface import facings

LEAST_WEIGHT, MOST_WEIGHT = 0.05, 20.0
"""Of a cotangent, which is negative opposite a wide angle and without bound opposite none."""
ROUNDS, MOST_CROWDING = 4, 100.0
"""How often weights are made anew, weaker where the layout is crowded."""
CLUSTERS = 1200
STEPS, ROUGHLY, CLOSE = 2000, 1e-3, 1e-7
"""Of a solve at most, and the residual at which all but the last, and the last one, end (of what they began with)."""
MARGIN = 0.98
"""Of a cell that its disc fills."""

Triangles = NDArray[np.int32]
Edges = tuple[NDArray[np.int32], NDArray[np.int32], Array]
Map = Callable[[Array], Array]


def flat_chart(vertices: Array, triangles: Triangles) -> tuple[Array32, Triangles]:
    """UVs (C×2, 0–1) and F×3 triangles into them, of vertices (V×3) and triangles (F×3).

    Raises ValueError for a piece without a border, or with one that is no simple loop.
    """
    pieces = _pieces(len(vertices), triangles)
    names = np.unique(pieces[triangles[:, 0]])
    across = int(np.ceil(np.sqrt(len(names))))
    uv = np.zeros((len(vertices), 2))
    for place, name in enumerate(names):
        members, corners = np.unique(triangles[pieces[triangles[:, 0]] == name], return_inverse=True)
        disc = _disc(vertices[members], corners.reshape(-1, 3).astype(np.int32))
        uv[members] = (np.array([place % across, place // across]) + 0.5 + 0.5 * MARGIN * disc) / across
    return uv.astype(np.float32), triangles


def _pieces(count: int, triangles: Triangles) -> NDArray[np.int64]:
    """V: vertices that hang together have the same number (the smallest index among them)."""
    label = np.arange(count)
    while True:
        least = label[triangles].min(axis=1)
        lower = label.copy()
        np.minimum.at(lower, triangles.ravel(), np.repeat(least, 3))
        lower = lower[lower]  # as far as is known of the one that it points to
        if np.array_equal(lower, label):
            return label
        label = lower


def _disc(vertices: Array, triangles: Triangles) -> Array:
    """V×2 in the unit circle: one piece laid flat."""
    loops = borders(triangles)
    lengths = [np.linalg.norm(vertices[loop] - vertices[np.roll(loop, -1)], axis=1).sum() for loop in loops]
    outer = loops[int(np.argmax(lengths))]
    filled, all_vertices = triangles, vertices
    for loop in (loop for loop in loops if loop is not outer):
        hub = np.full(len(loop), len(all_vertices))
        filled = np.concatenate([filled, np.stack([np.roll(loop, -1), loop, hub], axis=1).astype(np.int32)])
        all_vertices = np.concatenate([all_vertices, vertices[loop].mean(axis=0, keepdims=True)])
    return _spread(all_vertices, filled, outer)[: len(vertices)]


def borders(triangles: Triangles) -> list[NDArray[np.int64]]:
    """The loops of vertices along edges that only one triangle has, in its direction."""
    directed = np.concatenate([triangles[:, [k, (k + 1) % 3]] for k in range(3)]).astype(np.int64)
    count = int(directed.max()) + 1
    alone = ~np.isin(directed @ [count, 1], directed @ [1, count])
    following = dict(directed[alone].tolist())
    if len(following) != alone.sum():
        raise ValueError("a surface whose borders touch")
    loops = []
    while following:
        first, second = following.popitem()
        loop = [first]
        while second != first:
            loop.append(second)
            if second not in following:
                raise ValueError("a border that is no loop")
            second = following.pop(second)
        loops.append(np.array(loop))
    if not loops:
        raise ValueError("a closed surface, which can't be laid flat")
    return loops


def _spread(vertices: Array, triangles: Triangles, border: NDArray[np.int64]) -> Array:
    """V×2: the border on the unit circle by its length, its lowest vertex at the bottom, and everything else the
    weighted mean of its neighbours.
    """
    steps = np.linalg.norm(vertices[border] - vertices[np.roll(border, -1)], axis=1)
    angle = 2 * np.pi * (np.cumsum(steps) - steps) / steps.sum()
    angle -= angle[vertices[border, 1].argmin()] + np.pi / 2
    place = np.zeros((len(vertices), 2))
    place[border] = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    free = np.ones(len(vertices), dtype=bool)
    free[border] = False
    rows, columns, weights = _edges(vertices, triangles)
    for close in (*[ROUGHLY] * (ROUNDS - 1), CLOSE):
        place = _balanced(vertices, place, free, (rows, columns, weights), close)
        crowding = _crowding(vertices, place, triangles)
        weights = weights / np.sqrt(crowding[rows] * crowding[columns])
    return place


def _crowding(vertices: Array, place: Array, triangles: Triangles) -> Array:
    """V: how much smaller a vertex' surroundings are laid out than the whole, as a ratio of lengths."""
    true, laid = (_areas(np.pad(each, ((0, 0), (0, 3 - each.shape[1]))), triangles) for each in (vertices, place))
    of_vertex = [np.bincount(triangles.ravel(), np.repeat(each, 3), len(vertices)) for each in (true, laid)]
    ratio = np.sqrt(of_vertex[0] / np.maximum(of_vertex[1], 1e-12 * laid.sum()) * laid.sum() / true.sum())
    return np.asarray(np.clip(ratio, 1 / MOST_CROWDING, MOST_CROWDING))


def _areas(vertices: Array, triangles: Triangles) -> Array:
    return np.asarray(0.5 * np.linalg.norm(facings(vertices[triangles]), axis=1))


def _balanced(vertices: Array, place: Array, free: NDArray[np.bool_], edges: Edges, close: float) -> Array:
    """V×2: the free vertices' places (V×2, as a start) as the weighted means of their neighbours'."""
    rows, columns, weights = edges
    diagonal: Array = np.bincount(rows, weights, len(vertices)).astype(np.float64)[:, None]

    def product(values: Array) -> Array:
        """The free rows of the Laplacian times V×2."""
        along = [np.bincount(rows, weights * values[columns, axis], len(vertices)) for axis in range(2)]
        return np.asarray(np.where(free[:, None], diagonal * values - np.stack(along, axis=1), 0.0))

    smoothed = _two_levels(vertices, free, edges, diagonal)
    return place + _conjugate_gradients(product, smoothed, -product(place), close)


def _two_levels(vertices: Array, free: NDArray[np.bool_], edges: Edges, diagonal: Array) -> Map:
    """An approximate inverse of the Laplacian: of its diagonal, and exactly of what clusters of vertices share."""
    cluster, count = _clusters(vertices, free)
    rows, columns, weights = edges
    own = np.bincount(cluster, np.where(free, diagonal[:, 0], 0.0), count + 1)[:count]
    both = free[rows] & free[columns]
    pairs = cluster[rows[both]] * count + cluster[columns[both]]
    shared = np.linalg.inv(np.diag(own) - np.bincount(pairs, weights[both], count * count).reshape(count, count))

    def smoothed(residual: Array) -> Array:
        sums = np.stack([np.bincount(cluster, residual[:, axis], count + 1)[:count] for axis in range(2)], axis=1)
        common = np.concatenate([shared @ sums, np.zeros((1, 2))])[cluster]
        return np.asarray(np.where(free[:, None], residual / diagonal + common, 0.0))

    return smoothed


def _clusters(vertices: Array, free: NDArray[np.bool_]) -> tuple[NDArray[np.int64], int]:
    """V: number of the cube that a vertex lies in, as many as CLUSTERS at most; the last number for fixed ones."""
    size = float(np.ptp(vertices, axis=0).max()) / CLUSTERS
    if not 0 < size < np.inf:
        raise ValueError("a surface without a size")
    while True:
        _, cluster = np.unique(np.floor(vertices[free] / size), axis=0, return_inverse=True)
        count = int(cluster.max()) + 1
        if count <= CLUSTERS:
            whole = np.full(len(vertices), count)
            whole[free] = cluster.ravel()
            return whole, count
        size *= 1.3


def _conjugate_gradients(product: Map, smoothed: Map, right: Array, close: float) -> Array:
    """The solution (V×2) of product(x) = right, both columns at once, with an approximate inverse."""
    solution, residual = np.zeros_like(right), right.copy()
    ready = smoothed(residual)
    direction, strength = ready.copy(), np.sum(residual * ready, axis=0)
    enough = close**2 * strength
    for _ in range(STEPS):
        if (strength <= enough).all():
            break
        image = product(direction)
        length = strength / np.maximum(np.sum(direction * image, axis=0), 1e-300)
        solution += length * direction
        residual -= length * image
        ready = smoothed(residual)
        before, strength = strength, np.sum(residual * ready, axis=0)
        direction = ready + strength / np.maximum(before, 1e-300) * direction
    return solution


def _edges(vertices: Array, triangles: Triangles) -> Edges:
    """Rows, columns and positive weights of the Laplacian off its diagonal: each edge in both directions."""
    rows, columns, weights = [], [], []
    for k in range(3):
        i, j, opposite = (triangles[:, (k + step) % 3] for step in range(3))
        a, b = vertices[i] - vertices[opposite], vertices[j] - vertices[opposite]
        area = np.linalg.norm(np.cross(a, b), axis=1)
        cotangent = np.clip(np.sum(a * b, axis=1) / np.maximum(area, 1e-12), LEAST_WEIGHT, MOST_WEIGHT)
        rows += [i, j]
        columns += [j, i]
        weights += [cotangent, cotangent]
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(weights)
