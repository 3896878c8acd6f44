"""Things drawn before a face, with their true mattes: hands, a microphone, strands of hair, spectacles, a sheet."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..core.clip.footage import Pixels
from ..core.conventions import Array, Array32
from ..core.landmarks.places import OUTER_EYE_CORNERS, eye_distance

FINE = 4
"""Samples a pixel, each way."""
SOFT = 0.7
"""px: blur of the edges."""
SEEN = 2e-3
"""Share of a pixel from which on a thing is drawn on it."""
DARK_HAIR, FAIR_HAIR = (40.0, 28.0, 22.0), (235.0, 215.0, 170.0)
PAPER = 225.0


@dataclass(frozen=True)
class Thing:
    """A thing over a whole frame."""

    matte: Array32
    """H×W, 0–1."""
    colour: Array32
    """H×W×3, 8 bit code values."""

    def over(self, pixels: Pixels) -> Pixels:
        """It before an 8-bit frame."""
        share = self.matte[..., None]
        mixed = np.clip(np.rint(pixels + (self.colour - pixels) * share), 0, 255).astype(np.uint8)
        return np.where(share > SEEN, mixed, pixels)


@dataclass(frozen=True)
class Place:
    """The face in one frame, and when that is: 0–1 through the passage."""

    shape: tuple[int, int]
    landmarks: Array
    tone: Array32
    """3: the skin's."""
    time: float

    @property
    def size(self) -> float:
        return float(eye_distance(self.landmarks))

    @property
    def middle(self) -> Array:
        return np.asarray(self.landmarks[[1, 152, 10]].mean(axis=0))


def strange_hand(at: Place) -> Thing:
    """Another's: darker and redder than the face."""
    return _hand(at, at.tone * np.array([0.92, 0.84, 0.8], dtype=np.float32) + 5)


def own_hand(at: Place) -> Thing:
    """Of the face's own colour."""
    return _hand(at, at.tone)


def microphone(at: Place) -> Thing:
    ink = _Ink(at.shape)
    head = at.middle + at.size * np.array([at.time - 0.5, 0.9 - 0.3 * np.sin(3 * at.time)])
    ink.dot(head, 0.3 * at.size)
    ink.line([head, head + at.size * np.array([0.25, 2.2])], 0.28 * at.size)
    down, across = (
        axis - centre for axis, centre in zip(np.mgrid[: at.shape[0], : at.shape[1]], head[::-1], strict=True)
    )
    round_ = np.clip(1 - (down**2 + across**2) / (0.3 * at.size) ** 2, 0, 1)
    mesh = 1 + 0.25 * np.sin(83 * across / at.size) * np.sin(83 * down / at.size)
    return Thing(ink.matte(), _grey((30 + 60 * np.sqrt(round_)) * np.where(round_ > 0, mesh, 1)))


def dark_hair(at: Place) -> Thing:
    return _strands(at, DARK_HAIR)


def fair_hair(at: Place) -> Thing:
    return _strands(at, FAIR_HAIR)


def spectacles(at: Place) -> Thing:
    """Put on within the passage."""
    ink = _Ink(at.shape)
    left, right = at.landmarks[OUTER_EYE_CORNERS]
    across = (left - right) / at.size
    down = np.array([-across[1], across[0]])
    lifted = -0.6 * max(0.0, 0.3 - at.time) * at.size * down
    turn = np.linspace(0, 2 * np.pi, 60)
    square = [np.sign(wave) * np.abs(wave) ** 0.6 for wave in (np.cos(turn), np.sin(turn))]
    for corners in ((33, 133), (362, 263)):
        middle = at.landmarks[list(corners)].mean(axis=0) + 0.05 * at.size * down + lifted
        ink.line(
            middle + at.size * (0.27 * np.outer(square[0], across) + 0.21 * np.outer(square[1], down)), 0.055 * at.size
        )
    for corner, side in ((right, -1), (left, 1)):
        ink.line([corner + lifted + side * reach * at.size * across for reach in (0.12, 0.55)], 0.055 * at.size)
    return Thing(ink.matte(), _grey(23 * (1 + 0.1 * _noise(at.shape, 3, 2.0))))


def sheet(at: Place) -> Thing:
    """Paper with dark lines."""
    ink, angle = _Ink(at.shape), 0.3 - 0.5 * at.time
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    centre, size = at.middle + at.size * np.array([1.8 * at.time - 1, 0.3]), 1.3 * at.size
    ink.area(centre + size * np.array([[-0.45, -0.3], [0.45, -0.3], [0.45, 0.3], [-0.45, 0.3]]) @ turn.T)
    pixels = np.moveaxis(np.mgrid[: at.shape[0], : at.shape[1]][::-1], 0, -1)
    below = ((pixels - centre) @ turn)[..., 1] / size
    value = PAPER * (1 + 0.03 * _noise(at.shape, 5, 0.15 * size))
    return Thing(ink.matte(), _grey(np.where((np.abs(below) < 0.2) & (np.sin(60 * below) > 0.5), 0.35 * value, value)))


THINGS: dict[str, Callable[[Place], Thing]] = {
    "hand, another's": strange_hand,
    "hand, the face's own colour": own_hand,
    "microphone": microphone,
    "spectacles, put on": spectacles,
    "sheet of paper": sheet,
    "strands, dark": dark_hair,
    "strands, fair": fair_hair,
}


def _hand(at: Place, tone: Array32) -> Thing:
    ink, size, angle = _Ink(at.shape), 1.05 * at.size, 0.9 * at.time - 0.5
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    centre = at.middle + at.size * np.array([2 * at.time - 1.1, 0.25 + 0.5 * np.sin(3 * at.time)])

    def place(*points: tuple[float, float]) -> Array:
        return np.asarray(centre + size * np.array(points) @ turn.T)

    rim = np.linspace(0, 2 * np.pi, 60)
    ink.area(place(*zip(0.36 * np.cos(rim), 0.42 * np.sin(rim), strict=True)))
    for x, length, lean, width in ((-0.27, 0.62, -0.16, 0.15), (-0.09, 0.74, -0.05, 0.16), (0.09, 0.7, 0.06, 0.16),
                                   (0.26, 0.55, 0.18, 0.14)):  # fmt: skip
        ink.line(place((x, -0.25), (x + length * np.sin(lean), -0.25 - length * np.cos(lean))), width * size)
    ink.line(place((0.3, 0.1), (0.62, -0.22)), 0.17 * size)
    ink.line(place((0.0, 0.2), (0.05, 2.5)), 0.5 * size)
    matte, folds = ink.matte(), _Ink(at.shape)
    for x in (-0.18, 0.0, 0.18):
        folds.line(place((x, -0.12), (1.3 * x, -0.62)), 0.015 * size)
    depth = cv2.distanceTransform((matte > 0.5).astype(np.uint8), cv2.DIST_L2, 5) / (0.1 * size)
    light = (0.62 + 0.38 * np.clip(depth, 0, 1) ** 0.7) * (1 - 0.35 * folds.matte())
    light = light * (1 + 0.02 * _noise(at.shape, 0, 1.0) + 0.04 * _noise(at.shape, 1, 0.08 * size))
    return Thing(matte, np.asarray(light[..., None] * tone, dtype=np.float32))


def _strands(at: Place, colour: tuple[float, float, float]) -> Thing:
    ink, chance, size = _Ink(at.shape), np.random.default_rng(0), 1.1 * at.size
    along = np.linspace(0, 1, 24)
    for _ in range(8):
        start, width, bend, slope = (
            chance.uniform(*span) for span in ((-0.6, 0.6), (0.01, 0.03), (-0.25, 0.25), (-0.1, 0.1))
        )
        x = start + bend * np.sin(2.5 * along + 1.5 * at.time) + slope * along
        ink.line(at.middle + size * np.column_stack([x, 1.5 * along - 1]), width * size)
    value = 1 + 0.07 * _noise(at.shape, 0, 2.5)
    return Thing(ink.matte(), np.asarray(value[..., None] * np.array(colour), dtype=np.float32))


class _Ink:
    """A matte to draw on."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._canvas = np.zeros((FINE * shape[0], FINE * shape[1]), dtype=np.uint8)

    def line(self, points: Array | list[Array], width: float) -> None:
        cv2.polylines(self._canvas, [_fixed(points)], False, 255, max(round(width * FINE), 1), cv2.LINE_AA, 4)

    def area(self, points: Array) -> None:
        cv2.fillPoly(self._canvas, [_fixed(points)], 255, cv2.LINE_AA, 4)

    def dot(self, point: Array, radius: float) -> None:
        cv2.circle(self._canvas, _fixed(point).tolist(), round(radius * FINE * 16), 255, -1, cv2.LINE_AA, 4)

    def matte(self) -> Array32:
        size = self._canvas.shape[1] // FINE, self._canvas.shape[0] // FINE
        small = cv2.resize(self._canvas, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        return np.asarray(cv2.GaussianBlur(small, (0, 0), SOFT), dtype=np.float32)


def _fixed(points: Array | list[Array]) -> NDArray[np.int32]:
    """Sixteenths of a sample, as OpenCV draws them."""
    return np.asarray(np.round(16 * FINE * np.asarray(points)), dtype=np.int32)


def _grey(value: Array | Array32) -> Array32:
    return np.repeat(value[..., None], 3, axis=2).astype(np.float32)


def _noise(shape: tuple[int, int], seed: int, sigma: float) -> Array32:
    """H×W, standard deviation 1, as coarse as `sigma` px."""
    values = np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)
    values = cv2.GaussianBlur(values, (0, 0), sigma)
    return np.asarray(values / values.std(), dtype=np.float32)
