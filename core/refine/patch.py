"""A piece of a picture with the landmarks of the face in it: what fills are taken from."""

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..landmarks.places import CHIN, OPEN_SKIN, RIGID, eye_distance
from ..raster.windows import Window, around, intersect, within
from .grid import sample


@dataclass(frozen=True)
class Patch:
    """A window of a frame."""

    pixels: Array32
    """H×W×3 values of the clip's own range."""
    window: Window
    """Where it lies in its frame."""
    landmarks: Array
    """478×2 px in its frame."""
    tone: Array32
    """3: the colour of the face's skin in the frame."""
    skull: Array | None = None
    """3×2 px: places of the skull about the front teeth, where they are known (geometry.PlateGeometry.skull)."""

    @staticmethod
    def of(pixels: NDArray[Any], landmarks: Array, window: Window, skull: Array | None = None) -> "Patch":
        """A window of a frame (H×W×3, or ×4 with alpha, of any type)."""
        part = pixels[within(window, (0, 0, pixels.shape[1], pixels.shape[0]))][..., :3]
        tone = skin_tone(pixels, landmarks)
        return Patch(np.ascontiguousarray(part, dtype=np.float32), window, landmarks, tone, skull)

    def sample(self, lookup: Array32, interpolation: int = cv2.INTER_CUBIC) -> Array32:
        """H×W×3: the picture at H×W×2 positions (px of its frame); beyond its edge the edge goes on."""
        return sample(self.pixels, self.window, lookup, interpolation)

    def crop(self, window: Window) -> "Patch":
        """The part of it inside `window` (px of its frame)."""
        shared = intersect(window, self.window)
        return replace(self, pixels=np.ascontiguousarray(self.pixels[within(shared, self.window)]), window=shared)


def skin_tone(pixels: NDArray[Any], landmarks: Array) -> Array32:
    """3: median colour of small squares on cheeks and forehead, a twelfth of the face's size wide."""
    half = max(float(eye_distance(landmarks)) / 24, 1.0)
    frame = (0, 0, pixels.shape[1], pixels.shape[0])
    squares = [pixels[within(around(point[None], half, frame), frame)][..., :3] for point in landmarks[OPEN_SKIN]]
    means = [square.astype(np.float32).mean(axis=(0, 1)) for square in squares if square.size]
    return np.asarray(np.median(means, axis=0) if means else np.ones(3), dtype=np.float32)


def head_affine(source: Array, target: Array) -> Array:
    """2×3: the affine map (least squares) from target landmarks (478×2) to source ones that go with the skull."""
    return affine(source[RIGID], target[RIGID])


def affine(source: Array, target: Array) -> Array:
    """2×3: the affine map (least squares) from target points (N×2) to source ones."""
    corners = np.column_stack([target, np.ones(len(target))])
    return np.asarray(np.linalg.lstsq(corners, source, rcond=None)[0].T)


def jaw_shift(source: Array, target: Array, head: Array) -> Array:
    """2 px: how far the source's jaw lies from where `head` (head_affine) carries the target's."""
    return np.asarray((source[CHIN] - apply(head, target[CHIN])).mean(axis=0))


def apply(affine: Array, points: Array | Array32) -> Array:
    """…×2 points under a 2×3 affine map."""
    return np.asarray(points @ affine[:, :2].T + affine[:, 2])
