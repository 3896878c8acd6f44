"""Training: what it asks of the network."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from ..training import Course as AnyCourse
from ..training import Training, ahead, fastest_device
from .batches import Batch, Kinds, batches
from .network import Sight

ALARM = 2.0
"""Weight of pixels of bare faces, beside those with something in front: a false alarm is worse than a miss."""
EDGE = 2.0
"""Additional weight of pixels on edges of things."""
OVERLAP = 0.5
"""Weight of the ratio of areas beside the cross entropy."""
SMALLEST = 30.0
"""Pixels added to both sides of a ratio of areas."""


@dataclass(frozen=True)
class Course(AnyCourse):
    steps: int = 4000
    rate: float = 3e-3
    warm_up: int = 100
    average: float = 0.995


class Trainer(Training[Sight, Batch]):
    """On a GPU where torch has one."""

    def __init__(self, kinds: Kinds, course: Course, folder: Path) -> None:
        torch.manual_seed(course.seed)
        super().__init__(Sight().to(memory_format=torch.channels_last), course, folder, fastest_device())
        self.kinds = kinds

    def batches(self, first: int) -> Iterator[Batch]:
        return ahead(lambda: batches(self.kinds, self.course.seed, first))

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        here = Batch(*(getattr(batch, name).to(self.device) for name in Batch.__annotations__))
        with torch.autocast(self.device, dtype=torch.bfloat16):
            logit = self.network(here.seen.contiguous(memory_format=torch.channels_last))
        return losses(logit.float(), here)


def losses(logit: Tensor, batch: Batch) -> dict[str, Tensor]:
    """Cross entropy, and one less the soft intersection over union (Rahman & Wang 2016) where something is in front."""
    truth = batch.truth
    bare = (truth.amax((1, 2, 3), keepdim=True) < 0.5).float()
    edge = functional.max_pool2d(truth, 5, 1, 2) + functional.max_pool2d(1 - truth, 5, 1, 2) - 1
    weight = batch.weight * (1 + (ALARM - 1) * bare + EDGE * edge)
    entropy = functional.binary_cross_entropy_with_logits(logit, truth, reduction="none")
    share = torch.sigmoid(logit) * batch.weight
    real = truth * batch.weight
    both = (share * real).sum((1, 2, 3)) + SMALLEST
    union = (share + real - share * real).sum((1, 2, 3)) + SMALLEST
    overlap = (1 - both / union) * (1 - bare.flatten())
    return {
        "entropy": (entropy * weight).sum() / batch.weight.sum(),
        "overlap": OVERLAP * overlap.mean(),
    }
