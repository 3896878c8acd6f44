"""Which part of a face may move: where brows and eyes alone are asked for, the lips stay the plate's, and vice versa.

A model's shapes reach far: its cheek raiser moves lips, its smile lids, by half a pixel or more. That is little to
see, but it resamples what nobody asked to change.
"""

from dataclasses import dataclass, replace

import numpy as np

from ..conventions import Array
from ..easing import smoothstep
from ..face.model import FaceModel
from ..facs.transfer import Region
from ..landmarks.places import EYES, OUTER_LIPS
from .backward import Motion

NOSE_TIP, NOSE_BASE = 1, 2
"""Landmarks at whose height the upper and the lower motion are whole; they end at the lips and below the lids."""


@dataclass(frozen=True)
class Reach:
    """How much of a motion is let through."""

    vertices: Array
    """V×1, 0–1: of the skin's vertices."""
    landmarks: Array
    """478×1, 0–1."""

    def __call__(self, motion: Motion) -> Motion:
        return replace(
            motion,
            new=motion.old + self.vertices * (motion.new - motion.old),
            new_landmarks=motion.old_landmarks + self.landmarks * (motion.new_landmarks - motion.old_landmarks),
        )


def reach_of(region: Region, marks: FaceModel, skin: FaceModel) -> Reach | None:
    """None where all may move. `marks`, `skin`: a model with the landmarks, and with the skin's vertices, alone."""
    if region == "all":
        return None
    height = marks.mean[:, 1].astype(np.float64)
    if region == "upper":
        whole, ends = height[NOSE_TIP], height[OUTER_LIPS].max()
    else:
        whole, ends = height[NOSE_BASE], min(height[eye.rings[1]].min() for eye in EYES)

    def share(model: FaceModel) -> Array:
        way = (model.mean[:, 1].astype(np.float64) - ends) / (whole - ends)
        return np.asarray(smoothstep(way)[:, None], dtype=np.float64)

    return Reach(share(skin), share(marks))
