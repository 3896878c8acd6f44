"""Pictures of a head for the detector: any mesh, covered and lit, before a known camera."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..face.surface import vertex_normals
from ..raster.cpu import Fragments, interpolate, rasterise
from ..raster.guides import unit
from ..raster.shade import Light, display, shade
from .view import View

Image = NDArray[np.uint8]

LENS_BLUR = 0.5
"""px: softens the rasteriser's steps as a lens would."""
INSIDE = 0.15
"""How bright a surface is from behind: one sees it through an open mouth that has no inside, where it is dark."""
GREY = (0.45, 0.45, 0.45)


class Covering(Protocol):
    """What a head is covered with."""

    def albedo(self, seen: Fragments) -> Array32:
        """H×W×3 linear light; any value where nothing is seen."""


@dataclass(frozen=True)
class Plain:
    """One colour all over, for a mesh that comes without any."""

    colour: tuple[float, float, float] = GREY
    """Linear light."""

    def albedo(self, seen: Fragments) -> Array32:
        return np.broadcast_to(np.array(self.colour, dtype=np.float32), (*seen.triangle.shape, 3))


@dataclass(frozen=True)
class Room:
    """Where the head is photographed."""

    light: Light
    backdrop: tuple[float, float, float]
    """Linear light."""


PLAIN_ROOM = Room(Light(gloss=0.0), (0.2, 0.22, 0.25))


def random_room(rng: np.random.Generator) -> Room:
    """A plausible room: a lamp mostly above, warm or cool, more or less of a fill."""
    direction = rng.normal(size=3) * [0.6, 0.35, 0.0] + [0.0, -0.4, -1.0]
    warmth = rng.uniform(-0.12, 0.12)
    tint = np.array([1 + warmth, 1.0, 1 - warmth])
    fill = rng.uniform(0.2, 0.5)
    light = Light(
        direction=_triple(direction),
        lamp=_triple(rng.uniform(0.6, 1.0) * tint),
        sky=_triple(fill * (2 - tint)),
        ground=_triple(0.6 * fill * np.ones(3)),
        gloss=float(rng.uniform(0.0, 0.06)),
    )
    return Room(light, _triple(rng.uniform(0.02, 0.5) * rng.uniform(0.7, 1.3, size=3)))


def evenly_lit(room: Room) -> Room:
    """The same room with its lamp above the camera: one at the side would draw all landmarks to it."""
    return replace(room, light=replace(room.light, direction=(0.0, -0.4, -1.0)))


def photograph(vertices: Array, triangles: NDArray[np.int32], covering: Covering, view: View, room: Room) -> Image:
    """side×side×3 sRGB picture of a mesh (V×3, F×3 counter-clockwise seen from outside)."""
    camera, pixels = view.to_camera(vertices), view.project(vertices)
    seen = rasterise(pixels, camera[:, 2], triangles, view.size, view.size, edges=False)
    normals = unit(interpolate(seen, triangles, vertex_normals(camera, triangles)))
    lit = shade(seen, normals, covering.albedo(seen), room.light)
    lit[_backs(pixels, triangles)[seen.triangle]] *= INSIDE
    lit[~seen.seen] = room.backdrop
    return display(cv2.GaussianBlur(lit, (0, 0), LENS_BLUR))


def _backs(pixels: Array, triangles: NDArray[np.int32]) -> NDArray[np.bool_]:
    """F: the triangle shows its back."""
    a, b, c = np.moveaxis(pixels[triangles], 1, 0)
    across, down = (b - a).T, (c - a).T
    return np.asarray(across[0] * down[1] > across[1] * down[0])  # v runs down: fronts are negative


def visible(
    vertices: Array, triangles: NDArray[np.int32], views: Sequence[View], *, backs: bool = False
) -> NDArray[np.int64]:
    """Indices of the triangles of which some view shows the front, or either side."""
    shown = np.zeros(len(triangles), dtype=np.bool_)
    for view in views:
        depth = view.to_camera(vertices)[:, 2]
        seen = rasterise(view.project(vertices), depth, triangles, view.size, view.size, cull=not backs, edges=False)
        shown[seen.triangle[seen.seen]] = True
    return np.flatnonzero(shown)


def _triple(values: Array) -> tuple[float, float, float]:
    first, second, third = np.asarray(values).tolist()
    return first, second, third
