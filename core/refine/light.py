"""A plate's values as a display shows them, and back: what networks see and reckon in. Nothing is clipped."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..conventions import Array32, srgb_encoded
from .composite import full_scale

KNEE = 0.04045
"""Of sRGB's curve (IEC 61966-2-1), encoded: below, it is a straight line."""


@dataclass(frozen=True)
class Light:
    """How a plate's numbers stand for light."""

    white: float
    """The value of display white."""
    linear: bool
    """Linear light, not display-encoded."""

    def shown(self, values: Array32) -> Array32:
        """Display-encoded, 1 is white; brighter values and negative ones are carried on along the curve."""
        scaled = values / np.float32(self.white)
        if not self.linear:
            return scaled
        with np.errstate(invalid="ignore"):  # a power of negative numbers, where the straight line is taken
            return np.asarray(srgb_encoded(scaled), dtype=np.float32)

    def meant(self, shown: Array32) -> Array32:
        """The plate's values of what is shown."""
        if not self.linear:
            return shown * np.float32(self.white)
        with np.errstate(invalid="ignore"):
            curve = ((shown + 0.055) / 1.055) ** 2.4
        return np.asarray(np.where(shown <= KNEE, shown / 12.92, curve) * self.white, dtype=np.float32)


def light_of(dtype: np.dtype[Any], encoded: bool) -> Light:
    """Of a plate of this type; whole numbers are display-encoded, floats if it is so said."""
    return Light(full_scale(dtype), linear=not encoded and not np.issubdtype(dtype, np.integer))
