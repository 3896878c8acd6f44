"""What the refiner learns from: how a frame was re-performed, what the geometry says about it, how it really looks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ...core.conventions import Array, Array32
from ...core.landmarks.places import EYES, OUTER_LIPS
from ...core.raster.windows import Window
from ...core.refine.backward import Motion
from ...core.refine.crop import SIDE, Crop
from ...core.refine.light import Light
from ...core.refine.patch import Patch
from ...core.refine.perform import Layers
from ...core.refine.refiner import Refiner
from ...core.refine.view import HALF, Surface, View, view
from ..stored import Stored

SHIFT, ZOOM, ROLL = 0.03, 0.06, np.radians(5.0)
"""Standard deviations by which squares are moved (of their side), scaled (logarithm) and turned."""
BESIDE = 0.06
"""Of the eye distance: mouth and eyes reach so far beyond their landmarks, as where they are judged."""


@dataclass(frozen=True)
class Samples(Stored):
    """N frames, in twos: the same plate asked for two successive moments."""

    pictures: NDArray[np.uint8]
    """N×9×SIDE×SIDE, as View.pictures, white 255."""
    guides: NDArray[np.float16]
    """N×GUIDES×HALF×HALF, as View.guides."""
    truth: NDArray[np.uint8]
    """N×3×SIDE×SIDE."""
    parts: NDArray[np.uint8]
    """N×2×HALF×HALF, 0 or 1: mouth, eyes."""


@dataclass(frozen=True)
class Sample:
    """One frame."""

    seen: View
    truth: Array32
    """3×SIDE×SIDE, 0–1."""
    parts: NDArray[np.uint8]


class Witness(Refiner):
    """Changes nothing, and keeps what the network would have been shown."""

    def __init__(self) -> None:
        super().__init__()
        self.jitter: np.random.Generator | None = None
        """Moves the squares; set it anew for squares that must agree."""
        self.seen: tuple[View, Crop] | None = None

    def __call__(self, layers: Layers, plate: Patch, motion: Motion, surface: Surface, light: Light) -> Layers:
        crop = Crop.of(motion.old_landmarks)
        if self.jitter is not None:
            crop = jittered(crop, self.jitter)
        self.seen = view(layers, plate, motion, surface, crop, light), crop
        return layers


def jittered(crop: Crop, rng: np.random.Generator) -> Crop:
    """A square a little beside, larger or smaller, turned."""
    angle, zoom, shift = rng.normal(0, ROLL), np.exp(rng.normal(0, ZOOM)), rng.normal(0, SHIFT * SIDE, 2)
    turn = zoom * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.full(2, SIDE / 2)
    linear = crop.affine[:, :2] @ turn
    return Crop(np.column_stack([linear, crop.affine @ np.append(middle + shift, 1) - linear @ middle]))


def sampled(witness: Witness, truth: Array32, marks: Sequence[Array]) -> Sample | None:
    """What a witness saw, beside the truth (H×W×3, 0–1, in the plate's place); `marks`: 478×2 px each, of faces whose
    mouths and eyes count. None where nothing was to be mended.
    """
    if witness.seen is None:
        return None
    seen, crop = witness.seen
    witness.seen = None
    window: Window = (0, 0, truth.shape[1], truth.shape[0])
    parts = np.stack([_hulls(marks, [OUTER_LIPS], crop), _hulls(marks, [eye.rings[1] for eye in EYES], crop)])
    return Sample(seen, crop.take(truth, window).transpose(2, 0, 1), parts)


def _hulls(marks: Sequence[Array], outlines: Sequence[NDArray[np.intp]], crop: Crop) -> NDArray[np.uint8]:
    """HALF×HALF: inside of outlines of all faces together, one hull an outline."""
    mask = np.zeros((HALF, HALF), dtype=np.uint8)
    for outline in outlines:
        points = crop.points(np.concatenate([one[outline] for one in marks])) * HALF / SIDE
        cv2.fillConvexPoly(mask, np.floor(cv2.convexHull(points.astype(np.float32))).astype(np.int32), 1)
    reach = int(np.ceil(BESIDE * SIDE / 2.6 * HALF / SIDE))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return np.asarray(cv2.dilate(mask, kernel), dtype=np.uint8)


def gathered(twos: Sequence[tuple[Sample, Sample]]) -> Samples:
    """One set."""
    every = [one for two in twos for one in two]

    def stacked(of: Callable[[Sample], NDArray[Any]], kind: type[np.generic], scale: float = 1.0) -> NDArray[Any]:
        rounded = np.rint if np.issubdtype(kind, np.integer) else np.asarray
        return np.stack([rounded(np.multiply(of(one), scale)).astype(kind) for one in every])

    return Samples(
        stacked(lambda one: one.seen.pictures, np.uint8, 255),
        stacked(lambda one: one.seen.guides, np.float16),
        stacked(lambda one: np.clip(one.truth, 0, 1), np.uint8, 255),
        stacked(lambda one: one.parts, np.uint8),
    )
