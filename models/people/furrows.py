"""Pieces of height maps: grooves along lines, soft swellings, pebbled skin."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ...core.conventions import Array, Array32
from ...core.easing import smoothstep
from ...core.face.brushes import FRACTION_BITS, fixed, noise

STEPS = 24
"""Pieces a line is drawn in."""


@dataclass(frozen=True)
class Patch:
    """A window of the chart."""

    top: int
    left: int
    height: Array32
    """h×w texels: how far the skin rises."""
    dark: Array32
    """h×w: how much less light gets in."""

    def within(self, top: int, left: int) -> tuple[slice, slice]:
        """Rows and columns in a window that begins there."""
        rows, columns = self.height.shape
        return slice(self.top - top, self.top - top + rows), slice(self.left - left, self.left - left + columns)


def furrow(
    rng: np.random.Generator, paths: Sequence[Array], width: float, depth: float, bulge: float, size: int
) -> Patch:
    """Grooves along paths (N×2 px each), tapered at both ends and uneven, between rims `bulge` times as high."""
    points = np.concatenate(paths)
    top, left, rows, columns = _window(points.min(axis=0), points.max(axis=0), 8 * width, size)
    canvas = np.zeros((rows, columns), dtype=np.uint8)
    for path in paths:
        _stroke(canvas, _smooth(path) - [left, top], _pressure(rng))
    line = canvas.astype(np.float32) / 255
    groove, rims = (cv2.GaussianBlur(line, (0, 0), spread * width) for spread in (1.0, 3.0))
    # a line one texel wide, blurred over w, is 1 / (w √(2π)) high
    groove *= np.float32(depth * width * np.sqrt(2 * np.pi))
    rims *= np.float32(depth * 3 * width * np.sqrt(2 * np.pi))
    return Patch(top, left, 2.0 * (bulge * rims - groove), np.clip(groove - 0.3 * bulge * rims, 0, 1.6))


def swelling(centre: Array, reach: float, height: float, size: int) -> Patch:
    """A soft dome; a hollow one where its height is below 0 is darker."""
    top, left, rows, columns = _window(centre, centre, 2.5 * reach, size)
    y, x = np.mgrid[top : top + rows, left : left + columns] + 0.5
    dome = np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / reach**2).astype(np.float32)
    edge = np.float32(np.exp(-(2.5**2)))
    dome = np.clip(dome - edge, 0, None)
    return Patch(top, left, np.float32(height) * dome, np.float32(-0.06 * height) * dome)


def pebbles(rng: np.random.Generator, centre: Array, reach: float, depth: float, size: int) -> Patch:
    """Skin puckered into small pits."""
    dome = swelling(centre, reach, 1.0, size)
    side = max(dome.height.shape)
    pits = noise(rng, side, ((max(side // 7, 2), 0.6), (max(side // 12, 2), 0.5)))[..., 0]
    pits = pits[: dome.height.shape[0], : dome.height.shape[1]] * dome.height * np.float32(depth)
    return Patch(dome.top, dome.left, pits, np.clip(-pits, 0, 1) * np.float32(0.8))


def _window(low: Array, high: Array, margin: float, size: int) -> tuple[int, int, int, int]:
    """Top, left, rows, columns, inside the chart."""
    left, top = np.clip(np.floor(low - margin), 0, size - 2).astype(int).tolist()
    right, bottom = np.clip(np.ceil(high + margin), 2, size).astype(int).tolist()
    return top, left, bottom - top, right - left


def _smooth(path: Array) -> Array:
    """STEPS+1×2: a path's points joined by a curve (Catmull–Rom)."""
    ends = np.concatenate([2 * path[:1] - path[1:2], path, 2 * path[-1:] - path[-2:-1]])
    at = np.linspace(0, len(path) - 1, STEPS + 1)
    k = np.minimum(at.astype(int), len(path) - 2)
    t = (at - k)[:, None]
    a, b, c, d = (ends[k + offset] for offset in range(4))
    curve = 2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    return np.asarray(curve / 2)


def _pressure(rng: np.random.Generator) -> Array:
    """STEPS: 0–1 along a line."""
    at = (np.arange(STEPS) + 0.5) / STEPS
    taper = smoothstep(at, 0.0, rng.uniform(0.15, 0.4)) * smoothstep(1 - at, 0.0, rng.uniform(0.15, 0.45))
    uneven = np.interp(at, np.linspace(0, 1, 7), rng.uniform(0.55, 1.0, 7))
    return np.asarray(taper * uneven)


def _stroke(canvas: NDArray[np.uint8], curve: Array, pressure: Array) -> None:
    corners = fixed(curve).tolist()
    for (start, end), strength in zip(pairwise(corners), (255 * pressure).tolist(), strict=True):
        cv2.line(canvas, start, end, strength, 1, cv2.LINE_AA, FRACTION_BITS)
