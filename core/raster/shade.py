"""A small software shader: lit pictures of faces, for previews and for heads that a landmark detector is shown.

All colours are linear light until `display` encodes them.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import CV_PIXEL_CENTRE, Array, Array32, srgb_encoded
from ..face.surface import vertex_normals
from ..fit.result import Camera
from .cpu import Fragments, interpolate, rasterise
from .guides import MARGIN, Surface, unit
from .windows import around

SHADED = 0.06
"""Albedos darker than this stand for places that little light reaches (a throat): their highlight fades too."""


@dataclass(frozen=True)
class Light:
    """One lamp far away and a sky over a ground, in camera space (x right, y down, z forward)."""

    direction: tuple[float, float, float] = (-0.4, -0.6, -0.8)
    """Towards the lamp; any length. The default: above the camera, to its left."""
    lamp: tuple[float, float, float] = (0.95, 0.90, 0.82)
    sky: tuple[float, float, float] = (0.34, 0.37, 0.42)
    ground: tuple[float, float, float] = (0.20, 0.17, 0.15)
    gloss: float = 0.06
    """Reflectance of the highlight."""
    sharpness: float = 24.0
    """Blinn–Phong exponent of it."""
    wrap: float = 0.2
    """How far, in cosines, light reaches past the terminator: skin scatters it. 0 is Lambert."""


def shade(fragments: Fragments, normals: Array32, albedo: Array32, light: Light) -> Array32:
    """H×W×3 linear light of surfaces with unit normals (H×W×3, camera space) and albedo (H×W×3); 0 where nothing.

    The eye is taken to be far away, towards −z. A surface seen from behind is lit as its other side.
    """
    seen = fragments.seen
    normal = normals[seen]
    facing = np.where(normal[:, 2:] > 0, -normal, normal)
    lamp, sky, ground = (np.array(colour, dtype=np.float32) for colour in (light.lamp, light.sky, light.ground))
    towards = np.asarray(light.direction, dtype=np.float32) / np.float32(np.linalg.norm(light.direction))
    half = towards - np.array([0, 0, 1], dtype=np.float32)
    cosine = facing @ towards
    lit = np.clip((cosine + light.wrap) / (1 + light.wrap), 0, None)[:, None]
    diffuse = lit * lamp + ground + (0.5 - 0.5 * facing[:, 1:2]) * (sky - ground)
    mirror = np.clip(facing @ (half / np.linalg.norm(half)), 0, None) ** light.sharpness * (cosine > 0)
    out = np.zeros((*seen.shape, 3), dtype=np.float32)
    # Blinn–Phong's normalisation keeps a sharper highlight as bright in all
    glossy = mirror * np.clip(albedo[seen].max(axis=1) / SHADED, 0, 1)
    out[seen] = albedo[seen] * diffuse + glossy[:, None] * (light.gloss * (light.sharpness + 8) / 8 * lamp)
    return out


def texture_at(texture: Array32, uv: Array32) -> Array32:
    """H×W×C of a texture (h×w×C, first row at v = 1), bilinear, at uv (H×W×2, u right, v up, 0–1)."""
    height, width = texture.shape[:2]
    x = uv[..., 0] * width - np.float32(CV_PIXEL_CENTRE)
    y = (1 - uv[..., 1]) * height - np.float32(CV_PIXEL_CENTRE)
    return np.asarray(cv2.remap(texture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), dtype=np.float32)


def picture(
    vertices: Array,
    drawn: Surface,
    camera: Camera,
    albedo: Array32,
    background: Array32,
    *,
    frame: int = 0,
    light: Light | None = None,
    samples: int = 2,
) -> Array32:
    """H×W×3 linear light of a posed mesh (V×3 m, camera space) before a background (3, or H×W×3 of linear light).

    `albedo`: V×3 per vertex, or a texture (h×w×3, linear). `samples`: per pixel, along u and along v.
    """
    pixels = samples * camera.project(vertices, frame)
    width, height = samples * camera.width, samples * camera.height
    box = samples * np.array(around(pixels / samples, MARGIN, (0, 0, camera.width, camera.height)))
    u0, v0, u1, v1 = (int(side) for side in box)
    seen = rasterise(pixels, vertices[:, 2], drawn.triangles, width, height, window=(u0, v0, u1, v1))
    out = np.array(np.broadcast_to(background, (camera.height, camera.width, 3)), dtype=np.float32)
    if not seen.triangle.size:
        return out
    normals = unit(interpolate(seen, drawn.triangles, vertex_normals(vertices, drawn.triangles)))
    part = out[v0 // samples : v1 // samples, u0 // samples : u1 // samples]
    over, alpha = _antialiased(shade(seen, normals, _albedo(seen, drawn, albedo), light or Light()), seen, samples)
    part[:] = over + (1 - alpha) * part
    return out


def display(linear: Array32) -> NDArray[np.uint8]:
    """sRGB-encoded 8 bit of linear light."""
    return np.asarray(np.round(255 * srgb_encoded(np.clip(linear, 0, 1))), dtype=np.uint8)


def linear_light(encoded: NDArray[np.uint8]) -> Array32:
    """Linear light of sRGB-encoded 8 bit."""
    value = np.arange(256) / 255
    table = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)
    return np.asarray(table[encoded])


def _albedo(fragments: Fragments, drawn: Surface, albedo: Array32) -> Array32:
    if albedo.ndim == 2:
        return interpolate(fragments, drawn.triangles, albedo)
    return texture_at(albedo, interpolate(fragments, drawn.uv_triangles, drawn.uv))


def _antialiased(light: Array32, fragments: Fragments, samples: int) -> tuple[Array32, Array32]:
    """Light times alpha, and alpha, of whole pixels; the rim takes the colour of what is seen beside it."""
    near = cv2.blur(np.dstack([light, fragments.seen]).astype(np.float32), (3, 3))
    rim = (fragments.coverage > 0) & ~fragments.seen
    light = light.copy()
    light[rim] = near[rim, :3] / np.maximum(near[rim, 3:], np.float32(1e-6))
    alpha = fragments.coverage[..., None]
    size = fragments.triangle.shape[1] // samples, fragments.triangle.shape[0] // samples
    whole = cv2.resize(np.concatenate([light * alpha, alpha], axis=-1), size, interpolation=cv2.INTER_AREA)
    return whole[..., :3], whole[..., 3:]
