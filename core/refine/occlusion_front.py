"""What is in front of a face in one frame, over a part of the plate, and what is behind it."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from ..conventions import Array32
from ..easing import smoothstep
from ..raster.windows import Window, around, intersect, within
from .crop import Crop
from .grid import mix
from .occlusion_sight import EDGE
from .patch import Patch

BESIDE = 5
"""Pixels of the square, round what is in front, that tell nothing of what is behind: its soft edge, its shadow."""
SMOOTHING = (48.0, 24.0, 12.0, 6.0, 3.0)
"""Pixels of the square: from how far away what is behind is made up, coarse to fine."""


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


def before_still(likely: Array32, face: Array32, plate: Patch, crop: Crop) -> Front | None:
    """Of a picture that has no others beside it; None where nothing is, or it lies beside the plate's window. What is
    behind is made up of the face that is seen (`face`, SIDE×SIDE: 1 between landmarks).
    """
    v, u = np.nonzero(likely > 0)
    if not len(v):
        return None
    corners = np.column_stack([u, v]) + 0.5
    places = corners @ crop.affine[:, :2].T + crop.affine[:, 2]
    window = intersect(around(places, 2 * crop.scale, plate.window), plate.window)
    part = plate.crop(window)
    if not part.pixels.size:
        return None
    hidden = cv2.dilate((likely > 0).astype(np.uint8), np.ones((2 * BESIDE + 1,) * 2, np.uint8))
    bare = (face > 0.5) & (hidden == 0)
    behind = crop.put(made_up(crop.take(plate.pixels, plate.window), bare), part.window)
    return Front(part.window, on_plate(likely, crop, part.window), behind)


def made_up(values: Array32, known: Array32) -> Array32:
    """SIDE×SIDE×3: smooth values where none are known (SIDE×SIDE, bool), from near those that are."""
    share = known.astype(np.float32)[..., None]
    made = np.broadcast_to((values * share).sum(axis=(0, 1)) / max(float(share.sum()), 1e-6), values.shape)
    for sigma in SMOOTHING:
        near = cv2.GaussianBlur(np.concatenate([values * share, share], axis=2), (0, 0), sigma)
        weight = np.clip(4 * near[..., 3:], 0, 1)
        made = made + weight * (near[..., :3] / np.maximum(near[..., 3:], 1e-6) - made)
    return np.asarray(np.where(share > 0, values, made), dtype=np.float32)
