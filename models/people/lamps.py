"""Light on a set: lamps with soft cast shadows, a sky over a ground, and highlights. Linear light throughout."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...core.conventions import Array, Array32

CELL = 0.004
"""m: of the map that a lamp sees the head's relief in."""
CELLS = 84
LEAK = 0.25
"""Shares of light below this count as none: Chebyshev's bound lets some through behind edges."""
NEAR = 0.003
"""m: no surface shades what lies this little behind it."""
MIRROR = 0.6
"""Cosine below which no highlight is seen."""
SCATTER = np.array([1.0, 0.55, 0.4], dtype=np.float32)
"""Red light reaches further past the terminator in skin."""


@dataclass(frozen=True)
class Lamp:
    towards: Array32
    """3, unit, camera space (x right, y down, z forward): the direction to the lamp."""
    colour: Array32
    """3."""
    softness: float
    """0 (a point) to 1 (a wide window): how far past the terminator it reaches, and how blurred its shadows are."""


@dataclass(frozen=True)
class Lights:
    lamps: tuple[Lamp, ...]
    sky: Array32
    """3: from above."""
    ground: Array32
    """3: from below."""
    gloss: float
    """Of the skin: reflectance of its highlight."""
    sharpness: float
    """Blinn–Phong exponent of it."""
    occlusion: float
    """0–1: how dark hollows are."""

    @property
    def mean(self) -> Array32:
        """3: what a white surface that faces the camera sends back, roughly."""
        lamps = sum((max(float(-lamp.towards[2]), 0) * lamp.colour for lamp in self.lamps), start=np.float32(0))
        return np.asarray(lamps + (self.sky + self.ground) / 2, dtype=np.float32)


def draw_lights(rng: np.random.Generator) -> Lights:
    """One lamp mostly before the face, often a second, now and then one behind; fill from hardly any to nearly all."""
    key = _lamp(rng, rng.normal(0, 35), rng.normal(25, 20), rng.uniform(0.5, 1.0))
    lamps = [key]
    if rng.uniform() < 0.5:
        lamps.append(_lamp(rng, rng.normal(0, 60), rng.normal(10, 25), rng.uniform(0.1, 0.6)))
    if rng.uniform() < 0.2:
        side = rng.choice([-1, 1])
        lamps.append(_lamp(rng, side * rng.uniform(110, 155), rng.uniform(0, 50), rng.uniform(0.3, 1.2)))
    fill = rng.uniform(0.12, 0.7) * _tint(rng)
    return Lights(
        lamps=tuple(lamps),
        sky=fill,
        ground=fill * np.float32(rng.uniform(0.3, 0.9)) * _tint(rng),
        gloss=float(rng.uniform(0.0, 0.04)),
        sharpness=float(np.exp(rng.uniform(np.log(8), np.log(60)))),
        occlusion=float(rng.uniform(0.3, 0.9)),
    )


def _lamp(rng: np.random.Generator, azimuth: float, elevation: float, power: float) -> Lamp:
    """`azimuth` and `elevation` in degrees from the camera, to the right and upwards."""
    a, e = np.radians(azimuth), np.radians(np.clip(elevation, -45, 80))
    towards = np.array([np.sin(a) * np.cos(e), -np.sin(e), -np.cos(a) * np.cos(e)], dtype=np.float32)
    return Lamp(towards, np.float32(power) * _tint(rng), float(rng.uniform(0.0, 1.0)))


def _tint(rng: np.random.Generator) -> Array32:
    """Warm to cool, seldom coloured."""
    warmth = rng.normal(0, 0.1)
    tint = np.array([1 + warmth, 1.0, 1 - warmth]) * np.exp(rng.normal(0, 0.03, 3))
    if rng.uniform() < 0.06:
        tint *= rng.uniform(0.4, 1.2, 3)
    return np.asarray(np.clip(tint, 0.1, 2.0).astype(np.float32))


def lit_share(vertices: Array32, normals: Array32, casters: NDArray[np.intp], lamp: Lamp) -> Array32:
    """V, 0–1: how much of a lamp reaches each vertex (V×3 m, camera space) past the casters among them.

    A variance shadow map (Donnelly & Lauritzen 2006): the mean and variance of the nearest relief round a place bound
    the share of it that lies before a depth, so that blurring the map softens the shadow.
    """
    casters = casters[normals[casters] @ lamp.towards > 0]
    if not len(casters):
        return np.ones(len(vertices), dtype=np.float32)
    across, down = _axes(lamp.towards)
    relief = vertices @ np.stack([across, down, lamp.towards], axis=1).astype(np.float32)
    relief -= relief[casters].mean(axis=0)
    place = relief[:, :2] / np.float32(CELL) + np.float32(CELLS / 2)
    moments = _moments(place[casters], relief[casters, 2], 1.2 + 2.0 * lamp.softness)
    mean, square = _looked_up(moments, place)
    variance = np.maximum(square - mean**2, np.float32(NEAR**2))
    behind = np.maximum(mean - relief[:, 2] - np.float32(NEAR), 0)
    share = variance / (variance + behind**2)
    return np.asarray(np.clip((share - LEAK) / (1 - LEAK), 0, 1), dtype=np.float32)


def _axes(towards: Array32) -> tuple[Array, Array]:
    """Two directions across a lamp's rays."""
    across = np.cross([0.0, 1.0, 0.0] if abs(towards[1]) < 0.9 else [1.0, 0.0, 0.0], towards)
    across /= np.linalg.norm(across)
    return across, np.cross(towards, across)


def _moments(place: Array32, height: Array32, blur: float) -> Array32:
    """CELLS×CELLS×2: means round each cell of the nearest height (m towards the lamp) and of its square."""
    column, row = np.clip(place.astype(np.intp), 0, CELLS - 1).T
    order, cell = np.argsort(height), row * CELLS + column
    map_ = np.zeros((CELLS * CELLS, 3), dtype=np.float32)
    # of several vertices in a cell the last one stays: the nearest
    map_[cell[order]] = np.stack([height, height**2, np.ones_like(height)], axis=1)[order]
    blurred = cv2.GaussianBlur(map_.reshape(CELLS, CELLS, 3), (0, 0), blur)
    return np.ascontiguousarray(blurred[..., :2] / np.maximum(blurred[..., 2:], np.float32(1e-4)))


def _looked_up(grid: Array32, place: Array32) -> tuple[Array32, Array32]:
    """Two layers of a grid at N places (N×2, cells)."""
    u, v = (np.ascontiguousarray(axis - np.float32(0.5)).reshape(-1, 1) for axis in place.T)
    found = cv2.remap(grid, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return found[:, 0, 0], found[:, 0, 1]


def shade(
    normals: Array32, albedo: Array32, lit: Array32, open_sky: Array32, shine: Array32, lights: Lights
) -> Array32:
    """N×3 linear light of N places with unit normals (N×3, camera space).

    `lit`: N×L, what reaches them of each lamp; `open_sky`: N, what reaches them from all round; `shine`: N×2, their
    highlights' reflectance and exponent.
    """
    across = lights.ground + (0.5 - 0.5 * normals[:, 1:2]) * (lights.sky - lights.ground)
    out = albedo * (across * open_sky[:, None])
    for lamp, share in zip(lights.lamps, lit.T, strict=True):
        cosine = normals @ lamp.towards
        wrap = np.float32(0.08 + 0.3 * lamp.softness) * SCATTER
        diffuse = np.maximum((cosine[:, None] + wrap) / (1 + wrap), 0)
        half = lamp.towards - np.array([0, 0, 1], dtype=np.float32)
        lit_here = share[:, None] * lamp.colour
        diffuse *= lit_here
        out += albedo * diffuse
        mirror = normals @ (half / np.linalg.norm(half))
        some = np.flatnonzero((mirror > MIRROR) & (cosine > 0))
        reflectance, exponent = shine[some].T
        glint = mirror[some] ** exponent * reflectance * (exponent + 8) / 8
        out[some] += glint[:, None] * lit_here[some]
    return out
