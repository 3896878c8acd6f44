"""Batches for training: whole takes, so that the network learns to tell a person from what she does."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...core.conventions import Array, Array32
from ...core.encoder.alignment import SIDE
from ...core.landmarks.mirror import MIRROR
from .samples import ACTED, Samples

PEOPLE, TAKES, FRAMES = 6, 2, 10
"""A batch: people, takes of each, frames of each take. Real frames come on top, as one more take, twice."""
LANDMARK_NOISE = 0.012
"""Eye distances: up to this much, another amount in each take (a pixel, where the eyes are 80 px apart)."""
SHIFT, TURN, ZOOM = 2.0, 2.5, 0.03
"""Standard deviations of how crops are moved: px, degrees, logarithm."""
GREY, HIDDEN = 0.1, 0.15
"""Shares of takes without colour, and of frames with something in front."""
_GRAIN = np.clip(128 + 5 * np.random.default_rng(0).normal(size=(32, SIDE, SIDE, 3)), 0, 255).astype(np.uint8)
OTHER_SIDE = [ACTED.index(name[:-1] + {"L": "R", "R": "L"}[name[-1]]) if name[-2:] in ("_L", "_R") else
              ACTED.index({"jawLeft": "jawRight", "jawRight": "jawLeft", "mouthLeft": "mouthRight",
                           "mouthRight": "mouthLeft"}.get(name, name)) for name in ACTED]  # fmt: skip
"""Which weight is each one's mirror image."""

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """B faces in groups (takes) of FRAMES; the last two groups are the same real frames, the second time mirrored."""

    crop: Tensor
    """B×SIDE×SIDE×3, 0–255."""
    landmarks: Tensor
    weights: Tensor
    """B×45; NaN for real frames."""
    gaze: Tensor
    person: Tensor
    """B."""

    @property
    def real(self) -> int:
        """Where the real frames begin."""
        return len(self.crop) - 2 * FRAMES


def batches(people: Samples, films: Samples, seed: int, first: int) -> Iterator[Batch]:
    """Batches from number `first` on; each depends on seed and number alone."""
    takes = {int(take): np.flatnonzero(people.take == take) for take in np.unique(people.take)}
    by_person: dict[int, list[int]] = {}
    for take, rows in takes.items():
        if len(rows) >= FRAMES // 2:
            by_person.setdefault(int(people.person[rows[0]]), []).append(take)
    everybody = np.array(list(by_person))
    clips = [np.flatnonzero(films.take == take) for take in np.unique(films.take)]
    long = [rows for rows in clips if len(rows) >= FRAMES]
    number = first
    while True:
        rng = np.random.default_rng([seed, number])
        chosen = [take for person in rng.choice(everybody, PEOPLE, replace=False)
                  for take in rng.choice(by_person[person], TAKES)]  # fmt: skip
        drawn = [rng.choice(takes[take], FRAMES, replace=len(takes[take]) < FRAMES) for take in chosen]
        film = rng.choice(long[rng.integers(len(long))], FRAMES, replace=False)
        yield _batch(people, films, np.concatenate(drawn), film, rng)
        number += 1


def _batch(people: Samples, films: Samples, rows: Indices, film: Indices, rng: np.random.Generator) -> Batch:
    order = np.argsort(rows)  # the disk is read in its own order
    crops = np.empty((len(rows), SIDE, SIDE, 3), np.uint8)
    crops[order] = people.crops[rows[order]]
    noise = np.repeat(rng.uniform(0, LANDMARK_NOISE, PEOPLE * TAKES), FRAMES).astype(np.float32)[:, None, None]
    places = people.landmarks[rows]
    places = places + noise * rng.standard_normal(places.shape, dtype=np.float32)
    rendered = _Faces(crops, places, people.weights[rows], people.gaze[rows], people.person[rows])
    flip = np.repeat(rng.random(PEOPLE * TAKES) < 0.5, FRAMES)
    real = _Faces(films.crops[film], films.landmarks[film], films.weights[film], films.gaze[film], films.person[film])
    faces = rendered.mirrored_where(flip).beside(real).beside(real.mirrored_where(np.ones(FRAMES, np.bool_)))
    crop = torch.from_numpy(_disturbed(faces.crop, rng))
    return Batch(
        crop, *(torch.from_numpy(value) for value in (faces.landmarks, faces.weights, faces.gaze, faces.person))
    )


@dataclass(frozen=True)
class _Faces:
    crop: NDArray[np.uint8]
    landmarks: Array32
    weights: Array32
    gaze: Array32
    person: Indices

    def mirrored_where(self, flip: NDArray[np.bool_]) -> "_Faces":
        crop, landmarks = self.crop.copy(), self.landmarks.copy()
        weights, gaze = self.weights.copy(), self.gaze.copy()
        crop[flip] = crop[flip][:, :, ::-1]
        landmarks[flip] = landmarks[flip][:, MIRROR] * np.array([-1, 1, 1], np.float32)
        weights[flip] = weights[flip][:, OTHER_SIDE]
        gaze[flip] = gaze[flip][:, [2, 3, 0, 1]] * np.array([-1, 1, -1, 1], np.float32)
        return _Faces(crop, landmarks, weights, gaze, self.person)

    def beside(self, other: "_Faces") -> "_Faces":
        return _Faces(
            np.concatenate([self.crop, other.crop]),
            np.concatenate([self.landmarks, other.landmarks]),
            np.concatenate([self.weights, other.weights]),
            np.concatenate([self.gaze, other.gaze]),
            np.concatenate([self.person, other.person]),
        )


def _disturbed(crops: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Crops a little moved, in other light and colour, noisy, with patches hidden; alike within a take, but for moves
    and patches.
    """
    out = np.empty_like(crops)
    for take in range(0, len(crops), FRAMES):
        table, grey, noise = _tones(rng), rng.random() < GREY, rng.uniform(0, 1.5)
        for row in range(take, min(take + FRAMES, len(crops))):
            crop = cv2.warpAffine(crops[row], _move(rng), (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
            if grey:
                crop = cv2.cvtColor(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
            crop = cv2.LUT(crop, table)
            _hide(crop, rng)
            pattern = _GRAIN[rng.integers(len(_GRAIN))]
            out[row] = cv2.addWeighted(crop, 1.0, pattern, noise, -128 * noise)
    return out


def _tones(rng: np.random.Generator) -> NDArray[np.uint8]:
    """256×1×3: another exposure, contrast and white balance."""
    gamma = np.exp(rng.normal(0, 0.2))
    gain = np.exp(rng.normal(0, 0.15) + rng.normal(0, 0.06, 3))
    values = 255 * (np.arange(256) / 255)[:, None, None] ** gamma * gain
    return np.asarray(np.clip(values, 0, 255), dtype=np.uint8)


def _move(rng: np.random.Generator) -> Array:
    """2×3: a small turn, zoom and shift about the crop's middle."""
    move = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), rng.normal(0, TURN), np.exp(rng.normal(0, ZOOM)))
    move[:, 2] += rng.normal(0, SHIFT, 2)
    return np.asarray(move)


def _hide(crop: NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Sometimes a rectangle of one colour, as a hand or hair would."""
    if rng.random() < HIDDEN:
        u, v = rng.integers(0, 112, 2)
        width, height = rng.integers(12, 44, 2)
        crop[v : v + height, u : u + width] = rng.integers(0, 256, 3)
