"""Where light from all round does not come: hollows of the relief, under the lids, inside the mouth."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ...core.conventions import Array32
from ...core.raster.cpu import Fragments

HOLLOWS = ((0.012, 0.010), (0.035, 0.03))
"""Of the picture's side, and m: a place this far behind the mean depth round it is in the dark."""
DARKEST = 0.8
SHRINK = 2
"""The relief is looked at more coarsely by this."""
LID_SHADE = 0.035
"""Of the picture's side: how far lids shade eyeballs."""
DEPTHS = (-0.06, 0.025)
"""m, face space: in the mouth it is dark behind the first and light before the second (the front teeth)."""


def in_hollows(seen: Fragments, place: NDArray[np.intp]) -> Array32:
    """N, 0–1, at N pixels (flat indices): how far each lies behind what is round it.

    Ambient occlusion from the depth buffer (Luft, Colditz & Deussen, Image Enhancement by Unsharp Masking the Depth
    Buffer, 2006); what is not the head does not count.
    """
    height, width = seen.triangle.shape
    mask = (seen.triangle >= 0).astype(np.float32)
    depth = np.where(mask > 0, seen.depth, np.float32(0))
    small = (width // SHRINK, height // SHRINK)
    coarse = cv2.resize(np.dstack([depth, mask]), small, interpolation=cv2.INTER_AREA)
    open_sky = np.ones(len(place), dtype=np.float32)
    here = depth.ravel()[place]
    for reach, behind in HOLLOWS:
        box = (2 * int(reach * small[0]) + 1,) * 2
        near = cv2.resize(cv2.blur(cv2.blur(coarse, box), box), (width, height), interpolation=cv2.INTER_LINEAR)
        mean, share = near.reshape(-1, 2)[place].T
        share = np.maximum(share, np.float32(0.2))
        open_sky *= 1 - np.clip((here * share - mean) / (np.float32(behind) * share), 0, DARKEST)
    return 1 - open_sky


def under_lids(seen: Fragments, place: NDArray[np.intp], eye: NDArray[np.intp]) -> Array32:
    """N, 0–1: how much light reaches eyeballs (`eye`: which of the N pixels) past the lids, above all the upper one."""
    size = seen.triangle.shape[1]
    lids = np.zeros(seen.triangle.shape, dtype=np.float32)
    lids.ravel()[place] = 1
    lids.ravel()[place[eye]] = 0
    width = 2 * int(LID_SHADE * size / 2) + 1
    near = cv2.blur(lids, (width, width), anchor=(width // 2, width - 1))
    return np.asarray(np.clip(1.1 - 0.9 * near.ravel()[place], 0.25, 1))


def in_mouth(depth: Array32, jaw: float) -> Array32:
    """N, 0–1: what reaches places in the mouth (N m, face space's z at rest), which opens with jawOpen's weight."""
    deep = np.clip((depth - DEPTHS[0]) / (DEPTHS[1] - DEPTHS[0]), 0.03, 1)
    return np.asarray((0.5 + 0.4 * min(jaw, 1.0)) * deep, dtype=np.float32)
