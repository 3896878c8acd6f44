"""The face laid flat, the same for every frame of a shot and every person of a model: where a look of skin is kept."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..easing import smoothstep
from ..face.model import FaceModel
from ..face.surface import vertex_normals
from ..raster.cpu import Fragments, interpolate, rasterise
from ..raster.windows import Window
from .backward import Motion
from .grid import distance_into

SIDE = 320
"""Texels, both ways: a face 400 px high is kept about as fine as it is seen."""
AXIS = -0.06
"""m: how far behind the eyes the axis of the cylinder lies that is rolled off."""
ROUND = np.radians(75.0)
"""rad to either side of the face's middle."""
TOP, BOTTOM = 0.09, -0.13
"""m above the eyes."""
FACING = (0.15, 0.5)
"""Cosine to the eye: not seen, and seen well."""
EDGE = 0.04
"""Of the chart's side: over which a look fades in from where skin ends."""
COARSE = 2
"""px: of the picture that one place on the chart is looked up for; in between, places are interpolated."""
TORN = 3.0
"""From so many times the usual step between two such places on, nothing lies in between."""


@dataclass(frozen=True)
class Chart:
    """SIDE×SIDE texels of a model's skin."""

    places: Array
    """V×2 texels of the skin's vertices."""
    normals: Array
    """V×3, of the mean face."""
    triangles: NDArray[np.int32]
    """F×3 of these vertices."""
    texels: Fragments
    skin: Array32
    """SIDE×SIDE, 0–1: where skin is, fading towards its ends."""

    def of_vertices(self, values: Array) -> Array32:
        """SIDE×SIDE×C of values on the vertices (V×C)."""
        return interpolate(self.texels, self.triangles, values)

    def look(self, picture: Array32, pixels: Array, cosine: Array) -> tuple[Array32, Array32]:
        """SIDE×SIDE of a picture (H×W) that shows the vertices at V×2 px of it, and 0–1 how well it shows them.

        `cosine`: V, to the eye.
        """
        place = self.of_vertices(np.column_stack([pixels - 0.5, cosine]))
        shown = cv2.remap(picture, place[..., :2], None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        height, width = picture.shape
        inside = (place[..., 0] >= 0) & (place[..., 0] < width) & (place[..., 1] >= 0) & (place[..., 1] < height)
        return np.asarray(shown, dtype=np.float32), self.skin * smoothstep(place[..., 2], *FACING) * inside

    def seen(self, values: Array32, motion: Motion, window: Window) -> Array32:
        """H×W: values on the chart (SIDE×SIDE) where the new face shows them in a window; 0 beside the face."""
        u0, v0, u1, v1 = window
        width, height = -(-(u1 - u0) // COARSE), -(-(v1 - v0) // COARSE)
        new = (motion.new - (u0, v0)) / COARSE
        fragments = rasterise(new, motion.depth, self.triangles, width, height, edges=False)
        place = interpolate(fragments, self.triangles, self.places)
        size = np.ptp(new[:, 1])
        inside = distance_into(fragments.seen & (_steps(place) < TORN * SIDE / size)) / np.float32(EDGE * size)
        known = cv2.resize(np.dstack([place, smoothstep(inside)]), (width * COARSE, height * COARSE))
        found = cv2.remap(values, known[..., :2] - np.float32(0.5), None, cv2.INTER_CUBIC)
        return np.asarray((found * known[..., 2])[: v1 - v0, : u1 - u0], dtype=np.float32)


def _steps(place: Array32) -> Array32:
    """H×W texels: how far the next pixels show the face from here (H×W×2); far where it hides itself."""
    steps = [np.abs(np.diff(place, axis=axis, append=place.take([-1], axis))) for axis in (0, 1)]
    return np.asarray(np.maximum(*(np.maximum(step[..., 0], step[..., 1]) for step in steps)), dtype=np.float32)


def chart_of(skin: FaceModel, triangles: NDArray[np.int32]) -> Chart:
    """The chart of a model that has the skin's vertices alone, and their triangles (F×3)."""
    x, y, z = skin.mean.astype(np.float64).T
    across = (np.arctan2(x, z - AXIS) / ROUND + 1) / 2
    places: Array = SIDE * np.stack([across, (TOP - y) / (TOP - BOTTOM)], axis=1, dtype=np.float64)
    # what lies further out is in front; the depth is far and even, so that weights stay those of the flat triangle
    depth = 100 - np.hypot(x, z - AXIS)
    texels = rasterise(places, depth, triangles, SIDE, SIDE, edges=False)
    fading = smoothstep(distance_into(texels.seen) / np.float32(EDGE * SIDE))
    return Chart(places, vertex_normals(skin.mean, triangles), triangles, texels, fading)
