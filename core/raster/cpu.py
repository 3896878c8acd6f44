"""The project's own rasteriser: a mesh to triangle, weights, depth and coverage per pixel, on the CPU with numpy.

Each triangle is cut into spans, one per row of pixel centres, between its long edge (top to bottom corner) and the
short one that the row meets. Crossings are computed from an edge's upper end to its lower, whichever triangle asks,
so that neighbours agree to the last bit: every pixel centre belongs to exactly one of them (the top-left rule).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from .coverage import silhouette_coverage
from .spans import Spans, cut, expand
from .windows import Window, clipped_window


@dataclass(frozen=True)
class Fragments:
    """What is seen at each pixel centre of one image, or of a window of it (H×W)."""

    triangle: NDArray[np.int32]
    """H×W, -1 where nothing."""
    weights: Array32
    """H×W×3 perspective-correct barycentric weights of the pixel's centre; zeros where nothing."""
    depth: Array32
    """H×W m along the camera's z, inf where nothing."""
    coverage: Array32
    """H×W, 0–1: how much of the pixel the mesh covers; between 0 and 1 on the silhouette only."""
    window: Window
    """Where this image lies in the full frame."""

    @property
    def seen(self) -> NDArray[np.bool_]:
        """H×W: the pixel's centre is on the mesh."""
        return self.triangle >= 0


def rasterise(
    pixels: Array,
    depth: Array,
    triangles: NDArray[np.int32],
    width: int,
    height: int,
    *,
    window: Window | None = None,
    cull: bool = False,
    edges: bool = True,
) -> Fragments:
    """Fragments of a mesh with V vertices projected to `pixels` (V×2 px, centres at +0.5) at `depth` (V, camera z, m).

    `triangles`: F×3, counter-clockwise seen from outside; `cull` leaves out those that show their back. A triangle
    with a corner at or behind the camera is left out whole. `window` is clipped to the frame. Without `edges`,
    coverage is that of the pixel centres (0 or 1), in about half the time.
    """
    window = clipped_window(window, width, height)
    u0, v0, u1, v1 = window
    shape = (v1 - v0, u1 - u0)
    x, y, z = (np.take(values, triangles.T) for values in (pixels[:, 0] - u0, pixels[:, 1] - v0, depth))
    chosen = drawn(x, y, z, shape, cull)
    x, y, z = (np.take(values, chosen, axis=1) for values in (x, y, z))
    spans, closeness = cut(x, y, shape[0]), 1.0 / z
    place, span, along = _nearest(spans, closeness, shape)
    triangle = np.full(shape, -1, dtype=np.int32)
    triangle.ravel()[place] = chosen[spans.triangle[span]]
    weights, seen_depth = _corrected(spans, closeness, (place, span, along), shape)
    inside = triangle >= 0
    coverage = silhouette_coverage(x, y, inside) if edges else inside.astype(np.float32)
    return Fragments(triangle, weights, seen_depth, coverage, window)


def interpolate(fragments: Fragments, triangles: NDArray[np.int32], attributes: Array | Array32) -> Array32:
    """H×W×C: vertex attributes (V×C) at each pixel, perspective-correct; zeros where nothing is seen."""
    place = np.flatnonzero(fragments.triangle.ravel() >= 0)
    out = np.zeros((fragments.triangle.size, attributes.shape[1]), dtype=np.float32)
    out[place] = interpolate_at(place, fragments, triangles, attributes)
    return out.reshape(*fragments.triangle.shape, attributes.shape[1])


def interpolate_at(
    place: NDArray[np.intp], fragments: Fragments, triangles: NDArray[np.int32], attributes: Array | Array32
) -> Array32:
    """N×C: what `interpolate` gives at N seen pixels (flat indices)."""
    weights = np.take(fragments.weights.reshape(-1, 3), place, axis=0)
    corners = np.take(triangles, fragments.triangle.ravel()[place], axis=0)
    values = np.asarray(attributes, dtype=np.float32)
    mixed: Array32 = np.take(values, corners[:, 0], axis=0) * weights[:, :1]
    for corner in (1, 2):
        mixed += np.take(values, corners[:, corner], axis=0) * weights[:, corner, None]
    return mixed


def drawn(x: Array, y: Array, z: Array, shape: tuple[int, int], cull: bool) -> NDArray[np.intp]:
    """Indices of the triangles (corners 3×F) before the camera, in the image and, to cull, with their front to it."""
    height, width = shape
    keep = (z.min(axis=0) > 0) & (y.max(axis=0) > 0) & (y.min(axis=0) < height)
    keep &= (x.max(axis=0) > 0) & (x.min(axis=0) < width)
    if cull:
        # v runs down: counter-clockwise to the eye is a negative area in the image
        keep &= (x[1] - x[0]) * (y[2] - y[0]) < (x[2] - x[0]) * (y[1] - y[0])
    return np.flatnonzero(keep)


def _nearest(
    spans: Spans, closeness: Array, shape: tuple[int, int]
) -> tuple[NDArray[np.intp], NDArray[np.intp], Array]:
    """The nearest span at each pixel that any covers: place (flat index), span, how far from its long to its short end.

    `closeness`: 3×F, 1/z at the corners; unlike z it is linear in the image.
    """
    span, column = expand(spans.long, spans.short, shape[1])
    place = np.take(spans.row * shape[1], span) + column
    start = np.take(spans.long, span)
    along = (column + 0.5 - start) / (np.take(spans.short, span) - start)
    at_long, at_short = spans.at_ends(closeness)
    close = np.take(at_long, span) + along * np.take(at_short - at_long, span)
    best = np.zeros(shape[0] * shape[1])
    np.maximum.at(best, place, close)
    first = np.flatnonzero(close == np.take(best, place))
    holder = np.full(len(best), -1, dtype=np.intp)
    holder[place[first]] = first  # of equals, one
    winner = holder[holder >= 0]
    return place[winner], span[winner], along[winner]


def _corrected(
    spans: Spans, closeness: Array, found: tuple[NDArray[np.intp], NDArray[np.intp], Array], shape: tuple[int, int]
) -> tuple[Array32, Array32]:
    """Perspective-correct weights (H×W×3) and depth (H×W) at the places found."""
    place, span, along = found
    triangle = spans.triangle[span]
    order = np.take(spans.order, triangle, axis=1)
    scaled = [w * closeness[corner, triangle] for w, corner in zip(spans.weights(span, along), order, strict=True)]
    depth = np.full(shape, np.inf, dtype=np.float32)
    depth.ravel()[place] = far = 1.0 / (scaled[0] + scaled[1] + scaled[2])
    weights = np.zeros((*shape, 3), dtype=np.float32)
    for corner, weight in zip(order, scaled, strict=True):
        weights.ravel()[3 * place + corner] = weight * far
    return weights, depth
