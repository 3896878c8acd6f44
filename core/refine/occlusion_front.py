"""What is in front of a face in one frame, over a part of the plate, and what is behind it."""

from dataclasses import dataclass, replace

import numpy as np

from ..conventions import Array32
from ..easing import smoothstep
from ..raster.windows import Window, within
from .crop import Crop
from .grid import mix
from .occlusion_sight import EDGE
from .patch import Patch


@dataclass(frozen=True)
class Front:
    """What is in front of the face in one frame, over a window of the plate."""

    window: Window
    matte: Array32
    """H×W, 0–1."""
    behind: Array32
    """H×W×3: how the face would look there, the plate's values."""

    def without(self, plate: Patch) -> Patch:
        """The plate without it: the face as it usually looks, so that nothing of what is in front is dragged along."""
        pixels, place = plate.pixels.copy(), within(self.window, plate.window)
        pixels[place] = mix(pixels[place], self.behind, self.matte)
        return replace(plate, pixels=pixels)

    def over(self, window: Window) -> Array32:
        """H×W, 0–1: its matte over another window, which holds its own."""
        whole = np.zeros((window[3] - window[1], window[2] - window[0]), dtype=np.float32)
        whole[within(self.window, window)] = self.matte
        return whole


def on_plate(likely: Array32, crop: Crop, window: Window) -> Array32:
    """H×W, 0–1: the matte over a window of the plate, of probabilities over a square (SIDE×SIDE)."""
    return smoothstep(crop.put(likely[..., None], window)[..., 0], *EDGE)
