"""Lids follow the eyes: the weights of the eyeLook… shapes that go with a gaze."""

import numpy as np

from ..conventions import Array
from ..facs.tables import GAZE_RANGE, GAZE_SHAPES

SIGMA = 0.15
"""Standard deviation of a lid's weight about what the gaze asks of it."""


def gaze_weights(gaze: Array) -> Array:
    """T×8 weights of GAZE_SHAPES that go with a gaze (T×2×2 rad, left eye first, yaw to the subject's left)."""
    columns = []
    for name in GAZE_SHAPES:
        way, side = name.removeprefix("eyeLook").split("_")
        yaw, pitch = gaze[:, "LR".index(side), 0], gaze[:, "LR".index(side), 1]
        outward = yaw if side == "L" else -yaw
        angle = {"In": -outward, "Out": outward, "Up": -pitch, "Down": pitch}[way]
        columns.append(np.clip(angle / GAZE_RANGE[way], 0.0, 1.0))
    return np.stack(columns, axis=-1)
