"""Faces without their shape: pictures in which every landmark lies where it always lies.

The shape-free texture of active appearance models (Cootes, Edwards & Taylor 2001): head turn and identity's geometry
are gone from it, and what an expression adds (folds, teeth, lids, shading) stands in one place for everybody.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import CV_PIXEL_CENTRE, Array, Array32
from ..errors import InputError
from ..storage import UNREADABLE, whole_file

SIDE = 96
"""Texels along each side."""
MESH = 468
"""Landmarks of the skin; those of the irises follow them."""
MIDDLE, CONTRAST = 128, 40
"""Of the texels' values: the mean of the face's grey, and its standard deviation."""
LEAST_CONTRAST = 4.0
"""8-bit code values: a flat picture's noise isn't blown up beyond."""
OVERSAMPLED = 1.5
"""A face that is finer than this many px per texel is averaged first."""


@dataclass(frozen=True)
class ShapeFree:
    """Where the texels of the layout lie between the landmarks."""

    landmarks: NDArray[np.int16]
    """SIDE²×3: the triangle of landmarks round each texel."""
    weights: Array32
    """SIDE²×3 barycentric weights in it; 0 outside the face."""

    @classmethod
    def load(cls, path: Path) -> "ShapeFree":
        """Raises InputError naming the file where it is missing or damaged."""
        try:
            with np.load(path) as file:
                return cls(file["landmarks"], file["weights"])
        except UNREADABLE as error:
            reason = " ".join(str(error).split())
            raise InputError(f"{path}: can't be read ({reason}); install the program again") from error

    def save(self, path: Path) -> None:
        with whole_file(path) as part, part.open("wb") as file:
            np.savez_compressed(file, landmarks=self.landmarks, weights=self.weights)

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """SIDE²: the texel is part of the face."""
        return np.asarray(self.weights.any(axis=1))

    @cached_property
    def _side(self) -> float:
        """Texels: side of a square as large as the face."""
        return float(np.sqrt(np.count_nonzero(self.inside)))

    @cached_property
    def _texels(self) -> tuple[NDArray[np.intp], Array32]:
        """3×N each: the corners and weights of the texels that are part of the face, corner by corner."""
        return self.landmarks[self.inside].T.astype(np.intp, order="C"), self.weights[self.inside].T.copy()

    def texture(self, rgb: NDArray[np.uint8], points: Array32) -> NDArray[np.uint8]:
        """SIDE×SIDE grey values of the face with these landmarks (478×≥2 px) in a frame H×W×3, its exposure and
        contrast made alike; MIDDLE outside the face.
        """
        mesh = points[:MESH, :2].astype(np.float64)
        patch, corner, scale = _patch(rgb, mesh, self._side)
        place = ((mesh - corner) * scale - CV_PIXEL_CENTRE).astype(np.float32)
        across, down = (self._interpolated(values) for values in np.ascontiguousarray(place.T))
        grey = cv2.remap(patch, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return self._levelled(grey.ravel().astype(np.float32))

    def _interpolated(self, values: Array32) -> Array32:
        """N values at the face's texels, of 468 at the landmarks."""
        corners, (first, second, third) = self._texels
        a, b, c = (values.take(each) for each in corners)
        return np.asarray(first * a + second * b + third * c)

    def _levelled(self, face: Array32) -> NDArray[np.uint8]:
        """SIDE×SIDE, of the face's N grey values."""
        out = np.full(SIDE * SIDE, MIDDLE, np.uint8)
        level = MIDDLE + CONTRAST * (face - face.mean()) / (face.std() + LEAST_CONTRAST)
        out[self.inside] = np.clip(np.round(level), 0, 255)
        return out.reshape(SIDE, SIDE)


def _patch(rgb: NDArray[np.uint8], mesh: Array, side: float) -> tuple[NDArray[np.uint8], Array, Array]:
    """The part of a frame round a face (landmarks 468×2 px) in grey, no finer than a face of `side` texels can show;
    where its corner lies in the frame (px), and its scale to the frame's (2: across, down).
    """
    whole = np.array(rgb.shape[1::-1])
    low = np.clip(np.floor(mesh.min(axis=0)) - 2, 0, whole - 2).astype(int)
    high = np.clip(np.ceil(mesh.max(axis=0)) + 2, low + 2, whole).astype(int)
    grey = np.asarray(cv2.cvtColor(rgb[low[1] : high[1], low[0] : high[0]], cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    fineness = np.sqrt(np.prod(np.ptp(mesh, axis=0))) / side
    if fineness <= OVERSAMPLED:
        return grey, low.astype(np.float64), np.ones(2)
    size = np.maximum(np.round(OVERSAMPLED / fineness * (high - low)), 2).astype(int)
    small = cv2.resize(grey, (int(size[0]), int(size[1])), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8), low.astype(np.float64), size / (high - low)
