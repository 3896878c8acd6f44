"""The new picture on the plate, in the plate's own values: outside the matte bit for bit the plate."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array32
from ..raster.windows import Window, within
from .grid import across, mix

Plate = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float16] | NDArray[np.float32]


def full_scale(dtype: np.dtype[Any]) -> float:
    """White: the largest whole number, or 1."""
    return float(np.iinfo(dtype).max) if np.issubdtype(dtype, np.integer) else 1.0


def composite(plate: Plate, refined: Array32, matte: Array32, window: Window) -> Plate:
    """A copy of the plate (H×W×3, or ×4 with alpha, which stays) with `refined` (h×w×3) blended in over a window."""
    result = plate.copy()
    place = (*within(window, (0, 0, plate.shape[1], plate.shape[0])), slice(0, 3))
    blended = mix(plate[place].astype(np.float32), refined, matte)
    if np.issubdtype(plate.dtype, np.integer):
        np.rint(blended, out=blended)
        np.clip(blended, 0, full_scale(plate.dtype), out=blended)
    np.copyto(result[place], blended.astype(plate.dtype), where=across(matte > 0, 3))
    return result
