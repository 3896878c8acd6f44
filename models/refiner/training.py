"""Training: what the refiner learns by, and from what."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from ..training import Course as AnyCourse
from ..training import Training, fastest_device
from .batches import Batch, Kinds, batches
from .losses import Shares, losses
from .network import Refiner, refined


@dataclass(frozen=True)
class Course(AnyCourse):
    """How long and how fast."""

    steps: int = 5000
    rate: float = 1.5e-3
    shares: Shares = field(default_factory=Shares)


class Trainer(Training[Refiner, Batch]):
    """On a GPU where torch has one."""

    def __init__(self, kinds: Kinds, course: Course, folder: Path) -> None:
        torch.manual_seed(course.seed)
        super().__init__(Refiner().to(memory_format=torch.channels_last), course, folder, fastest_device())
        self.kinds, self.shares = kinds, course.shares

    def batches(self, first: int) -> Iterator[Batch]:
        return batches(self.kinds, self.course.seed, first)

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        here = Batch(*(getattr(batch, name).to(self.device) for name in Batch.__annotations__))
        with torch.autocast(self.device, dtype=torch.bfloat16):
            answer = self.network(here.seen.contiguous(memory_format=torch.channels_last), here.guides)
        return losses(refined(here.pictures, answer), answer, here, self.shares)
