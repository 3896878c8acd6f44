"""A procedural skin for a face model with MediaPipe's landmarks: brows, lashes, lips, irises, hair, blotches.

Painted in the model's own UV layout, so that any renderer can put it on the head; no photograph is involved.
Colours are display-encoded sRGB, 0–1.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..landmarks.places import EYES
from .model import FaceModel

Colour = tuple[float, float, float]

SIZE = 1024
FRACTION_BITS = 4

BROWS = (
    ((70, 63, 105, 66, 107), (46, 53, 52, 65, 55)),
    ((300, 293, 334, 296, 336), (276, 283, 282, 295, 285)),
)
"""The upper and lower edge of each brow, outer end first: right, left."""
NOSTRILS = ((237, 218, 79, 166, 60, 20, 125), (457, 438, 309, 392, 290, 250, 354))
"""Around each nostril's rim."""
CHEEKS_AND_NOSE = ((50, 0.055), (280, 0.055), (4, 0.035), (205, 0.05), (425, 0.05))
"""Landmarks where blood shows, and how far around (UV)."""
EYE_HOLLOWS = ((230, 0.03), (450, 0.03), (190, 0.02), (414, 0.02), (27, 0.025), (257, 0.025))

HAIR_ABOVE, HAIR_BEHIND, HAIR_DOWN = 0.062, -0.085, -0.075
"""m from between the eyes: hair grows above the first height, and behind the depth down to the last height."""


@dataclass(frozen=True)
class Complexion:
    """A person's colours."""

    skin: Colour = (0.83, 0.66, 0.56)
    lips: Colour = (0.70, 0.42, 0.40)
    hair: Colour = (0.20, 0.13, 0.10)
    iris: Colour = (0.33, 0.24, 0.16)
    seed: int = 0
    """Of the blotches and hairs."""


def random_complexion(rng: np.random.Generator) -> Complexion:
    """A plausible person: skin from dark to fair, lips redder than it, hair and irises on their own."""
    skin = np.array([0.84, 0.66, 0.56]) * rng.uniform(0.5, 1.08) * rng.uniform(0.96, 1.04, 3)
    lips = skin * rng.uniform([0.80, 0.55, 0.58], [0.95, 0.72, 0.76])
    hair = np.array([0.23, 0.16, 0.12]) * rng.uniform(0.4, 1.9)
    blue = rng.uniform()
    iris = (1 - blue) * np.array([0.30, 0.19, 0.10]) + blue * np.array([0.30, 0.38, 0.43])
    return Complexion(_colour(skin), _colour(lips), _colour(hair), _colour(iris), int(rng.integers(2**31)))


def painted(model: FaceModel, complexion: Complexion, size: int = SIZE) -> Array32:
    """size×size×3 texture, first row at v = 1."""
    return _Painter(model, complexion, size).texture()


class _Painter:
    def __init__(self, model: FaceModel, complexion: Complexion, size: int) -> None:
        self.model, self.size = model, size
        self.skin, self.lips, self.hair, self.iris = (
            np.array(colour, dtype=np.float32)
            for colour in (complexion.skin, complexion.lips, complexion.hair, complexion.iris)
        )
        self.rng = np.random.default_rng(complexion.seed)
        corners = model.uv[model.uv_triangles]
        self.pixels = corners * [size, -size] + [0, size]
        """F×3×2."""
        self.landmarks = np.einsum("lkc,lk->lc", self.pixels[model.landmark_triangle], model.landmark_weights)
        """478×2."""

    def texture(self) -> Array32:
        out = np.tile(self.skin, (self.size, self.size, 1))
        self._blood_and_hollows(out)
        out *= 1 + self._noise(((10, 0.020), (60, 0.018), (300, 0.03)))
        self._scalp(out)
        self._blend(out, self._mask("lips", 0.004), self.lips * (1 + 0.5 * self._noise(((300, 0.05),))))
        for brow in BROWS:
            self._brow(out, brow)
        for nostril in NOSTRILS:
            rim = self.landmarks[list(nostril)]
            self._blend(out, 0.85 * self._polygon(0.8 * rim + 0.2 * rim.mean(axis=0), 0.003), 0.22 * self.skin)
        self._lids(out)
        self._eyes(out)
        self._mouth(out)
        return np.clip(out, 0, 1)

    def _blood_and_hollows(self, out: Array32) -> None:
        for landmark, reach in CHEEKS_AND_NOSE:
            out *= 1 - self._spot(landmark, reach) * np.array([0.0, 0.05, 0.05], dtype=np.float32)
        for landmark, reach in EYE_HOLLOWS:
            out *= 1 - self._spot(landmark, reach) * np.array([0.10, 0.14, 0.12], dtype=np.float32)

    def _scalp(self, out: Array32) -> None:
        """Hair above and behind, with a ragged line."""
        place = self.model.mean[self.model.triangles].mean(axis=1)
        haired = (place[:, 1] > HAIR_ABOVE) | ((place[:, 2] < HAIR_BEHIND) & (place[:, 1] > HAIR_DOWN))
        soft = cv2.GaussianBlur(self._filled(haired & self._is("skin", "head")), (0, 0), 0.006 * self.size)
        ragged = soft + 12 * soft * (1 - soft) * self._noise(((120, 0.05), (400, 0.06)))[..., 0]
        line = np.clip((ragged - 0.5) * 5 + 0.5, 0, 1)
        self._blend(out, line, self.hair * (1 + self._noise(((400, 0.15),))))

    def _brow(self, out: Array32, brow: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
        upper, lower = (self.landmarks[list(edge)] for edge in brow)
        outline = np.concatenate([upper, lower[::-1]])
        hairs = np.clip(0.9 + 2.2 * self._noise(((250, 0.12), (500, 0.12)))[..., 0], 0, 1)
        self._blend(out, 0.85 * self._polygon(outline, 0.0035) * hairs, 0.8 * self.hair + 0.2 * self.skin)

    def _lids(self, out: Array32) -> None:
        self._blend(out, self._mask("lid", 0.0), self.skin * np.array([0.85, 0.62, 0.58], dtype=np.float32))
        dark = 0.5 * self.hair
        for lids in (eye.aperture for eye in EYES):
            self._blend(out, 0.9 * self._line(self.landmarks[lids.upper], 0.005), dark)
            self._blend(out, 0.45 * self._line(self.landmarks[lids.lower], 0.0025), dark)

    def _eyes(self, out: Array32) -> None:
        for side, eye in zip(("left", "right"), EYES, strict=True):
            middle = self.landmarks[eye.iris]
            radius = float(np.linalg.norm(self.landmarks[eye.limbus] - middle, axis=1).mean())
            ball = self._filled(self._is(f"eyeball_{side}", f"iris_{side}", f"pupil_{side}")) > 0
            rows, columns = np.nonzero(cv2.dilate(ball.astype(np.uint8), np.ones((5, 5), np.uint8)))
            out[rows, columns] = self._eye_colour(columns + 0.5 - middle[0], rows + 0.5 - middle[1], radius)

    def _eye_colour(self, x: Array, y: Array, radius: float) -> Array:
        """N×3 of places on an eyeball, px from the iris' middle in the island (azimuthal)."""
        away, around = np.hypot(x, y) / radius, np.arctan2(y, x)
        streaks = 1 + 0.22 * np.sin(23 * around + 2 * np.sin(7 * around)) * np.clip(away, 0, 1)
        iris = self.iris * (streaks * (1.15 - 0.35 * away))[:, None]
        rim = np.clip((away - 0.80) / 0.2, 0, 1)[:, None]
        white = np.array([0.90, 0.885, 0.87]) * (1 - 0.10 * np.clip(away - 1.2, 0, 2))[:, None]
        coloured = iris * (1 - 0.65 * rim)
        outside = np.clip((away - 0.97) / 0.09, 0, 1)[:, None]
        pupil = np.clip((0.43 - away) / 0.06, 0, 1)[:, None]
        return np.asarray((coloured * (1 - outside) + white * outside) * (1 - pupil) + 0.03 * pupil)

    def _mouth(self, out: Array32) -> None:
        self._blend(out, self._mask("mouth", 0.0), np.array([0.30, 0.11, 0.10], dtype=np.float32))
        inner = cv2.erode(self._filled(self._is("mouth")), np.ones((9, 9), np.uint8))
        self._blend(
            out, cv2.GaussianBlur(inner, (0, 0), 0.008 * self.size), np.array([0.10, 0.03, 0.03], dtype=np.float32)
        )
        tongue = np.array([0.66, 0.34, 0.33], dtype=np.float32) * (1 + self._noise(((200, 0.08),)))
        self._blend(out, self._mask("tongue", 0.0), tongue)
        for row, gap in (("teeth_upper", 12), ("teeth_lower", 14)):
            self._teeth(out, row, gap)

    def _teeth(self, out: Array32, row: str, teeth: int) -> None:
        mask = self._mask(row, 0.0)
        columns = np.flatnonzero(mask.any(axis=0))
        if columns.size:
            along = (np.arange(self.size) - columns[0]) / max(int(np.ptp(columns)), 1) * teeth
            gaps = 1 - 0.45 * np.exp(-(((along + 0.5) % 1 - 0.5) ** 2) / 0.004)
            self._blend(
                out, mask, np.array([0.80, 0.77, 0.70], dtype=np.float32) * gaps[None, :, None].astype(np.float32)
            )

    def _is(self, *names: str) -> NDArray[np.bool_]:
        """F: the triangle belongs to one of these parts."""
        return np.isin(np.array(self.model.parts)[self.model.part], names)

    def _filled(self, chosen: NDArray[np.bool_]) -> Array32:
        """size×size: 1 inside the chosen triangles."""
        out = np.zeros((self.size, self.size), dtype=np.float32)
        for corners in self._fixed(self.pixels[chosen]):
            cv2.fillConvexPoly(out, corners, 1.0, cv2.LINE_8, FRACTION_BITS)
        return out

    def _mask(self, part: str, blur: float) -> Array32:
        """size×size: 1 on a part and two pixels beyond, so that no seam shows; softened over `blur` of the size."""
        mask = cv2.dilate(self._filled(self._is(part)), np.ones((3, 3), np.uint8))
        return np.asarray(cv2.GaussianBlur(mask, (0, 0), blur * self.size) if blur else mask)

    def _polygon(self, outline: Array, blur: float) -> Array32:
        out = np.zeros((self.size, self.size), dtype=np.float32)
        cv2.fillPoly(out, [self._fixed(outline)], 1.0, cv2.LINE_8, FRACTION_BITS)
        return np.asarray(cv2.GaussianBlur(out, (0, 0), blur * self.size))

    def _line(self, points: Array, thickness: float) -> Array32:
        out = np.zeros((self.size, self.size), dtype=np.uint8)
        width = max(round(thickness * self.size), 1)
        cv2.polylines(out, [self._fixed(points)], False, 255, width, cv2.LINE_AA, FRACTION_BITS)
        return np.asarray(out / np.float32(255), dtype=np.float32)

    def _spot(self, landmark: int, reach: float) -> Array32:
        """size×size×1: a soft round spot."""
        rows, columns = np.mgrid[0 : self.size, 0 : self.size].astype(np.float32) + np.float32(0.5)
        u, v = self.landmarks[landmark]
        squared = ((columns - u) ** 2 + (rows - v) ** 2) / (reach * self.size) ** 2
        return np.asarray(np.exp(-squared, dtype=np.float32)[..., None])

    def _noise(self, octaves: tuple[tuple[int, float], ...]) -> Array32:
        """size×size×1 smooth noise: cells across the texture and standard deviation of each octave."""
        out = np.zeros((self.size, self.size), dtype=np.float32)
        for cells, deviation in octaves:
            grid = self.rng.normal(scale=deviation, size=(cells, cells)).astype(np.float32)
            out += cv2.resize(grid, (self.size, self.size), interpolation=cv2.INTER_CUBIC)
        return out[..., None]

    @staticmethod
    def _blend(out: Array32, mask: Array32, colour: Array32) -> None:
        out += mask[..., None] * (colour - out)

    @staticmethod
    def _fixed(points: Array) -> NDArray[np.int32]:
        """OpenCV's fixed-point pixels, whose centres are at whole numbers."""
        return np.asarray(np.round((points - 0.5) * 2**FRACTION_BITS), dtype=np.int32)


def _colour(values: Array) -> Colour:
    red, green, blue = np.clip(values, 0, 1).tolist()
    return red, green, blue
