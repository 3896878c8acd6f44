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
from .batches import FRAMES, OTHER_SIDE, Batch, Indices, batches
from .losses import People, Shares, cross_covariance, expression_loss, gaze_loss
from .network import Head, Trunk
from .samples import Samples

CHECKPOINT = "checkpoint.pt"
SAVED_EVERY, JUDGED_EVERY = 200, 500
"""Steps."""


@dataclass(frozen=True)
class Course:
    """How long and how fast."""

    steps: int = 6000
    rate: float = 2e-3
    warm_up: int = 200
    decay: float = 0.02
    average: float = 0.998
    """Of the weights' moving average, which is what is kept."""
    seed: int = 0
    shares: Shares = field(default_factory=Shares)

    def rate_at(self, step: int) -> float:
        """Cosine after a linear beginning."""
        begun = min(1.0, (step + 1) / self.warm_up)
        return float(self.rate * begun * 0.5 * (1 + np.cos(np.pi * step / self.steps)))


class Encoder(nn.Module):
    """Both networks, and what of the data they need to know."""

    spread: Tensor

    def __init__(self, landmark_mean: Tensor, landmark_spread: Tensor, spread: Tensor) -> None:
        super().__init__()
        self.trunk = Trunk(landmark_mean, landmark_spread)
        self.head = Head()
        self.register_buffer("spread", spread)

    @classmethod
    def for_samples(cls, samples: Samples) -> "Encoder":
        mean, spread = samples.landmarks.mean(0), samples.landmarks.std(0).mean() * np.ones((1, 3), np.float32)
        acted = samples.weights.std(0)
        return cls(*(torch.from_numpy(np.asarray(value, np.float32)) for value in (mean, spread, acted)))


class Trainer:
    """The state of a training and its steps."""

    def __init__(self, people: Samples, films: Samples, course: Course, folder: Path) -> None:
        torch.manual_seed(course.seed)
        self.people, self.films, self.course, self.folder = people, films, course, folder
        self.encoder = Encoder.for_samples(people)
        self.encoder.trunk.to(memory_format=torch.channels_last)
        self.directions = People(int(max(people.person.max(), films.person.max())) + 1)
        self.average = deepcopy(self.encoder)
        parameters = [*self.encoder.parameters(), *self.directions.parameters()]
        self.optimiser = torch.optim.AdamW(parameters, lr=course.rate, weight_decay=course.decay, betas=(0.9, 0.98))
        self.step, self.seconds = 0, 0.0

    def run(self, log: Callable[[str], None], judge: Callable[[Encoder], str]) -> None:
        """Train to the end of the course, from the folder's checkpoint where there is one."""
        self._resume()
        parts: list[dict[str, float]] = []
        began = time.process_time()
        for batch in batches(self.people, self.films, self.course.seed, self.step):
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
        shares, encoder, known = self.course.shares, self.encoder, batch.real
        with torch.autocast("cpu", dtype=torch.bfloat16):
            code, identity = encoder.trunk(batch.crop, batch.landmarks)
        code = code.float()
        found, log_variance, gaze = encoder.head(code, by_take(code))
        mirrored = found[known : known + FRAMES][:, OTHER_SIDE] - found[known + FRAMES :]
        read = found[:known], log_variance[:known], batch.weights[:known]
        return {
            "expression": expression_loss(*read, encoder.spread, shares),
            "gaze": shares.gaze * gaze_loss(gaze, batch),
            "identity": shares.identity * self.directions(identity, batch.person),
            "covariance": shares.covariance * cross_covariance(identity[:known], found[:known]),
            "mirrored": shares.mirrored * (mirrored / encoder.spread).square().mean(),
        }  # fmt: skip

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


_KEPT = ("encoder", "average", "directions", "optimiser")


def by_take(code: Tensor) -> Tensor:
    """The mean code of each row's take (rows in groups of FRAMES)."""
    means = code.reshape(-1, FRAMES, code.shape[1]).mean(1)
    return means.repeat_interleave(FRAMES, 0)


@torch.no_grad()
def read(encoder: Encoder, samples: Samples, rows: Indices) -> tuple[Array32, Array32]:
    """Codes and identities (len(rows)×CODE, ×IDENTITY) of samples."""
    codes, identities = [], []
    for part in np.array_split(rows, max(1, len(rows) // 100)):
        crop = torch.from_numpy(np.ascontiguousarray(samples.crops[part]))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            code, identity = encoder.trunk(crop, torch.from_numpy(samples.landmarks[part]))
        codes.append(code.float().numpy())
        identities.append(identity.float().numpy())
    return np.concatenate(codes), np.concatenate(identities)


@torch.no_grad()
def predicted(encoder: Encoder, samples: Samples) -> tuple[Array32, Array32, Array32]:
    """Weights N×45, standard deviations N×45 and gaze N×4 of samples, each take a shot of its own."""
    codes, _ = read(encoder, samples, np.arange(len(samples.take)))
    person = np.empty_like(codes)
    for take in np.unique(samples.take):
        rows = samples.take == take
        person[rows] = codes[rows].mean(0)
    found, log_variance, gaze = encoder.head(torch.from_numpy(codes), torch.from_numpy(person))
    sigma = (0.5 * log_variance).exp() * encoder.spread
    return found.numpy(), sigma.numpy(), gaze.numpy()
