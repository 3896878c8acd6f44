"""Training: from sets of samples to a checkpoint, in steps that can be interrupted and gone on with."""

import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from ...core.storage import whole_file
from .batches import Batch, Kinds, batches
from .losses import Shares, losses
from .network import Refiner, refined

CHECKPOINT = "checkpoint.pt"
SAVED_EVERY = 100
"""Steps."""
KEPT = ("network", "average", "optimiser")


@dataclass(frozen=True)
class Course:
    """How long and how fast."""

    steps: int = 1300
    rate: float = 1.5e-3
    warm_up: int = 50
    decay: float = 0.01
    average: float = 0.99
    """Of the weights' moving average, which is what is kept."""
    seed: int = 0
    shares: Shares = field(default_factory=Shares)

    def rate_at(self, step: int) -> float:
        """Cosine after a linear beginning."""
        begun = min(1.0, (step + 1) / self.warm_up)
        return float(self.rate * begun * 0.5 * (1 + np.cos(np.pi * step / self.steps)))


class Trainer:
    """The state of a training and its steps; on a GPU where torch has one."""

    def __init__(self, kinds: Kinds, course: Course, folder: Path) -> None:
        torch.manual_seed(course.seed)
        self.kinds, self.course, self.folder = kinds, course, folder
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.network = Refiner().to(self.device, memory_format=torch.channels_last)
        self.average = deepcopy(self.network)
        parameters = self.network.parameters()
        self.optimiser = torch.optim.AdamW(parameters, lr=course.rate, weight_decay=course.decay, betas=(0.9, 0.98))
        self.step, self.seconds = 0, 0.0

    def run(self, log: Callable[[str], None]) -> None:
        """Train to the end of the course, from the folder's checkpoint where there is one."""
        self._resume()
        parts: list[dict[str, float]] = []
        began = time.process_time()
        for batch in batches(self.kinds, self.course.seed, self.step):
            if self.step >= self.course.steps:
                break
            parts.append(self._learn(batch))
            self.step += 1
            if self.step % SAVED_EVERY == 0 or self.step == self.course.steps:
                self.seconds, began = self.seconds + time.process_time() - began, time.process_time()
                self._save()
                means = " ".join(f"{name} {np.mean([part[name] for part in parts]):.4f}" for name in parts[0])
                log(f"step {self.step} of {self.course.steps}, {self.seconds / 60:.1f} CPU-min: {means}")
                parts = []

    def _learn(self, batch: Batch) -> dict[str, float]:
        for group in self.optimiser.param_groups:
            group["lr"] = self.course.rate_at(self.step)
        here = Batch(*(getattr(batch, name).to(self.device) for name in Batch.__annotations__))
        with torch.autocast(self.device, dtype=torch.bfloat16):
            answer = self.network(here.seen.contiguous(memory_format=torch.channels_last), here.guides)
        parts = losses(refined(here.pictures, answer), answer, here, self.course.shares)
        self.optimiser.zero_grad()
        torch.stack(list(parts.values())).sum().backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self._follow()
        return {name: float(part.detach()) for name, part in parts.items()}

    @torch.no_grad()
    def _follow(self) -> None:
        share = min(self.course.average, (self.step + 1) / (self.step + 10))
        for mine, theirs in zip(self.average.parameters(), self.network.parameters(), strict=True):
            mine.lerp_(theirs, 1 - share)

    def _save(self) -> None:
        with whole_file(self.folder / CHECKPOINT) as path:
            torch.save(
                {name: getattr(self, name).state_dict() for name in KEPT}
                | {"step": self.step, "seconds": self.seconds},
                path,
            )

    def _resume(self) -> None:
        file = self.folder / CHECKPOINT
        if not file.exists():
            return
        kept: dict[str, Any] = torch.load(file, weights_only=True, map_location=self.device)
        for name in KEPT:
            getattr(self, name).load_state_dict(kept[name])
        self.step, self.seconds = kept["step"], kept["seconds"]
