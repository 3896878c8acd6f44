"""What cameras and codecs do to a picture."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...core.conventions import Array32

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Quality:
    """Of one take."""

    scale: float
    """Share of the resolution at which it was filmed."""
    blur: float
    """px of that resolution: standard deviation of the lens's blur."""
    motion: float
    """px of that resolution: how far the picture smears at most."""
    noise: float
    """Standard deviation, 0–1 of the encoded range."""
    coarse: float
    """Of noise that spans several pixels."""
    gamma: float
    gain: Array32
    """3: white balance and exposure of the encoded values."""
    contrast: float
    jpeg: int
    grey: bool


def draw_quality(rng: np.random.Generator) -> Quality:
    poor = rng.uniform() ** 2
    return Quality(
        scale=float(1.0 if rng.uniform() < 0.6 else np.exp(rng.uniform(np.log(0.4), 0))),
        blur=float(0.45 + 1.2 * rng.uniform() ** 2),
        motion=float(rng.uniform(1, 6) if rng.uniform() < 0.15 else 0.0),
        noise=float(0.035 * poor),
        coarse=float(0.02 * rng.uniform() ** 3),
        gamma=float(np.exp(rng.normal(0, 0.13))),
        gain=np.exp(rng.normal(0, 0.04, 3)).astype(np.float32),
        contrast=float(np.exp(rng.normal(0, 0.1))),
        jpeg=int(rng.integers(40, 96)),
        grey=bool(rng.uniform() < 0.05),
    )


def packed(rgb: Image, quality: int) -> NDArray[np.uint8]:
    """The bytes of a picture's JPEG file."""
    stored = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(stored, dtype=np.uint8).ravel()


def unpacked(jpeg: NDArray[np.uint8]) -> Image:
    """H×W×3 RGB of a JPEG file's bytes."""
    return np.asarray(cv2.cvtColor(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), dtype=np.uint8)


def spoilt(encoded: Array32, quality: Quality, rng: np.random.Generator) -> Image:
    """S×S×3 8 bit of a sharp picture (S×S×3, sRGB-encoded, 0–1), filmed with a quality."""
    size = len(encoded)
    side = max(round(quality.scale * size), 1)
    picture = cv2.resize(encoded, (side, side), interpolation=cv2.INTER_AREA) if side < size else encoded
    picture = _moved(cv2.GaussianBlur(picture, (0, 0), quality.blur), quality.motion, rng)
    picture = np.clip(_graded(picture, quality), 0, 1)
    picture = picture + _noise(rng, picture.shape, quality)
    stored = _stored(np.asarray(np.clip(255 * picture + 0.5, 0, 255), dtype=np.uint8), quality.jpeg)
    return stored if side == size else np.asarray(cv2.resize(stored, (size, size), interpolation=cv2.INTER_LINEAR))


def _moved(picture: Array32, most: float, rng: np.random.Generator) -> Array32:
    """Smeared along a random straight line."""
    length = most * rng.uniform()
    if length < 1:
        return picture
    angle, reach = rng.uniform(0, np.pi), int(np.ceil(length / 2))
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    for step in np.linspace(-length / 2, length / 2, 4 * reach + 1):
        u, v = reach + step * np.cos(angle), reach + step * np.sin(angle)
        kernel[round(v), round(u)] += 1
    return np.asarray(cv2.filter2D(picture, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE))


def _graded(picture: Array32, quality: Quality) -> Array32:
    out = (picture ** np.float32(quality.gamma)) * quality.gain
    out = 0.5 + quality.contrast * (out - 0.5)
    if quality.grey:
        out = np.repeat(out @ np.array([[0.299], [0.587], [0.114]], dtype=np.float32), 3, axis=2)
    return np.asarray(out, dtype=np.float32)


def _noise(rng: np.random.Generator, shape: tuple[int, ...], quality: Quality) -> Array32:
    fine = rng.standard_normal(shape, dtype=np.float32) * np.float32(quality.noise)
    few = rng.standard_normal((shape[0] // 3 + 1, shape[1] // 3 + 1, 3), dtype=np.float32) * np.float32(quality.coarse)
    noise = fine + cv2.resize(few, shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(noise.mean(axis=2, keepdims=True) * np.float32(1.5) if quality.grey else noise)


def _stored(picture: Image, jpeg: int) -> Image:
    return unpacked(packed(picture, jpeg))
