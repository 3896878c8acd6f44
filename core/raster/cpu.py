"""The project's own rasteriser: a mesh to triangle, weights, depth and coverage per pixel, on the CPU with numpy.

Each triangle is cut into spans, one per row of pixel centres, which go through a depth buffer. Crossings are computed
from an edge's upper end to its lower, whichever triangle asks, so that neighbours agree to the last bit: every pixel
centre belongs to exactly one of them (the top-left rule).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from .bands import in_bands
from .coverage import silhouette_coverage
from .nearest import Faces, nearest
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
    coverage is that of the pixel centres (0 or 1), in less time.
    """
    window = clipped_window(window, width, height)
    u0, v0, u1, v1 = window
    shape = (v1 - v0, u1 - u0)
    corners = np.ascontiguousarray(triangles.T)
    x, y, z = (np.take(values, corners) for values in (pixels[:, 0] - u0, pixels[:, 1] - v0, depth))
    chosen = drawn(x, y, z, shape, cull)
    x, y, z = (np.take(values, chosen, axis=1) for values in (x, y, z))
    whole, upper, lower = Faces(x, y, 1.0 / z), y.min(axis=0), y.max(axis=0)
    triangle = np.full(shape, -1, dtype=np.int32)
    weights = np.zeros((*shape, 3), dtype=np.float32)
    image = np.full(shape, np.inf, dtype=np.float32)

    def draw(rows: slice) -> None:
        here = np.flatnonzero((lower > rows.start) & (upper < rows.stop))
        faces = whole.some(here)
        faces = faces._replace(y=faces.y - rows.start)
        _draw(faces, np.take(chosen, here), triangle[rows], weights[rows], image[rows])

    in_bands(draw, shape)
    inside = triangle >= 0
    coverage = silhouette_coverage(x, y, inside) if edges else inside.astype(np.float32)
    return Fragments(triangle, weights, image, coverage, window)


def interpolate(fragments: Fragments, triangles: NDArray[np.int32], attributes: Array | Array32) -> Array32:
    """H×W×C: vertex attributes (V×C) at each pixel, perspective-correct; zeros where nothing is seen."""
    out = np.zeros((*fragments.triangle.shape, attributes.shape[1]), dtype=np.float32)
    flat, width = out.reshape(-1, attributes.shape[1]), out.shape[1]

    def mix(rows: slice) -> None:
        place = rows.start * width + np.flatnonzero(fragments.triangle[rows] >= 0)
        flat[place] = interpolate_at(place, fragments, triangles, attributes)

    in_bands(mix, out.shape)
    return out


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
    """Indices of the triangles (corners 3×F) before the camera, in the image, with an area in it and, to cull, with
    their front to it.
    """
    height, width = shape
    area = Faces(x, y, z).area()
    keep = (z.min(axis=0) > 0) & (area < 0 if cull else area != 0)
    keep &= (y.max(axis=0) > 0) & (y.min(axis=0) < height)
    keep &= (x.max(axis=0) > 0) & (x.min(axis=0) < width)
    return np.flatnonzero(keep)


def _draw(
    faces: Faces, numbers: NDArray[np.intp], triangle: NDArray[np.int32], weights: Array32, depth: Array32
) -> None:
    """Fill in H×W triangles (those of `faces` have these numbers), H×W×3 weights and H×W depth."""
    if not (numbers.size and triangle.size):
        return
    left = max(int(faces.x.min()), 0)
    here = np.s_[:, left : int(faces.x.max()) + 1]
    faces = faces._replace(x=faces.x - left)
    height, width = triangle[here].shape
    found, close = nearest(faces, (height, width))
    triangle[here] = np.take(np.append(numbers, -1), found)
    seen = close > 0
    far = np.full(close.shape, np.inf)
    np.divide(1.0, close, out=far, where=seen)
    depth[here] = far
    corners = np.arange(3)[:, None]
    second, third = (_at(faces.plane(np.where(corners == k, faces.closeness, 0.0)), found) for k in (1, 2))
    for weight in (second, third):
        np.multiply(weight, far, out=weight, where=seen)
    parts = [weight.astype(np.float32) for weight in (seen - second - third, second, third)]
    weights[here] = cv2.merge(parts)


def _at(plane: tuple[Array, Array, Array], number: NDArray[np.intp]) -> Array:
    """H×W: the planes of these triangles at the pixels' centres, 0 where there is none."""
    a, b, c = (np.take(np.append(values, 0.0), number) for values in plane)
    row, column = (np.arange(size) + 0.5 for size in number.shape)
    a *= column
    b *= row[:, None]
    a += b
    a += c
    return np.asarray(a)
