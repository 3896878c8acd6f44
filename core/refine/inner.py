"""The inside of a mouth that no picture shows: the model's own teeth, tongue and lining, drawn in the plate's light."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..raster.cpu import interpolate, rasterise
from ..raster.windows import Window

ALBEDO = {
    "mouth": (0.46, 0.24, 0.27),
    "gums": (0.62, 0.30, 0.31),
    "tongue": (0.95, 0.55, 0.57),
    "teeth_upper": (0.94, 0.92, 0.88),
    "teeth_lower": (0.92, 0.89, 0.84),
}
"""Colours beside the white of the eye."""
DARKENING = 0.065
"""m behind what is foremost at which the light from outside has fallen to 1 / e, slowly first: a tongue is seen."""
WALLS = 0.25
"""Share of the light that red walls scatter everywhere: a throat is dark, not black."""
TOOTH_WIDTHS = (8.5, 6.5, 7.5, 7.0, 7.0, 10.0)
"""mm along the arch from its middle, central incisor to first molar: the means of the permanent upper teeth."""
INCISORS = 13.0
"""mm along the arch on either side to which the lower ones reach."""
GAP = 0.5
"""mm: half the width of the shade between two teeth."""
GAP_SHADE = 0.35
WARMTH = (0.9, 1.03, 1.06)
"""Exponents of light lost inside the mouth, for red, green and blue."""
SOFTNESS = 0.006
"""Of the face's size: how soft edges are drawn, standard deviation."""
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
    arch: Array
    """V mm: how far along the dental arch from its middle; NaN where there is no tooth."""

    @property
    def lower_incisors(self) -> NDArray[np.bool_]:
        """V."""
        with np.errstate(invalid="ignore"):  # NaN: no tooth
            return (np.abs(self.arch) < INCISORS) & ~self.upper_teeth


def draw(inner: InnerMouth, white: Array32, window: Window, size: float) -> tuple[Array32, Array32]:
    """H×W×3 colours in a light that makes eyes `white` (3), and H×W, 0–1: where any is. `size`: the face's, px."""
    u0, v0, u1, v1 = window
    fine = (inner.pixels - (u0, v0)) * SAMPLES
    fragments = rasterise(fine, inner.depth, inner.triangles, (u1 - u0) * SAMPLES, (v1 - v0) * SAMPLES, edges=False)
    seen = fragments.seen
    # the foremost teeth, seen or not: what lies behind them is in the dark
    front = float(np.percentile(inner.depth[np.isfinite(inner.arch)], 5))
    behind = np.maximum(np.where(seen, fragments.depth, front) - front, 0)
    arch = interpolate(fragments, inner.triangles, inner.arch[:, None])[..., 0]
    light = WALLS + (1 - WALLS) * np.exp(-((behind / DARKENING) ** 2))
    light *= _facing(inner)[fragments.triangle] * between_teeth(arch)
    colour = inner.albedo[fragments.triangle] * dimmed(light * seen)
    weight, small = _soft(seen.astype(np.float32), window, size), _soft(colour, window, size)
    return np.asarray(small / np.maximum(weight, 1e-3)[..., None] * white), weight


def dimmed(light: Array | Array32) -> Array32:
    """H×W×3: a share of light (H×W, 0–1) inside a mouth, where it comes back from red walls: redder the less it is."""
    return np.asarray(light[..., None] ** np.array(WARMTH), dtype=np.float32)


def _soft(values: Array32, window: Window, size: float) -> Array32:
    """Samples averaged to the window's pixels, and as blurred as a lens would have them."""
    small = cv2.resize(values, (window[2] - window[0], window[3] - window[1]), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), max(SOFTNESS * size, 0.5)), dtype=np.float32)


def arch_length(points: Array) -> Array:
    """V mm from the middle along the arch on which teeth (V×3 m, face space) stand, taken for a circle's part."""
    back = points[:, 2].min()
    angle = np.arctan2(points[:, 0], points[:, 2] - back)
    radius = np.median(np.hypot(points[:, 0], points[:, 2] - back))
    return np.asarray(1e3 * radius * angle)


def between_teeth(arch: Array32) -> Array32:
    """H×W, 1 − GAP_SHADE to 1: darker between teeth, at mm along the arch (H×W; NaN: no tooth)."""
    edges = np.concatenate([[0.0], np.cumsum(TOOTH_WIDTHS)])
    light, tooth = np.ones(arch.shape, dtype=np.float32), np.isfinite(arch)
    places = np.abs(arch[tooth])
    away = places - edges[np.searchsorted((edges[1:] + edges[:-1]) / 2, places)]
    light[tooth] -= GAP_SHADE * np.exp(-((away / GAP) ** 2))
    return light


def lower_edge(along: Array32, below: Array32) -> tuple[Array, Array]:
    """The lower outline of points (N px along, N px below): EDGE_POINTS places along, and how far below it is there."""
    places = np.linspace(float(along.min()), float(along.max()), EDGE_POINTS)
    nearest = np.rint((along - places[0]) / max(places[1] - places[0], 1e-6)).astype(np.intp)
    edge = np.full(EDGE_POINTS, -np.inf)
    np.maximum.at(edge, nearest, below)
    known = np.isfinite(edge)
    return places, np.interp(places, places[known], edge[known])


def _facing(inner: InnerMouth) -> Array32:
    """F, 0.6–1: light from the camera, softly."""
    corners = np.column_stack([inner.pixels, inner.depth * _focal(inner)])[inner.triangles]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    towards = np.abs(normal[:, 2]) / (np.linalg.norm(normal, axis=1) + 1e-12)
    return np.asarray(0.6 + 0.4 * towards, dtype=np.float32)


def _focal(inner: InnerMouth) -> float:
    """Px per metre of depth that makes the mesh as deep as it is wide: enough for shading."""
    return float(np.ptp(inner.pixels[:, 0]) / max(float(np.ptp(inner.depth)), 1e-9))
