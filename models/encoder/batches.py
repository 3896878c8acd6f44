"""Batches for training: whole takes, so that every frame comes with the mean of its own."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...core.conventions import Array
from ...core.encoder.shape_free import SIDE
from ...core.landmarks.mirror import MIRROR
from .samples import ACTED, Samples

Indices = NDArray[np.int64]

TAKES, FRAMES = 14, 10
"""A batch: takes of rendered people, and frames of each."""
NOISY, LANDMARK_NOISE = 0.3, 0.01
"""Share of takes whose landmarks are noisy, and how much at most, in eye distances: a pixel, where they are 100 px."""
SPOILT = 0.3
"""Share of takes whose textures are moved, blurred and noisy."""
SHIFT, ZOOM = 0.3, 0.003
"""Standard deviations of how textures are moved: texels, logarithm."""
HIDDEN = 0.1
"""Share of frames with something in front."""
_GRAIN = np.clip(128 + 12 * np.random.default_rng(0).normal(size=(64, SIDE, SIDE)), 0, 255).astype(np.uint8)
_TURNED = {"jawLeft": "jawRight", "jawRight": "jawLeft", "mouthLeft": "mouthRight", "mouthRight": "mouthLeft"}


def _other(name: str) -> str:
    stem, _, side = name.partition("_")
    return f"{stem}_{'R' if side == 'L' else 'L'}" if side else _TURNED.get(name, name)


OTHER_SIDE = [ACTED.index(_other(name)) for name in ACTED]
"""Which weight is each one's mirror image."""


@dataclass(frozen=True)
class Batch:
    """B faces in groups (takes) of FRAMES."""

    texture: Tensor
    """B×SIDE×SIDE, 0–255."""
    landmarks: Tensor
    weights: Tensor
    """B×45."""
    gaze: Tensor


def batches(people: Samples, seed: int, first: int) -> Iterator[Batch]:
    """Batches from number `first` on; each depends on seed and number alone."""
    takes = [rows for rows in _groups(people.take) if len(rows) >= FRAMES // 2]
    number = first
    while True:
        rng = np.random.default_rng([seed, number])
        chosen = rng.choice(len(takes), TAKES, replace=False)
        drawn = [rng.choice(takes[take], FRAMES, replace=len(takes[take]) < FRAMES) for take in chosen]
        yield _batch(people, np.concatenate(drawn), rng)
        number += 1


def _groups(take: Indices) -> list[Indices]:
    order = np.argsort(take, kind="stable")
    return [np.asarray(rows) for rows in np.split(order, np.flatnonzero(np.diff(take[order])) + 1)]


def _batch(people: Samples, rows: Indices, rng: np.random.Generator) -> Batch:
    texture, landmarks = people.textures[rows], people.landmarks[rows]
    weights, gaze = people.weights[rows], people.gaze[rows]
    amount = rng.uniform(0, LANDMARK_NOISE, TAKES) * (rng.random(TAKES) < NOISY)
    noise = np.repeat(amount, FRAMES).astype(np.float32)[:, None, None]
    landmarks += noise * rng.standard_normal(landmarks.shape, dtype=np.float32)
    flip = np.repeat(rng.random(TAKES) < 0.5, FRAMES)
    texture[flip] = texture[flip][:, :, ::-1]
    landmarks[flip] = landmarks[flip][:, MIRROR] * np.array([-1, 1, 1], np.float32)
    weights[flip] = weights[flip][:, OTHER_SIDE]
    gaze[flip] = gaze[flip][:, [2, 3, 0, 1]] * np.array([-1, 1, -1, 1], np.float32)
    return Batch(*(torch.from_numpy(value) for value in (_disturbed(texture, rng), landmarks, weights, gaze)))


def _disturbed(textures: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Some takes' textures a little moved, blurred or noisy, with patches hidden."""
    out = textures.copy()
    for take in range(0, len(textures), FRAMES):
        noise, blur, soft = rng.uniform(), rng.uniform(0.5, 1.3), rng.random() < 0.5
        if rng.random() > SPOILT:
            continue
        for row in range(take, take + FRAMES):
            face = cv2.warpAffine(textures[row], _move(rng), (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
            if soft:
                face = cv2.GaussianBlur(face, (0, 0), blur)
            if rng.random() < HIDDEN:
                _hide(face, rng)
            out[row] = cv2.addWeighted(face, 1.0, _GRAIN[rng.integers(len(_GRAIN))], noise, -128 * noise)
    return out


def _move(rng: np.random.Generator) -> Array:
    """2×3: a small zoom and shift."""
    zoom = np.exp(rng.normal(0, ZOOM, 2))
    middle = SIDE / 2 * (1 - zoom) + rng.normal(0, SHIFT, 2)
    return np.array([[zoom[0], 0, middle[0]], [0, zoom[1], middle[1]]])


def _hide(face: NDArray[np.uint8], rng: np.random.Generator) -> None:
    """A rectangle of one grey, as a hand or hair would."""
    u, v = rng.integers(0, SIDE - 12, 2)
    width, height = rng.integers(8, SIDE // 3, 2)
    face[v : v + height, u : u + width] = rng.integers(0, 256)
