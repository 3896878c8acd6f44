"""Batches for training: whole takes, so that every frame comes with the mean of its own."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...core.conventions import Array, Array32
from ...core.encoder.shape_free import SIDE
from ...core.landmarks.mirror import MIRROR
from .samples import ACTED, Samples

Indices = NDArray[np.int64]

TAKES, FRAMES = 14, 10
"""A batch: takes of rendered people, and frames of each; one more of real frames comes on top, twice."""
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
    """B faces in groups (takes) of FRAMES; the last two groups are the same real frames, the second time mirrored."""

    texture: Tensor
    """B×SIDE×SIDE, 0–255."""
    landmarks: Tensor
    weights: Tensor
    """B×45; NaN for real frames."""
    gaze: Tensor
    person: Tensor
    """B."""

    @property
    def real(self) -> int:
        """Where the real frames begin."""
        return len(self.texture) - 2 * FRAMES


def batches(people: Samples, films: Samples, seed: int, first: int) -> Iterator[Batch]:
    """Batches from number `first` on; each depends on seed and number alone."""
    takes = [rows for rows in _groups(people.take) if len(rows) >= FRAMES // 2]
    clips = [rows for rows in _groups(films.take) if len(rows) >= FRAMES]
    number = first
    while True:
        rng = np.random.default_rng([seed, number])
        chosen = rng.choice(len(takes), TAKES, replace=False)
        drawn = [rng.choice(takes[take], FRAMES, replace=len(takes[take]) < FRAMES) for take in chosen]
        film = rng.choice(clips[rng.integers(len(clips))], FRAMES, replace=False)
        yield _batch(people, films, np.concatenate(drawn), film, rng)
        number += 1


def _groups(take: Indices) -> list[Indices]:
    order = np.argsort(take, kind="stable")
    return [np.asarray(rows) for rows in np.split(order, np.flatnonzero(np.diff(take[order])) + 1)]


def _batch(people: Samples, films: Samples, rows: Indices, film: Indices, rng: np.random.Generator) -> Batch:
    rendered, real = _Faces.of(people, rows), _Faces.of(films, film)
    amount = rng.uniform(0, LANDMARK_NOISE, TAKES) * (rng.random(TAKES) < NOISY)
    noise = np.repeat(amount, FRAMES).astype(np.float32)[:, None, None]
    rendered.landmarks[:] += noise * rng.standard_normal(rendered.landmarks.shape, dtype=np.float32)
    flip = np.repeat(rng.random(TAKES) < 0.5, FRAMES)
    faces = rendered.mirrored_where(flip).beside(real).beside(real.mirrored_where(np.ones(FRAMES, np.bool_)))
    texture = torch.from_numpy(_disturbed(faces.texture, rng))
    rest = (faces.landmarks, faces.weights, faces.gaze, faces.person)
    return Batch(texture, *(torch.from_numpy(value) for value in rest))


@dataclass(frozen=True)
class _Faces:
    texture: NDArray[np.uint8]
    landmarks: Array32
    weights: Array32
    gaze: Array32
    person: Indices

    @classmethod
    def of(cls, samples: Samples, rows: Indices) -> "_Faces":
        return cls(
            samples.textures[rows],
            samples.landmarks[rows],
            samples.weights[rows],
            samples.gaze[rows],
            samples.person[rows],
        )

    def mirrored_where(self, flip: NDArray[np.bool_]) -> "_Faces":
        texture, landmarks = self.texture.copy(), self.landmarks.copy()
        weights, gaze = self.weights.copy(), self.gaze.copy()
        texture[flip] = texture[flip][:, :, ::-1]
        landmarks[flip] = landmarks[flip][:, MIRROR] * np.array([-1, 1, 1], np.float32)
        weights[flip] = weights[flip][:, OTHER_SIDE]
        gaze[flip] = gaze[flip][:, [2, 3, 0, 1]] * np.array([-1, 1, -1, 1], np.float32)
        return _Faces(texture, landmarks, weights, gaze, self.person)

    def beside(self, other: "_Faces") -> "_Faces":
        return _Faces(
            np.concatenate([self.texture, other.texture]),
            np.concatenate([self.landmarks, other.landmarks]),
            np.concatenate([self.weights, other.weights]),
            np.concatenate([self.gaze, other.gaze]),
            np.concatenate([self.person, other.person]),
        )


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
