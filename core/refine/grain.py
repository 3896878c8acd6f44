"""Grain: where the new picture, resampled, blurred or drawn, has less of it than the plate, it gets the rest.

How strong grain is, is measured tile by tile (colour.grain) and, on the plate, as a function of brightness: a dark
mouth has a dark place's grain. It differs from frame to frame, and is the same each time a frame is made.
"""

import cv2
import numpy as np

from ..conventions import Array32

TILE = 32
"""px: side of what one standard deviation is measured on."""
SAMPLE = 2
"""px between the places at which it is measured."""
ALIKE = 0.35
"""Natural log of brightness by which tiles may differ and still tell of each other's grain."""
LAPLACIANS = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], dtype=np.float32)
"""Immerkær (1996): blind to planes and ramps; white noise comes out six times as strong."""
NORMAL = 0.6745
"""Median of a standard normal distribution's size."""
NONE = 1e-6
"""Of the brightness: less is no grain."""


def regrained(pixels: Array32, plate: Array32, matte: Array32, amount: float, seed: tuple[int, ...]) -> Array32:
    """H×W×3: a new picture with the grain that it lacks against the plate (H×W×3); `matte`: H×W, where it is seen."""
    if amount == 0 or min(pixels.shape[:2]) < TILE or not matte.any():
        return pixels
    own, light = strengths(pixels.mean(axis=2))
    wanted = _by_brightness(*strengths(plate.mean(axis=2)), light)
    lacking = np.sqrt(np.maximum(wanted**2 - own**2, 0)) * np.float32(amount)
    if float(lacking.max()) <= NONE * float(light.max()):
        return pixels
    height, width = matte.shape
    over = cv2.resize(lacking, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(pixels + over[..., None] * _noise(plate, seed), dtype=np.float32)


def strengths(grey: Array32) -> tuple[Array32, Array32]:
    """R×C twice: standard deviation of a picture's (H×W) grain in each tile, by the median; and mean brightness."""
    rows, columns = (max(side // TILE, 1) for side in grey.shape)
    # tiles are as good as equal: whatever is left over at the edges is shared out
    size = (columns * TILE, rows * TILE)
    response = np.abs(cv2.filter2D(grey, -1, LAPLACIANS, borderType=cv2.BORDER_REPLICATE))
    response = cv2.resize(response, size, interpolation=cv2.INTER_NEAREST)[::SAMPLE, ::SAMPLE]
    tiles = response.reshape(rows, TILE // SAMPLE, columns, TILE // SAMPLE).swapaxes(1, 2).reshape(rows, columns, -1)
    brightness = cv2.resize(grey, (columns, rows), interpolation=cv2.INTER_AREA)
    middle = tiles.shape[2] // 2
    return np.partition(tiles, middle, axis=2)[..., middle] / np.float32(NORMAL * 6), brightness


def _by_brightness(strength: Array32, brightness: Array32, at: Array32) -> Array32:
    """R×C: the grain usual at some brightness (R×C): the weighted median over a picture's tiles."""
    order = np.argsort(strength, axis=None)
    ranked = strength.ravel()[order]
    logs, wanted = (np.log(np.maximum(values.ravel(), 1e-6)) for values in (brightness, at))
    weight = np.exp(-((wanted[:, None] - logs[order]) ** 2) / (2 * ALIKE**2)) + 1e-9
    total = np.cumsum(weight, axis=1)
    return ranked[np.argmax(total >= total[:, -1:] / 2, axis=1)].reshape(at.shape)


def _noise(plate: Array32, seed: tuple[int, ...]) -> Array32:
    """H×W×3: noise as the plate's is between its channels; its mean over them has standard deviation 1."""
    by_channel = np.array([_typical(np.ascontiguousarray(plate[..., k])) for k in range(3)])
    common = _typical(plate.mean(axis=2))
    rng = np.random.default_rng(seed)
    shared = rng.standard_normal(plate.shape[:2], dtype=np.float32)[..., None]
    squares = float(np.sum(by_channel**2))
    together = ((3 * common) ** 2 - squares) / max(float(by_channel.sum()) ** 2 - squares, 1e-12)
    share = np.float32(np.clip(together, 0, 1))
    if share > 0.95 or common <= 0:
        return shared
    apart = rng.standard_normal(plate.shape, dtype=np.float32)
    scale = (by_channel / common).astype(np.float32)
    return np.asarray(scale * (np.sqrt(share) * shared + np.sqrt(1 - share) * apart), dtype=np.float32)


def _typical(grey: Array32) -> float:
    return float(np.median(strengths(grey)[0]))
