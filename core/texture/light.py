"""Plate values and linear light: averaging is done in light, the result is in the plate's own values again."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..clip import Clip
from ..clip.footage import Pixels
from ..clip.proxy import is_encoded
from ..conventions import Array32


def linear_plate(clip: Clip) -> bool:
    """Whether a clip's values are linear light. Integers count as sRGB-encoded, as in `clip.display`."""
    return clip.dtype.startswith("float") and not is_encoded(clip.colour_space)


def linear(pixels: Pixels, clip: Clip) -> Array32:
    """…×3 linear light of a frame's pixels (…×3 or ×4); not-a-number and infinity as 0."""
    rgb = pixels[..., :3]
    if rgb.dtype.kind == "u":
        return np.asarray(np.take(_table(np.iinfo(rgb.dtype).max), rgb))
    values = np.nan_to_num(rgb.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    return values if linear_plate(clip) else _decoded(values)


def plate_values(light: Array32, clip: Clip) -> Array32:
    """The inverse of `linear`; an integer plate's full range is 0–1."""
    return light if linear_plate(clip) else _encoded(light)


def shown(texture: Array32, clip: Clip) -> NDArray[np.uint8]:
    """H×W×3 display-encoded 8 bit of plate values as `plate_values` gives them."""
    encoded = _encoded(texture) if linear_plate(clip) else texture
    return np.asarray(np.rint(255 * np.clip(encoded, 0, 1)), dtype=np.uint8)


def _encoded(light: Array32) -> Array32:
    """The curve of sRGB (IEC 61966-2-1), odd about 0 and going on above 1."""
    size = np.abs(light)
    curve = np.where(size <= 0.0031308, 12.92 * size, 1.055 * size ** np.float32(1 / 2.4) - 0.055)
    return np.asarray(np.copysign(curve, light), dtype=np.float32)


def _decoded(encoded: Array32) -> Array32:
    size = np.abs(encoded)
    curve = np.where(size <= 0.04045, size / 12.92, ((size + 0.055) / 1.055) ** np.float32(2.4))
    return np.asarray(np.copysign(curve, encoded), dtype=np.float32)


@lru_cache(maxsize=2)
def _table(top: int) -> Array32:
    return _decoded((np.arange(top + 1) / top).astype(np.float32))
