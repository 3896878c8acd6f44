"""What the refiner sees of a frame: three pictures and the guides, cut to the face."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..raster.cpu import interpolate, rasterise
from .backward import Motion
from .crop import SIDE, Crop
from .grid import lengths, ramp
from .light import Light
from .patch import Patch
from .perform import Layers

HALF = SIDE // 2
"""px: the side of guides, which are smooth."""
GUIDES = 14
"""Normal of the new skin (3), what it adds to the old one's (3), place on the mean face (2), displacement (2), skin is
there, fills, what the matte takes, where the refiner may change anything.
"""
MEAN_FACE = 0.1
"""m that count as 1 on the mean face."""
MOTION = 8.0
"""px of the square that count as 1."""
SOFT = 12.0
"""px of the square over which the refiner sets in, from the face's outline inwards."""
STILL = 4.0
"""px of the square: skin that moves by less is mended less; a mouth that hardly moves can only lose."""
ONSET = 0.03
"""In eye distances: from this displacement on it may do all it wants; a slight change needs no mending."""


@dataclass(frozen=True)
class Surface:
    """The skin's V vertices: what guides are drawn from, beside where they are in the image."""

    triangles: NDArray[np.int32]
    """F×3."""
    attributes: Array32
    """V×8: normal in camera space (3), what it adds to the old one (3), place on the mean face (2 m: left, up)."""


@dataclass(frozen=True)
class View:
    """One frame for the network, channels first."""

    pictures: Array32
    """9×SIDE×SIDE, display-encoded, 0–1: warped and filled, the same before the mouth is filled,
    the plate.
    """
    guides: Array32
    """GUIDES×HALF×HALF."""
    moves: Array32
    """HALF×HALF, 0–1: where the skin round about moves or an eye is filled: elsewhere there is nothing to mend."""


def view(layers: Layers, plate: Patch, motion: Motion, surface: Surface, crop: Crop, light: Light) -> View:
    """The new picture (`layers`, over the plate's window) and what the geometry says about it."""
    pictures = [crop.take(each, plate.window) for each in (layers.pixels, layers.bare, plate.pixels)]
    shown = light.shown(np.stack([channel for each in pictures for channel in cv2.split(each)]))
    shown = np.fmin(np.fmax(shown, 0, out=shown), 1, out=shown)  # what is no number is black
    masks = crop.take(np.dstack([layers.filled, layers.matte, layers.eyes]), plate.window)
    filled, matte, eyes = cv2.split(cv2.resize(masks, (HALF, HALF), interpolation=cv2.INTER_AREA))
    skin = drawn(motion, surface, crop)
    moves = np.maximum(moving(skin[..., 8:10]), cv2.GaussianBlur(eyes, (0, 0), 1))
    guides = np.stack([*np.moveaxis(skin, -1, 0), filled, matte, region(motion, crop)])
    return View(np.asarray(shown, dtype=np.float32), guides, np.asarray(moves, dtype=np.float32))


def drawn(motion: Motion, surface: Surface, crop: Crop) -> Array32:
    """HALF×HALF×11: the skin's guides; zeros where none is seen."""
    moved = crop.vectors(motion.old - motion.new) / MOTION
    attributes = np.concatenate([_turned(surface.attributes, crop), moved], axis=1)
    places = crop.points(motion.new) / (SIDE / HALF)
    fragments = rasterise(places, motion.depth, surface.triangles, HALF, HALF, edges=False)
    found = interpolate(fragments, surface.triangles, attributes)
    return np.concatenate([found, fragments.seen[..., None].astype(np.float32)], axis=2)


def moving(displacement: Array32) -> Array32:
    """HALF×HALF, 0–1, of the skin's displacement (HALF×HALF×2, in MOTION)."""
    size = MOTION / STILL * lengths(displacement)
    near = cv2.dilate(size.astype(np.float32), np.ones((5, 5), np.uint8))
    return np.asarray(np.clip(cv2.GaussianBlur(near, (0, 0), 4), 0, 1), dtype=np.float32)


def region(motion: Motion, crop: Crop) -> Array32:
    """HALF×HALF, 0–1: where the refiner may change the picture: inside the new face, if it moves at all, and zero on
    the square's border.
    """
    hull = cv2.convexHull((crop.points(motion.new_landmarks[:468]) / (SIDE / HALF)).astype(np.float32))
    inside = np.zeros((HALF, HALF), dtype=np.uint8)
    cv2.fillConvexPoly(inside, np.rint(hull).astype(np.int32), 1)
    inside[[0, -1]] = inside[:, [0, -1]] = 0
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_5)
    share = np.clip(depth / (SOFT * HALF / SIDE), 0, 1) * ramp(motion.reach / motion.size, 0.0, ONSET)
    return np.asarray(share, dtype=np.float32)


def _turned(attributes: Array32, crop: Crop) -> Array:
    """The square's own axes for the normals."""
    upright = np.linalg.inv(crop.affine[:, :2] / crop.scale).T
    normal, change, place = attributes[:, :3], attributes[:, 3:6], attributes[:, 6:] / MEAN_FACE
    return np.concatenate(
        [normal[:, :2] @ upright, normal[:, 2:], change[:, :2] @ upright, change[:, 2:], place], axis=1
    )
