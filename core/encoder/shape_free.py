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
from ..storage import whole_file

SIDE = 96
"""Texels along each side."""
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
        with np.load(path) as file:
            return cls(file["landmarks"], file["weights"])

    def save(self, path: Path) -> None:
        with whole_file(path) as part, part.open("wb") as file:
            np.savez_compressed(file, landmarks=self.landmarks, weights=self.weights)

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """SIDE²: the texel is part of the face."""
        return np.asarray(self.weights.any(axis=1))

    @cached_property
    def _spread(self) -> float:
        """Texels along a face whose landmarks have unit area: what tells how fine a picture is."""
        return float(np.sqrt(np.count_nonzero(self.inside)))

    def texture(self, rgb: NDArray[np.uint8], points: Array32) -> NDArray[np.uint8]:
        """SIDE×SIDE grey values of the face with these landmarks (478×≥2 px) in a frame H×W×3, its exposure and
        contrast made alike; MIDDLE outside the face.
        """
        corner, patch, scale = _patch(rgb, points[:468, :2].astype(np.float64), self._spread)
        place = (points[:468, :2] - corner) * scale - CV_PIXEL_CENTRE
        at = np.einsum("nk,nkc->nc", self.weights, place[self.landmarks]).astype(np.float32).reshape(SIDE, SIDE, 2)
        grey = cv2.remap(patch, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        face = grey.ravel()[self.inside].astype(np.float32)
        out = np.full(SIDE * SIDE, MIDDLE, np.uint8)
        level = MIDDLE + CONTRAST * (face - face.mean()) / (face.std() + LEAST_CONTRAST)
        out[self.inside] = np.clip(np.round(level), 0, 255)
        return out.reshape(SIDE, SIDE)


def _patch(rgb: NDArray[np.uint8], points: Array, texels: float) -> tuple[Array, NDArray[np.uint8], float]:
    """The face's part of a frame in grey: its corner (px), its pixels, and their scale to the frame's."""
    low = np.clip(np.floor(points.min(axis=0)) - 2, 0, np.array(rgb.shape[1::-1]) - 2).astype(int)
    high = np.clip(np.ceil(points.max(axis=0)) + 2, low + 2, rgb.shape[1::-1]).astype(int)
    grey = cv2.cvtColor(rgb[low[1] : high[1], low[0] : high[0]], cv2.COLOR_RGB2GRAY)
    fine = np.sqrt(np.prod(np.ptp(points, axis=0))) / texels
    scale = min(1.0, OVERSAMPLED / fine)
    if scale < 1:
        size = np.maximum(np.round(scale * np.array(grey.shape[::-1])), 2).astype(int)
        scaled = np.asarray(cv2.resize(grey, (int(size[0]), int(size[1])), interpolation=cv2.INTER_AREA), np.uint8)
        return low.astype(np.float64), scaled, float(size[0] / grey.shape[1])
    return low.astype(np.float64), np.asarray(grey, dtype=np.uint8), 1.0


def layout(places: Array, mirror: NDArray[np.intp]) -> ShapeFree:
    """The layout in which landmarks lie at `places` (468×2, x to the subject's left, y up), made symmetric: `mirror`
    says which landmark is each one's mirror image.
    """
    from scipy.spatial import Delaunay  # noqa: PLC0415 (recipes only)

    even = (places + places[mirror[:468]] * [-1, 1]) / 2
    middle = np.array([0.0, (even[:, 1].min() + even[:, 1].max()) / 2])
    reach = np.abs(even - middle).max() * 1.03
    texel = ((even - middle) / reach * [1, -1] + 1) * SIDE / 2
    rows, columns = np.mgrid[:SIDE, : SIDE // 2] + 0.5
    centres = np.stack([columns.ravel(), rows.ravel()], axis=1)
    finder = Delaunay(texel)
    found = finder.find_simplex(centres)
    turn = finder.transform[found]
    two = np.einsum("nij,nj->ni", turn[:, :2], centres - turn[:, 2])
    weights = np.column_stack([two, 1 - two.sum(axis=1)]) * (found >= 0)[:, None]
    corners = finder.simplices[found] * (found >= 0)[:, None]
    half = (SIDE, SIDE // 2, 3)
    left, share = corners.reshape(half), weights.reshape(half)
    whole = np.concatenate([left, mirror[left[:, ::-1]]], axis=1).reshape(-1, 3)
    shares = np.concatenate([share, share[:, ::-1]], axis=1).reshape(-1, 3)
    return ShapeFree(whole.astype(np.int16), shares.astype(np.float32))
