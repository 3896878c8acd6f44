"""Guides: the posed face as the plate's camera sees it, and how its pixels move when only the expression changes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import CV_PIXEL_CENTRE, Array, Array32
from ..face.model import FaceModel
from ..face.surface import vertex_normals
from ..fit.result import Fit
from . import gl
from .bands import in_bands
from .cpu import Fragments, interpolate, interpolate_at, rasterise
from .subdivision import Subdivision, subdivide
from .windows import Window, around, pixel_centres

MARGIN = 8
"""px around the face in a window."""
HIDDEN_BY = 2e-3
"""m: a point this far behind what the old image shows at its place was hidden there; less is the raster's own grain."""

Renderer = Literal["cpu", "gl"]
_RASTERISERS: dict[Renderer, Callable[..., Fragments]] = {"cpu": rasterise, "gl": gl.rasterise}


@dataclass(frozen=True)
class Surface:
    """What is drawn of a face model: its triangles, subdivided smoothly or not, and their texture coordinates."""

    levels: tuple[Subdivision, ...]
    """From the model's vertices to the surface's; none: the model as it is."""
    triangles: NDArray[np.int32]
    """F×3."""
    uv: Array32
    """C×2, u right, v up, 0–1."""
    uv_triangles: NDArray[np.int32]
    """F×3 into uv."""

    def refine(self, values: Array | Array32) -> Array:
        """…×V'×C of the model's vertex values (…×V×C): positions, bases or attributes."""
        return reduce(lambda coarse, level: level.apply(coarse), self.levels, np.asarray(values, dtype=np.float64))


@dataclass(frozen=True)
class Guides:
    """One frame's guides in a window (H×W) of the plate. What isn't named old is of the new geometry."""

    window: Window
    """u0, v0, u1, v1 in px of the full frame."""
    width: int
    """px of the full frame."""
    height: int
    triangle: NDArray[np.int32]
    """H×W: the face model's triangle, -1 where nothing."""
    uv: Array32
    """H×W×2, u right, v up; zeros where nothing, as in all that follows."""
    normal: Array32
    """H×W×3 unit vectors in camera space (x right, y down, z forward), out of the face."""
    depth: Array32
    """H×W m along the camera's z, inf where nothing."""
    position: Array32
    """H×W×3 m in face space, posed: it doesn't change when the head turns."""
    mask: Array32
    """H×W, 0–1: how much of the pixel the face covers."""
    old_mask: Array32
    """H×W, 0–1: how much of it the old face covers."""
    motion: Array32
    """H×W×2 px: at the old geometry's pixels, where they go: new − old, v down."""
    backward: Array32
    """H×W×2 px of the full frame: where each pixel lay in the old image; its own place where nothing."""
    hidden: NDArray[np.bool_]
    """H×W: the old image doesn't show what is here now (inside of the mouth, eyelids, far side)."""

    @property
    def seen(self) -> NDArray[np.bool_]:
        """H×W: the pixel's centre is on the new face."""
        return self.triangle >= 0


def surface(model: FaceModel, levels: int = 0) -> Surface:
    """A model's surface after so many subdivisions; make it once for a shot."""
    triangles, uv, uv_triangles = model.triangles, model.uv, model.uv_triangles
    steps: list[Subdivision] = []
    for _ in range(levels):
        vertices = steps[-1].index.shape[0] if steps else len(model.mean)
        steps.append(subdivide(triangles, vertices))
        texture = subdivide(uv_triangles, len(uv))
        triangles, uv, uv_triangles = steps[-1].triangles, texture.apply(uv).astype(np.float32), texture.triangles
    return Surface(tuple(steps), triangles, uv, uv_triangles)


def require(renderer: Renderer) -> None:
    """Raises InputError where OpenGL is asked for and can't be used."""
    if renderer == "gl":
        gl.require()


def render_guides(
    model: FaceModel,
    fit: Fit,
    row: int,
    new_vertices: Array | None = None,
    *,
    drawn: Surface | None = None,
    window: Window | None = None,
    renderer: Renderer = "cpu",
) -> Guides:
    """Guides of row `row` of a shot whose face goes from the fit's own shape to `new_vertices` (V×3 m, face space).

    None leaves the face as fitted. `drawn`: surface(model, levels), by default the model's own triangles. `window`
    (px) is by default the face's box, old and new. InputError where OpenGL is asked for and can't be used.
    """
    drawn = drawn or surface(model)
    shapes = [model.shape(fit.identity, fit.expression[row], fit.gaze[row])]
    shapes += [] if new_vertices is None else [new_vertices]
    face = [drawn.refine(shape) for shape in shapes]
    placed = [fit.to_camera(vertices, row) for vertices in face]
    pixels = [fit.camera.project(vertices, row) for vertices in placed]
    width, height = fit.camera.width, fit.camera.height
    window = window or around(np.concatenate(pixels), MARGIN, (0, 0, width, height))
    images = [
        _RASTERISERS[renderer](place, vertices[:, 2], drawn.triangles, width, height, window=window)
        for place, vertices in zip(pixels, placed, strict=True)
    ]
    normals = vertex_normals(placed[-1], drawn.triangles)
    layers = interpolate(images[-1], drawn.triangles, np.concatenate([face[-1], normals, placed[0]], axis=1))
    there, hidden = _came_from(images, layers[..., 6:], fit, row)
    return Guides(
        window=images[-1].window,
        width=width,
        height=height,
        triangle=images[-1].triangle // np.int32(4 ** len(drawn.levels)),
        uv=interpolate(images[-1], drawn.uv_triangles, drawn.uv),
        normal=unit(layers[..., 3:6]),
        depth=images[-1].depth,
        position=layers[..., :3],
        mask=images[-1].coverage,
        old_mask=images[0].coverage,
        motion=_goes_to(images[0], drawn.triangles, placed[-1], fit, row),
        backward=there,
        hidden=hidden,
    )


def unit(vectors: Array | Array32) -> Array32:
    """…×3 vectors at length 1; zeros stay zeros."""
    length = np.sqrt(np.einsum("...i,...i->...", vectors, vectors))[..., None]
    return np.asarray(vectors / np.where(length > 0, length, 1), dtype=np.float32)


def _came_from(images: list[Fragments], old_places: Array32, fit: Fit, row: int) -> tuple[Array32, NDArray[np.bool_]]:
    """Backward map, and what the old image doesn't show, of the new image's pixels.

    `old_places`: H×W×3 m in camera space where the surface was; interpolated and then projected, so exact inside a
    triangle however much it turned.
    """
    there = pixel_centres(images[-1].window)
    seen = images[-1].seen
    if not seen.any():
        return there, seen

    def place(rows: slice) -> None:
        here = seen[rows]
        there[rows][here] = fit.camera.project(old_places[rows][here].astype(np.float64), row)

    in_bands(place, seen.shape)
    local = there - (np.asarray(images[0].window[:2], dtype=np.float32) + np.float32(CV_PIXEL_CENTRE))
    shown = cv2.remap(images[0].depth, local, None, cv2.INTER_NEAREST, borderValue=float("inf"))
    return there, np.asarray(seen & (old_places[..., 2] > shown + HIDDEN_BY))


def _goes_to(old: Fragments, triangles: NDArray[np.int32], new_places: Array, fit: Fit, row: int) -> Array32:
    """H×W×2 px, new − old, at the old image's pixels."""
    motion, centres = np.zeros((*old.triangle.shape, 2), dtype=np.float32), pixel_centres(old.window)

    def move(rows: slice) -> None:
        seen = old.triangle[rows] >= 0
        places = interpolate_at(rows.start * seen.shape[1] + np.flatnonzero(seen), old, triangles, new_places)
        motion[rows][seen] = fit.camera.project(places.astype(np.float64), row) - centres[rows][seen]

    in_bands(move, motion.shape)
    return motion
