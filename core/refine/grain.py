"""Grain: where the new picture, resampled, blurred or drawn, has less of it than the plate, it gets the rest.

How strong grain is, is measured tile by tile (colour.grain) and, on the plate, as a function of brightness: a dark
mouth has a dark place's grain. It differs from frame to frame, and is the same each time a frame is made.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from ..conventions import Array32

TILE = 32
"""px: side of what one standard deviation is measured on."""
SAMPLE = 2
"""Rows between those on which it is measured."""
INSIDE = 0.9
"""Of a fill's coverage: what is surely its own."""
FEW = 64
"""px that are too few to measure grain on."""
ALIKE = 0.35
"""Natural log of brightness by which tiles may differ and still tell of each other's grain."""
LAPLACIANS = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], dtype=np.float32)
"""Immerkær (1996): blind to planes and ramps; white noise comes out six times as strong."""
NORMAL = 0.6745
"""Median of a standard normal distribution's size."""
NONE = 0.002
"""Of the brightness: less is no grain, but 8 bits' rounding."""


def regrained(
    pixels: Array32, plate: Array32, fills: Sequence[Array32], amount: float, seed: tuple[int, ...]
) -> Array32:
    """H×W×3: a new picture with the grain that it lacks against the plate (H×W×3). `fills`: H×W each, 0–1, places that
    come from elsewhere and are measured each for itself.
    """
    if amount == 0 or min(pixels.shape[:2]) < TILE:
        return pixels
    known = strengths(brightness(plate))
    if float(np.median(known[0])) <= NONE * float(np.median(known[1])):
        return pixels
    grey = brightness(pixels)
    response = np.abs(cv2.filter2D(grey, -1, LAPLACIANS, borderType=cv2.BORDER_REPLICATE))
    over = _on_skin(grey, response, known, fills)
    for fill in fills:
        inside = fill > INSIDE
        if np.count_nonzero(inside) >= FEW:
            own = np.median(response[inside], keepdims=True) / np.float32(6 * NORMAL)
            over += fill * (_lacking(own, known, grey[inside].mean(keepdims=True)) - over)
    return np.asarray(pixels + np.float32(amount) * over[..., None] * _noise(plate, seed), dtype=np.float32)


def _on_skin(grey: Array32, response: Array32, known: tuple[Array32, Array32], fills: Sequence[Array32]) -> Array32:
    """H×W: what tiles lack of grain, fills left out of them: as much below their median as above it."""
    balanced = response.copy()
    balanced[:, ::2] = 0
    balanced[:, 1::2] = np.inf
    other = np.maximum.reduce([*fills, np.zeros_like(grey)]) > 1 - INSIDE
    own = _tiled(np.where(other, balanced, response))
    rows, columns = own.shape
    lacking = _lacking(own, known, cv2.resize(grey, (columns, rows), interpolation=cv2.INTER_AREA))
    return np.asarray(cv2.resize(lacking, grey.shape[::-1], interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def _lacking(own: Array32, known: tuple[Array32, Array32], light: Array32) -> Array32:
    """As `own` and `light`: what grain is missing at tiles that have `own` and are so bright."""
    wanted = _by_brightness(*known, light)
    return np.asarray(np.sqrt(np.maximum(wanted**2 - np.where(np.isfinite(own), own, wanted) ** 2, 0)))


def brightness(pixels: Array32) -> Array32:
    """H×W: the mean of the channels (H×W×3)."""
    return np.asarray(cv2.transform(pixels, np.full((1, 3), 1 / 3, dtype=np.float32)), dtype=np.float32)


def strengths(grey: Array32) -> tuple[Array32, Array32]:
    """R×C twice: standard deviation of a picture's (H×W) grain in each tile, by the median; and mean brightness."""
    own = _tiled(np.abs(cv2.filter2D(grey, -1, LAPLACIANS, borderType=cv2.BORDER_REPLICATE)))
    return own, cv2.resize(grey, own.shape[::-1], interpolation=cv2.INTER_AREA)


def _tiled(response: Array32) -> Array32:
    """R×C: standard deviation of the grain that made a response (H×W) of LAPLACIANS."""
    rows, columns = (max(side // TILE, 1) for side in response.shape)
    # tiles are as good as equal: whatever is left over at the edges is shared out
    spread = cv2.resize(response, (columns * TILE, rows * TILE), interpolation=cv2.INTER_NEAREST)
    chosen = spread[::SAMPLE].reshape(rows, TILE // SAMPLE, columns, TILE).swapaxes(1, 2).reshape(rows, columns, -1)
    middle = chosen.shape[2] // 2
    return np.asarray(np.partition(chosen, middle, axis=2)[..., middle] / np.float32(6 * NORMAL))


def _by_brightness(strength: Array32, light: Array32, at: Array32) -> Array32:
    """R×C: the grain usual at some brightness (R×C): the weighted median over a picture's tiles."""
    order = np.argsort(strength, axis=None)
    ranked = strength.ravel()[order]
    logs, wanted = (np.log(np.maximum(values.ravel(), 1e-6)) for values in (light, at))
    weight = np.exp(-((wanted[:, None] - logs[order]) ** 2) / (2 * ALIKE**2)) + 1e-9
    total = np.cumsum(weight, axis=1)
    return np.asarray(ranked[np.argmax(total >= total[:, -1:] / 2, axis=1)].reshape(at.shape))


def _noise(plate: Array32, seed: tuple[int, ...]) -> Array32:
    """H×W×3: noise as the plate's is between its channels; its mean over them has standard deviation 1."""
    middle = plate[plate.shape[0] // 4 : -(plate.shape[0] // 4), plate.shape[1] // 4 : -(plate.shape[1] // 4)]
    by_channel = np.array([_typical(np.ascontiguousarray(middle[..., k])) for k in range(3)])
    common = _typical(brightness(middle))
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
