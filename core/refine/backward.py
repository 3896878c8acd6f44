"""The backward map: for each pixel of the new picture, how far away in the plate it is to be taken from."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..easing import smoothstep
from ..landmarks.places import eye_distance
from ..raster.cpu import interpolate, rasterise
from ..raster.windows import Window, pixel_centres
from .grid import across, distance_into, extend, lengths, mix
from .inner import InnerMouth

SKIRT = 0.35
"""Width of the skirt in face heights."""
RIM = 0.08
"""Share of the skirt's width, on both sides of the silhouette, where displacements are smoothed."""
SKIRT_SLOPE = 3.0
"""The skirt is at least this many times as wide as the largest displacement it relaxes: below 1.5 it would fold."""


@dataclass(frozen=True)
class Motion:
    """A face in one frame before and after, in the image: V mesh vertices and 478 landmarks."""

    old: Array
    """V×2 px, on the plate."""
    new: Array
    """V×2 px."""
    depth: Array
    """V m, camera z of the new vertices."""
    old_landmarks: Array
    """478×2 px, on the plate."""
    new_landmarks: Array
    """478×2 px."""
    skull: Array | None = None
    """3×2 px: places of the skull about the front teeth."""
    inner: InnerMouth | None = None
    """The inside of the new mouth, where the model has one."""

    @property
    def size(self) -> float:
        """px: the distance between the outer eye corners."""
        return float(eye_distance(self.old_landmarks))

    @property
    def height(self) -> float:
        """px: the face's size in the image."""
        return float(np.linalg.norm(np.ptp(self.old, axis=0)) / np.sqrt(2))

    @property
    def reach(self) -> float:
        """px: the largest displacement."""
        moves = (self.new - self.old, self.new_landmarks - self.old_landmarks)
        return max(float(np.linalg.norm(move, axis=1).max()) for move in moves)

    @property
    def skirt(self) -> float:
        """px: how wide the skirt is."""
        return max(SKIRT * self.height, SKIRT_SLOPE * self.reach)


def skin_offsets(motion: Motion, triangles: NDArray[np.int32], window: Window) -> tuple[Array32, NDArray[np.bool_]]:
    """H×W×2 px, old place − pixel centre, where the new skin (F×3 triangles) is seen; and H×W: where it is."""
    fragments = rasterise(motion.new, motion.depth, triangles, window[2], window[3], window=window, edges=False)
    offsets = interpolate(fragments, triangles, motion.old - motion.new)
    return offsets, fragments.seen


def relax(
    offsets: Array32, seen: NDArray[np.bool_], holes: NDArray[np.bool_], skirt: float, border: Array32
) -> Array32:
    """H×W×2 px: offsets carried on beyond the mesh and led to zero over `skirt` px, or before the frame's border.

    `border`: H×W px, how far away it is (nothing can be had from beyond it). Into holes they are carried on unfaded.
    """
    carried = extend(offsets, seen)
    outside = ~(seen | holes)
    distance = distance_into(outside)
    carried = _calmed(carried, np.maximum(distance, distance_into(~outside)), skirt * RIM)
    # the nearest vertex's motion would draw rays: the farther from the mesh, the more blurred it is
    blended = carried
    for sigma in (skirt / 30, skirt / 8):
        blended = mix(blended, _blurred(carried, sigma), smoothstep(distance / np.float32(3 * sigma)))
    width = np.maximum(np.minimum(np.float32(skirt), distance + border), 1)
    left = np.clip(1 - distance / width, 0, 1)
    # where room is short, straight down: the soft step's steeper middle would fold the picture
    short, soft = np.clip(3 * lengths(blended) / width - 1, 0, 1), smoothstep(left)
    fade = soft + short * (left - soft)
    return np.asarray(blended * across(fade, 2), dtype=np.float32)


def _calmed(field: Array32, away: Array32, width: float) -> Array32:
    """The field (H×W×2) smoothed within `width` px of the silhouette (`away`: H×W px from it): the model's edge is
    jagged, meets the picture's only nearly and has triangles side by side that lie far apart in depth.
    """
    near = 1 - smoothstep(away / np.float32(width))
    return mix(field, _blurred(field, width / 2), near)


def _blurred(field: Array32, sigma: float) -> Array32:
    """A Gaussian mean, taken on every fourth pixel: sigma is several px."""
    small = cv2.resize(field, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), max(sigma / 4, 0.5))
    return np.asarray(cv2.resize(small, field.shape[1::-1], interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def border_distance(window: Window, frame: Window) -> Array32:
    """H×W px: how far each pixel of a window lies from the frame's outermost ones."""
    u0, v0, u1, v1 = window
    u, v = np.arange(u0, u1, dtype=np.float32) + 0.5, np.arange(v0, v1, dtype=np.float32) + 0.5
    across, down = np.minimum(u - frame[0], frame[2] - u), np.minimum(v - frame[1], frame[3] - v)
    return np.asarray(np.minimum(across[None, :], down[:, None]) - 0.5, dtype=np.float32)


def lookup(offsets: Array32, window: Window) -> Array32:
    """H×W×2 px: the places that offsets point at."""
    return pixel_centres(window) + offsets
