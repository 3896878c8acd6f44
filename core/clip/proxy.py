"""The display-encoded stand-in that detectors and networks see; the plate itself is never converted."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..conventions import srgb_encoded
from .colour import is_plain, looked_at
from .footage import Clip, Pixels


def display(pixels: Pixels, clip: Clip) -> NDArray[np.uint8]:
    """H×W×3 uint8 of a frame of `clip`: integers by their high byte, float by the sRGB curve unless encoded already;
    what is in another space than those (ACEScg, a camera's log) through OpenColorIO.

    Float below 0 and NaN show black, above 1 and infinity white. Alpha is dropped.
    """
    rgb = pixels[..., :3]
    if not is_plain(clip.colour_space):
        return looked_at(rgb, clip.colour_space)
    if rgb.dtype == np.uint8:
        return np.ascontiguousarray(rgb)
    if rgb.dtype == np.uint16:
        return np.asarray(rgb >> 8, dtype=np.uint8)
    with np.errstate(over="ignore", invalid="ignore"):
        half = np.ascontiguousarray(rgb, dtype=np.float16)
    return np.asarray(_half_to_byte(is_encoded(clip.colour_space))[half.view(np.uint16)])


def is_encoded(colour_space: str) -> bool:
    """Whether float pixels of this colour space are display-encoded, not linear light."""
    return any(name in colour_space.lower() for name in ("srgb", "g22", "g24", "gamma", "bt709", "log"))


@lru_cache(maxsize=2)
def _half_to_byte(encoded: bool) -> NDArray[np.uint8]:
    """All 65,536 half floats as bytes. Halves are finer than bytes everywhere in 0–1."""
    value: NDArray[Any] = np.arange(65536, dtype=np.uint16).view(np.float16).astype(np.float32)
    value = np.clip(np.nan_to_num(value, nan=0.0, posinf=1.0, neginf=0.0), 0.0, 1.0)
    return np.asarray(np.rint((value if encoded else srgb_encoded(value)) * 255), dtype=np.uint8)
