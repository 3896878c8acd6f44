"""What things that are held before faces are made of: pictures with a matte, noise, materials."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...core.conventions import Array, Array32
from ...core.refine.crop import SIDE


@dataclass(frozen=True)
class Thing:
    """Something over a whole square."""

    matte: Array32
    """SIDE×SIDE, 0–1."""
    colour: Array32
    """SIDE×SIDE×3, display-encoded, white 1."""


@dataclass(frozen=True)
class Sitter:
    """The face that it is held before."""

    picture: Array32
    """SIDE×SIDE×3, display-encoded, white 1."""
    marks: Array
    """478×2 px of the square."""
    tone: Array32
    """3: the skin's."""
    stuff: Array32
    """H×W×3: a piece of another picture, to print on things."""

    @property
    def size(self) -> float:
        """px: about the distance of the outer eye corners of an upright face in the square."""
        return float(np.sqrt(np.prod(np.ptp(self.marks[:468], axis=0))) / 1.55)

    @property
    def middle(self) -> Array:
        return np.asarray(self.marks[:468].mean(axis=0))

    def spot(self, rng: np.random.Generator) -> Array:
        """2 px: somewhere on the face."""
        return np.asarray(self.marks[rng.integers(468)] + rng.normal(0, 0.08 * self.size, 2))


def noise(rng: np.random.Generator, scale: float, channels: int = 1) -> Array32:
    """SIDE×SIDE×C, about -1–1, varying over `scale` px."""
    count = max(int(np.ceil(SIDE / max(scale, 1))), 2)
    coarse = rng.uniform(-1, 1, (count + 1, count + 1, channels)).astype(np.float32)
    fine = cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    return np.asarray(fine.reshape(SIDE, SIDE, channels), dtype=np.float32)


def clouds(rng: np.random.Generator, scale: float, octaves: int = 4) -> Array32:
    """SIDE×SIDE×1, about -1–1: noise of several scales."""
    parts = [noise(rng, scale / 2**k) * np.float32(0.6**k) for k in range(octaves)]
    return np.asarray(sum(parts[1:], parts[0]), dtype=np.float32)


def filled(outlines: Sequence[Array], soft: float = 0.0) -> Array32:
    """SIDE×SIDE, 0–1: the inside of outlines (N×2 px each)."""
    mask = np.zeros((2 * SIDE, 2 * SIDE), np.uint8)
    for outline in outlines:
        cv2.fillPoly(mask, [np.round(32 * outline).astype(np.int32)], 255, cv2.LINE_8, 4)
    return _halved(mask, soft)


def stroked(lines: Sequence[tuple[Array, float]]) -> Array32:
    """SIDE×SIDE, 0–1: lines (N×2 px) of a width (px); those thinner than half a pixel get fainter."""
    mask = np.zeros((2 * SIDE, 2 * SIDE), np.uint8)
    for points, width in lines:
        drawn, share = max(round(2 * width), 1), min(2 * width, 1.0)
        fixed = np.round(32 * points).astype(np.int32)
        cv2.polylines(mask, [fixed], False, int(255 * share), drawn, cv2.LINE_AA, 4)
    return _halved(mask, 0)


def _halved(mask: NDArray[np.uint8], soft: float) -> Array32:
    small = cv2.resize(mask, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return np.asarray(small if soft <= 0 else cv2.GaussianBlur(small, (0, 0), soft), dtype=np.float32)


def curve(points: Array, count: int = 40) -> Array:
    """count×2: a Bézier curve of any degree."""
    share = np.linspace(0, 1, count)[:, None, None]
    level: Array = np.broadcast_to(points, (count, *points.shape))
    while level.shape[1] > 1:
        level = np.asarray(level[:, :-1] * (1 - share) + level[:, 1:] * share, dtype=np.float64)
    return np.asarray(level[:, 0])


def turned(points: Array, angle: float) -> Array:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray(points @ turn.T)


def lit(height: Array32, rng: np.random.Generator, wrap: float = 0.25) -> Array32:
    """SIDE×SIDE: how light falls on a surface of a height (px): one lamp, mostly from above and before it."""
    across = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=1 / 8)
    length = np.sqrt(across**2 + down**2 + 1)
    lamp = np.array([rng.normal(0, 0.6), rng.normal(-0.35, 0.45), 1.0])
    lamp /= np.linalg.norm(lamp)
    facing = (-across * lamp[0] - down * lamp[1] + lamp[2]) / length
    ambient = rng.uniform(0.15, 0.55)
    light = ambient + (1 - ambient) * np.clip((facing + wrap) / (1 + wrap), 0, None) / max(lamp[2], 0.4)
    return np.asarray(light, dtype=np.float32)


def material(rng: np.random.Generator, at: Sitter, height: Array32) -> Array32:
    """SIDE×SIDE×3: something of one colour, patterned or printed on, in the light."""
    base = _base_colour(rng, at)
    kind = rng.random()
    if kind < 0.3:
        albedo = base * (1 + np.float32(rng.uniform(0, 0.08)) * clouds(rng, rng.uniform(4, 60)))
    elif kind < 0.5:
        albedo = base + (_base_colour(rng, at) - base) * _pattern(rng)[..., None]
    elif kind < 0.75:
        albedo = _printed(rng, at)
    else:
        albedo = base * np.exp(np.float32(rng.uniform(0.1, 0.5)) * clouds(rng, rng.uniform(8, 80)))
    light = lit(height, rng) * np.float32(np.exp(rng.normal(0, 0.2)))
    shine = np.float32(rng.uniform(0, 0.4) * (rng.random() < 0.3)) * np.clip(lit(height, rng) - 0.9, 0, 1) ** 2
    return np.asarray(np.clip(albedo * light[..., None] + 6 * shine[..., None], 0, 1), dtype=np.float32)


def _base_colour(rng: np.random.Generator, at: Sitter) -> Array32:
    """Anything, grey, or near the skin's."""
    kind = rng.random()
    if kind < 0.25:
        return np.asarray(np.clip(at.tone * np.exp(rng.normal(0, 0.15, 3)), 0, 1), dtype=np.float32)
    if kind < 0.55:
        return np.asarray(rng.beta(0.8, 0.8) + rng.normal(0, 0.02, 3), dtype=np.float32).clip(0.02, 1)
    return rng.uniform(0.03, 0.97, 3).astype(np.float32)


def _pattern(rng: np.random.Generator) -> Array32:
    """Stripes or checks, straight or wavy."""
    down, across = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    angle, period = rng.uniform(0, np.pi), rng.uniform(4, 40)
    waves = clouds(rng, 60)[..., 0] * np.float32(rng.uniform(0, 6))
    one = np.sin(2 * np.pi / period * (np.cos(angle) * across + np.sin(angle) * down + waves))
    two = np.sin(2 * np.pi / period * (-np.sin(angle) * across + np.cos(angle) * down + waves))
    field = one if rng.random() < 0.5 else one * two
    return np.asarray(np.clip(0.5 + rng.uniform(0.6, 4) * field, 0, 1), dtype=np.float32)


def _printed(rng: np.random.Generator, at: Sitter) -> Array32:
    height, width = at.stuff.shape[:2]
    side = int(min(height, width) * rng.uniform(0.3, 1.0))
    v, u = int(rng.integers(height - side + 1)), int(rng.integers(width - side + 1))
    part = cv2.resize(at.stuff[v : v + side, u : u + side], (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    return np.asarray(part if rng.random() < 0.5 else np.rot90(part), dtype=np.float32)
