"""The project's own rasteriser: triangles to per-pixel triangle, weights, depth and coverage, on the CPU with numpy alone.

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

Window = tuple[int, int, int, int]
"""u0, v0, u1, v1 in px of the full frame; the last ones exclusive."""


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
) -> Fragments:
    """Fragments of a mesh with V vertices projected to `pixels` (V×2 px, centres at +0.5) at `depth` (V, camera z, m).

    `triangles`: F×3, counter-clockwise seen from outside; `cull` leaves out those that show their back. A triangle
    with a corner at or behind the camera is left out whole. `window` is clipped to the frame.
    """
    window = _inside(window, width, height)
    facing = _facing(pixels, depth, triangles, cull)
    u0, v0, u1, v1 = window
    shape = (v1 - v0, u1 - u0)
    local = np.asarray(pixels, dtype=np.float64) - (u0, v0)
    spans = cut(local[:, 0], local[:, 1], triangles, facing, shape[0])
    place, span, along = _resolve(spans, 1.0 / depth, shape)
    return _fragments(
        spans, 1.0 / depth, (place, span, along), silhouette_coverage(local, triangles, facing, place, shape), window
    )


def interpolate(fragments: Fragments, triangles: NDArray[np.int32], attributes: Array | Array32) -> Array32:
    """H×W×C: vertex attributes (V×C) at each pixel, perspective-correct; zeros where nothing is seen."""
    flat = fragments.triangle.ravel()
    place = np.flatnonzero(flat >= 0)
    weights = fragments.weights.reshape(-1, 3)[place]
    corners = triangles[flat[place]]
    values = np.asarray(attributes, dtype=np.float32)
    out = np.zeros((flat.size, values.shape[1]), dtype=np.float32)
    out[place] = sum(weights[:, corner, None] * values[corners[:, corner]] for corner in range(3))
    return out.reshape(*fragments.triangle.shape, -1)


def _inside(window: Window | None, width: int, height: int) -> Window:
    u0, v0, u1, v1 = window or (0, 0, width, height)
    u0, v0 = min(max(u0, 0), width), min(max(v0, 0), height)
    return u0, v0, min(max(u1, u0), width), min(max(v1, v0), height)


def _facing(pixels: Array, depth: Array, triangles: NDArray[np.int32], cull: bool) -> NDArray[np.intp]:
    """Indices of the triangles to draw."""
    keep = (depth > 0)[triangles].all(axis=1) if not (depth > 0).all() else np.ones(len(triangles), dtype=np.bool_)
    if cull:
        a, b, c = (pixels[triangles[:, corner]] for corner in range(3))
        # v runs down: counter-clockwise to the eye is a negative area in the image
        keep &= (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) < (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
    return np.flatnonzero(keep)


def _resolve(
    spans: Spans, inverse_depth: Array, shape: tuple[int, int]
) -> tuple[NDArray[np.intp], NDArray[np.intp], Array]:
    """The nearest span at each pixel that any covers: place (flat index), span, and how far from long to short edge."""
    span, column = expand(spans.long, spans.short, shape[1])
    far, near = spans.inverse_depths(inverse_depth)
    width = spans.short - spans.long
    along = (column + 0.5 - spans.long[span]) / width[span]
    closeness = far[span] + along * (near - far)[span]
    place = spans.row[span] * shape[1] + column
    winner = _nearest(place, closeness, shape[0] * shape[1])
    return place[winner], span[winner], along[winner]


def _nearest(place: NDArray[np.intp], closeness: Array, size: int) -> NDArray[np.intp]:
    """Index of the closest candidate at each place. Each round lets one candidate per place in and keeps those that beat
    it, so it ends after as many rounds as layers lie over each other; twice as fast as ufunc.at or a sort."""
    holder = np.full(size, -1, dtype=np.intp)
    best = np.full(size, -np.inf)
    challenger = np.arange(len(place))
    while challenger.size:
        spot = place[challenger]
        holder[spot] = challenger
        best[spot] = closeness[holder[spot]]
        challenger = challenger[closeness[challenger] > best[spot]]
    return holder[holder >= 0]


def _fragments(
    spans: Spans,
    inverse_depth: Array,
    found: tuple[NDArray[np.intp], NDArray[np.intp], Array],
    coverage: Array32,
    window: Window,
) -> Fragments:
    place, span, along = found
    scaled = spans.screen_weights(span, along) * inverse_depth[spans.corners[span]]
    total = scaled.sum(axis=1)
    triangle = np.full(coverage.size, -1, dtype=np.int32)
    triangle[place] = spans.triangle[span]
    depth = np.full(coverage.size, np.inf, dtype=np.float32)
    depth[place] = 1.0 / total
    weights = np.zeros((coverage.size, 3), dtype=np.float32)
    weights[place[:, None], spans.order[span]] = scaled / total[:, None]
    shape = coverage.shape
    return Fragments(triangle.reshape(shape), weights.reshape(*shape, 3), depth.reshape(shape), coverage, window)
