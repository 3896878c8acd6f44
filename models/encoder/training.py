"""Training: from a folder of samples to a checkpoint, in steps that can be interrupted and gone on with."""

import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ...core.conventions import Array32
from ...core.storage import whole_file
from .batches import FRAMES, Batch, Indices, batches
from .losses import Shares, expression_loss, gaze_loss
from .network import Bases, Basis, Encoder, small
from .samples import Samples

CHECKPOINT = "checkpoint.pt"
SAVED_EVERY, JUDGED_EVERY = 200, 500
"""Steps."""
LEAST_SPREAD = 0.01
"""Of a weight: what hardly acts in the data is nothing to divide by."""
PLACES, MOVES, LOOK, CHANGE = 120, 160, 100, 300
"""Principal components of landmarks and of their moves, of small textures and of their changes."""


@dataclass(frozen=True)
class Course:
    """How long and how fast."""

    steps: int = 2600
    rate: float = 2e-3
    warm_up: int = 50
    decay: float = 0.02
    average: float = 0.99
    """Of the weights' moving average, which is what is kept."""
    seed: int = 0
    shares: Shares = field(default_factory=Shares)

    def rate_at(self, step: int) -> float:
        """Cosine after a linear beginning."""
        begun = min(1.0, (step + 1) / self.warm_up)
        return float(self.rate * begun * 0.5 * (1 + np.cos(np.pi * step / self.steps)))


class Trainer:
    """The state of a training and its steps."""

    def __init__(self, people: Samples, course: Course, folder: Path) -> None:
        torch.manual_seed(course.seed)
        self.people, self.course, self.folder = people, course, folder
        self.encoder = encoder_for(people)
        self.encoder.trunk.to(memory_format=torch.channels_last)
        self.average = deepcopy(self.encoder)
        parameters = self.encoder.parameters()
        self.optimiser = torch.optim.AdamW(parameters, lr=course.rate, weight_decay=course.decay, betas=(0.9, 0.98))
        self.step, self.seconds = 0, 0.0

    def run(self, log: Callable[[str], None], judge: Callable[[Encoder], str]) -> None:
        """Train to the end of the course, from the folder's checkpoint where there is one."""
        self._resume()
        parts: list[dict[str, float]] = []
        began = time.process_time()
        for batch in batches(self.people, self.course.seed, self.step):
            if self.step >= self.course.steps:
                break
            parts.append(self._learn(batch))
            self.step += 1
            if self.step % SAVED_EVERY == 0 or self.step == self.course.steps:
                self.seconds, began = self.seconds + time.process_time() - began, time.process_time()
                self._save()
                means = " ".join(f"{name} {np.mean([part[name] for part in parts]):.3f}" for name in parts[0])
                log(f"step {self.step} of {self.course.steps}, {self.seconds / 60:.1f} CPU-min: {means}")
                parts = []
            if self.step % JUDGED_EVERY == 0 or self.step == self.course.steps:
                log(judge(self.average.eval()))

    def _learn(self, batch: Batch) -> dict[str, float]:
        for group in self.optimiser.param_groups:
            group["lr"] = self.course.rate_at(self.step)
        self.encoder.train()
        parts = self._losses(batch)
        self.optimiser.zero_grad()
        sum(parts.values(), torch.zeros(())).backward()
        nn.utils.clip_grad_norm_(self.encoder.parameters(), 5.0)
        self.optimiser.step()
        self._follow()
        return {name: float(part.detach()) for name, part in parts.items()}

    def _losses(self, batch: Batch) -> dict[str, Tensor]:
        means = by_take(batch.texture.float()), by_take(batch.landmarks)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found, log_variance, gaze = self.encoder.what(batch.texture, batch.landmarks, *means)
        shares = self.course.shares
        return {
            "expression": expression_loss(found, log_variance, batch.weights, self.encoder.spread, shares),
            "gaze": shares.gaze * gaze_loss(gaze, batch),
        }

    @torch.no_grad()
    def _follow(self) -> None:
        share = min(self.course.average, (self.step + 1) / (self.step + 10))
        mine, theirs = self.average.state_dict(), self.encoder.state_dict()
        for name, value in mine.items():
            if value.dtype.is_floating_point:
                value.lerp_(theirs[name], 1 - share)
            else:
                value.copy_(theirs[name])

    def _save(self) -> None:
        with whole_file(self.folder / CHECKPOINT) as path:
            torch.save(
                {name: getattr(self, name).state_dict() for name in _KEPT}
                | {"step": self.step, "seconds": self.seconds},
                path,
            )

    def _resume(self) -> None:
        file = self.folder / CHECKPOINT
        if not file.exists():
            return
        kept: dict[str, Any] = torch.load(file, weights_only=True)
        for name in _KEPT:
            getattr(self, name).load_state_dict(kept[name])
        self.step, self.seconds = kept["step"], kept["seconds"]


_KEPT = ("encoder", "average", "optimiser")


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
