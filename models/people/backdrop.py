"""What is behind people: walls, gradients, blurred shapes, clutter. Linear light."""

import cv2
import numpy as np

from ...core.conventions import Array32


def draw_backdrop(rng: np.random.Generator, size: int) -> Array32:
    """size×size×3."""
    kind = rng.choice(["plain", "gradient", "blurred", "clutter"], p=[0.2, 0.2, 0.3, 0.3])
    backdrop = {"plain": _plain, "gradient": _gradient, "blurred": _blurred, "clutter": _clutter}[kind](rng)
    return np.asarray(np.clip(cv2.resize(backdrop, (size, size), interpolation=cv2.INTER_CUBIC), 0, 1))


SIDE = 64
"""px at which backdrops are made, apart from clutter: they are smooth."""


def _colour(rng: np.random.Generator) -> Array32:
    return np.asarray(
        np.clip(np.exp(rng.uniform(np.log(0.01), np.log(0.9)) + rng.normal(0, 0.3, 3)), 0, 1).astype(np.float32)
    )


def _plain(rng: np.random.Generator) -> Array32:
    return np.broadcast_to(_colour(rng), (SIDE, SIDE, 3)).copy()


def _gradient(rng: np.random.Generator) -> Array32:
    angle = rng.uniform(0, 2 * np.pi)
    v, u = np.mgrid[:SIDE, :SIDE] / SIDE - 0.5
    along = np.clip(0.5 + rng.uniform(0.5, 1.5) * (np.cos(angle) * u + np.sin(angle) * v), 0, 1)[..., None]
    return np.asarray((_colour(rng) * along + _colour(rng) * (1 - along)).astype(np.float32))


def _blurred(rng: np.random.Generator) -> Array32:
    noise = rng.normal(size=(SIDE, SIDE, 3)).astype(np.float32)
    noise = cv2.GaussianBlur(noise + noise.mean(axis=2, keepdims=True), (0, 0), float(np.exp(rng.uniform(0.5, 2.7))))
    return np.asarray(_colour(rng) * np.exp(rng.uniform(0.2, 1.2) * noise / noise.std()).astype(np.float32))


def _clutter(rng: np.random.Generator) -> Array32:
    side = 4 * SIDE
    picture = cv2.resize(_gradient(rng), (side, side))
    for _ in range(rng.integers(5, 30)):
        colour, place = tuple(map(float, _colour(rng))), rng.integers(0, side, 2)
        extent = np.exp(rng.uniform(np.log(4), np.log(90), 2))
        box = cv2.RotatedRect(tuple(map(float, place)), tuple(map(float, extent)), float(rng.uniform(-20, 20)))
        if rng.uniform() < 0.5:
            cv2.fillConvexPoly(picture, np.asarray(box.points(), dtype=np.int32), colour, cv2.LINE_8)
        else:
            cv2.ellipse(picture, box, colour, -1)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), float(np.exp(rng.uniform(np.log(0.8), np.log(10))))))
