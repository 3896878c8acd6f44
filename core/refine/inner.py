"""The inside of a mouth that no picture shows: the model's own teeth, tongue and lining, drawn in the plate's light."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..raster.cpu import rasterise
from ..raster.windows import Window

ALBEDO = {
    "mouth": (0.30, 0.10, 0.09),
    "tongue": (0.62, 0.27, 0.26),
    "teeth_upper": (0.92, 0.88, 0.78),
    "teeth_lower": (0.66, 0.58, 0.50),
}
"""Colours beside skin of mean brightness 0.55, in the light that falls on the skin."""
SKIN_BRIGHTNESS = 0.55
DARKENING = 0.014
"""m behind what is foremost over which the light falls to 1 / e."""
SAMPLES = 3
"""Samples a pixel, each way."""
EDGE_POINTS = 17
"""Along the dental arch: fewer than its vertices, so that gaps between teeth don't show."""


@dataclass(frozen=True)
class InnerMouth:
    """Its mesh in one frame: V vertices, F triangles."""

    pixels: Array
    """V×2 px."""
    depth: Array
    """V m, camera z."""
    triangles: NDArray[np.int32]
    """F×3."""
    albedo: Array32
    """F×3."""
    upper_teeth: NDArray[np.bool_]
    """V."""


def draw(inner: InnerMouth, tone: Array32, window: Window) -> tuple[Array32, Array32]:
    """H×W×3 colours beside skin of colour `tone` (3), and H×W, 0–1: where there is any."""
    u0, v0, u1, v1 = window
    fine = (inner.pixels - (u0, v0)) * SAMPLES
    size = ((u1 - u0) * SAMPLES, (v1 - v0) * SAMPLES)
    fragments = rasterise(fine, inner.depth, inner.triangles, *size, edges=False)
    seen = fragments.seen
    # what is foremost of the whole jaw, seen or not: an opened mouth's teeth lie back, in the dark
    front = float(np.percentile(inner.depth, 10))
    behind = np.maximum(np.where(seen, fragments.depth, front) - front, 0)
    light = np.exp(-behind / DARKENING) * _facing(inner)[fragments.triangle]
    colour = inner.albedo[fragments.triangle] * (light * seen)[..., None].astype(np.float32)
    weight = cv2.resize(seen.astype(np.float32), (u1 - u0, v1 - v0), interpolation=cv2.INTER_AREA)
    small = cv2.resize(colour, (u1 - u0, v1 - v0), interpolation=cv2.INTER_AREA)
    # half of the skin's hue is taken for the light's
    light_colour = np.sqrt(np.maximum(tone, 0) * np.float32(tone.mean())) / np.float32(SKIN_BRIGHTNESS)
    return np.asarray(small / np.maximum(weight, 1e-3)[..., None] * light_colour), np.asarray(weight)


def lower_edge(along: Array32, below: Array32) -> tuple[Array, Array]:
    """The lower outline of points (N px along, N px below): EDGE_POINTS places along, and how far below it is there."""
    places = np.linspace(float(along.min()), float(along.max()), EDGE_POINTS)
    nearest = np.rint((along - places[0]) / max(places[1] - places[0], 1e-6)).astype(np.intp)
    edge = np.full(EDGE_POINTS, -np.inf)
    np.maximum.at(edge, nearest, below)
    known = np.isfinite(edge)
    return places, np.interp(places, places[known], edge[known])


def _facing(inner: InnerMouth) -> Array32:
    """F, 0.35–1: light from the camera, softly."""
    corners = np.column_stack([inner.pixels, inner.depth * _focal(inner)])[inner.triangles]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    towards = np.abs(normal[:, 2]) / (np.linalg.norm(normal, axis=1) + 1e-12)
    return np.asarray(0.35 + 0.65 * towards, dtype=np.float32)


def _focal(inner: InnerMouth) -> float:
    """Px per metre of depth that makes the mesh as deep as it is wide: enough for shading."""
    return float(np.ptp(inner.pixels[:, 0]) / max(float(np.ptp(inner.depth)), 1e-9))
