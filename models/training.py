"""What the recipes' trainings share: a course, its steps, a checkpoint to go on from where they were interrupted."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from ..core.storage import whole_file

CHECKPOINT = "checkpoint.pt"
SAVED_EVERY, JUDGED_EVERY = 100, 500
"""Steps."""
KEPT = ("network", "average", "optimiser")

B = TypeVar("B")
"""A batch."""
N = TypeVar("N", bound=nn.Module)


@dataclass(frozen=True)
class Course:
    """How long and how fast."""

    steps: int
    rate: float
    warm_up: int = 50
    decay: float = 0.01
    average: float = 0.99
    """Of the weights' moving average, which is what is kept."""
    seed: int = 0

    def rate_at(self, step: int) -> float:
        """Cosine after a linear beginning."""
        begun = min(1.0, (step + 1) / self.warm_up)
        return float(self.rate * begun * 0.5 * (1 + np.cos(np.pi * step / self.steps)))


class Training(ABC, Generic[N, B]):
    """The state of a training and its steps."""

    clip_norm = 1.0
    """Norm that gradients are clipped to."""

    def __init__(self, network: N, course: Course, folder: Path, device: str = "cpu") -> None:
        self.network, self.course, self.folder, self.device = network.to(device), course, folder, device
        self.average: N = deepcopy(self.network)
        parameters = self.network.parameters()
        self.optimiser = torch.optim.AdamW(parameters, lr=course.rate, weight_decay=course.decay, betas=(0.9, 0.98))
        self.step, self.seconds = 0, 0.0

    @abstractmethod
    def batches(self, first: int) -> Iterator[B]:
        """Batches from number `first` on; each depends on the course's seed and its number alone."""

    @abstractmethod
    def losses(self, batch: B) -> dict[str, Tensor]:
        """By name; their sum is what is descended."""

    def run(self, log: Callable[[str], None], judge: Callable[[N], str] | None = None) -> None:
        """Train to the end of the course, from the folder's checkpoint where there is one; `judge` tells how good the
        average is on the way.
        """
        self._resume()
        parts: list[dict[str, float]] = []
        began = time.process_time()
        for batch in self.batches(self.step):
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
            if judge is not None and (self.step % JUDGED_EVERY == 0 or self.step == self.course.steps):
                log(judge(self.average.eval()))

    def _learn(self, batch: B) -> dict[str, float]:
        for group in self.optimiser.param_groups:
            group["lr"] = self.course.rate_at(self.step)
        self.network.train()
        parts = self.losses(batch)
        self.optimiser.zero_grad()
        torch.stack(list(parts.values())).sum().backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), self.clip_norm)
        self.optimiser.step()
        self._take_average()
        return {name: float(part.detach()) for name, part in parts.items()}

    @torch.no_grad()
    def _take_average(self) -> None:
        share = min(self.course.average, (self.step + 1) / (self.step + 10))
        mine, theirs = self.average.state_dict(), self.network.state_dict()
        for name, value in mine.items():
            if value.dtype.is_floating_point:
                value.lerp_(theirs[name], 1 - share)
            else:
                value.copy_(theirs[name])

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


def ahead(batches: Callable[[], Iterator[B]], count: int = 16) -> Iterator[B]:
    """The same batches, which another process makes up to `count` ahead."""
    context = get_context("fork")  # what they are made of is read from disk as it is needed, and not to be copied
    queue = context.Queue(count)
    maker = context.Process(target=_fill, args=(queue, batches), daemon=True)
    maker.start()
    try:
        while True:
            yield queue.get()
    finally:
        maker.terminate()


def _fill(queue: Any, batches: Callable[[], Iterator[B]]) -> None:
    torch.set_num_threads(1)
    for batch in batches():
        queue.put(batch)


def fastest_device() -> str:
    """A GPU where torch has one."""
    return "cuda" if torch.cuda.is_available() else "cpu"
