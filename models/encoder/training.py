"""Training: what the encoder learns by, and from what."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ...core.conventions import Array32
from ..training import Course as AnyCourse
from ..training import Training
from .batches import FRAMES, Batch, Indices, batches
from .losses import Shares, expression_loss, gaze_loss
from .network import Bases, Basis, Encoder, small
from .samples import Samples

LEAST_SPREAD = 0.01
"""Of a weight: what hardly acts in the data is nothing to divide by."""
PLACES, MOVES, LOOK, CHANGE = 120, 160, 100, 300
"""Principal components of landmarks and of their moves, of small textures and of their changes."""


@dataclass(frozen=True)
class Course(AnyCourse):
    """How long and how fast."""

    steps: int = 2600
    rate: float = 2e-3
    decay: float = 0.02
    shares: Shares = field(default_factory=Shares)


class Trainer(Training[Encoder, Batch]):
    """On the CPU: loading takes longer than learning."""

    clip_norm = 5.0

    def __init__(self, people: Samples, course: Course, folder: Path) -> None:
        torch.manual_seed(course.seed)
        encoder = encoder_for(people)
        encoder.trunk.to(memory_format=torch.channels_last)
        super().__init__(encoder, course, folder)
        self.people, self.shares = people, course.shares

    def batches(self, first: int) -> Iterator[Batch]:
        return batches(self.people, self.course.seed, first)

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        means = by_take(batch.texture.float()), by_take(batch.landmarks)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found, log_variance, gaze = self.network.what(batch.texture, batch.landmarks, *means)
        return {
            "expression": expression_loss(found, log_variance, batch.weights, self.network.spread, self.shares),
            "gaze": self.shares.gaze * gaze_loss(gaze, batch),
        }


def encoder_for(samples: Samples) -> Encoder:
    """An untrained encoder that knows the spread of these samples, and their principal components."""
    _, take = np.unique(samples.take, return_inverse=True)
    places = torch.from_numpy(samples.landmarks).flatten(1)
    looks = torch.cat([small(torch.from_numpy(part)) for part in np.array_split(samples.textures, 50)])
    bases = Bases(
        places=Basis.of(places, PLACES),
        moves=_of_changes(places, take, MOVES),
        look=Basis.of(looks, LOOK),
        change=_of_changes(looks, take, CHANGE),
    )
    return Encoder(bases, torch.from_numpy(samples.weights.std(0)).clamp(min=LEAST_SPREAD))


def _of_changes(values: Tensor, take: Indices, components: int) -> Basis:
    """The basis of what rows (N×D) add to the mean of their take (N: 0, 1, …); its own mean is none."""
    index = torch.from_numpy(take)
    count = torch.bincount(index)[:, None]
    means = torch.zeros(len(count), values.shape[1]).index_add_(0, index, values) / count
    basis = Basis.of(values - means[index], components)
    return Basis(torch.zeros_like(basis.mean), basis.axes)


def by_take(values: Tensor) -> Tensor:
    """The mean of each row's take (rows in groups of FRAMES)."""
    means = values.reshape(-1, FRAMES, *values.shape[1:]).mean(1)
    return means.repeat_interleave(FRAMES, 0)


@torch.no_grad()
def identities(encoder: Encoder, samples: Samples) -> Array32:
    """N×IDENTITY, of single faces."""
    found = [
        encoder.who(torch.from_numpy(samples.textures[rows]), torch.from_numpy(samples.landmarks[rows]))
        for rows in np.array_split(np.arange(len(samples)), -(-len(samples) // 200))
    ]
    return np.asarray(torch.cat(found).numpy())


@torch.no_grad()
def predicted(encoder: Encoder, samples: Samples) -> tuple[Array32, Array32, Array32]:
    """Weights N×45, standard deviations N×45 and gaze N×4 of samples, each take a shot of its own."""
    parts: list[tuple[Tensor, ...]] = []
    rows: list[Indices] = []
    for take in np.unique(samples.take):
        own = np.flatnonzero(samples.take == take)
        texture, places = torch.from_numpy(samples.textures[own]), torch.from_numpy(samples.landmarks[own])
        parts.append(encoder.what(texture, places, texture.float().mean(0, True), places.mean(0, True)))
        rows.append(own)
    order = np.argsort(np.concatenate(rows))
    found, log_variance, gaze = (torch.cat(part)[order] for part in zip(*parts, strict=True))
    sigma = (0.5 * log_variance).exp() * encoder.spread
    return (found * encoder.spread).numpy(), sigma.numpy(), gaze.numpy()
