"""What training asks of the refiner."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from .batches import Batch
from .network import REGION, Answer

ROUND = 0.01
"""Of white: errors below count by their square (Charbonnier)."""
SCALES = 4
"""Of a pyramid in which pictures are compared: what is out of place by a pixel still agrees in the coarse."""
PATCH = 8
"""px: over which the strength of edges is compared, wherever in it they are."""


@dataclass(frozen=True)
class Shares:
    """How much each part of the loss counts."""

    parts: float = 2.0
    """Mouth and eyes, beside the rest of the face."""
    sharpness: float = 2.0
    time: float = 0.3
    attention: float = 0.002
    variation: float = 0.02
    """Of the attention, in total."""
    detail: float = 0.05
    flow: float = 0.002


def losses(made: Tensor, answer: Answer, batch: Batch, shares: Shares) -> dict[str, Tensor]:
    """`made`: B×3×S×S, the refined picture."""
    weight = weights(batch, shares.parts)
    attention, detail = answer.fine[:, :1], answer.fine[:, 2:]
    found = {
        "picture": pyramid_loss(made, batch.truth, weight),
        "sharpness": shares.sharpness * sharpness_loss(made, batch.truth, weight),
        "time": shares.time * weighted(change(made) - change(batch.truth), weight[::2]),
        "attention": shares.attention * attention.mean(),
        "variation": shares.variation * sum(step.abs().mean() for step in steps(attention)),
        "detail": shares.detail * (attention * detail.abs()).mean(),
        "flow": shares.flow * answer.low[:, 6:].abs().mean(),
    }
    return {name: torch.as_tensor(part) for name, part in found.items()}


def weights(batch: Batch, parts: float) -> Tensor:
    """B×1×S×S: the face, and more of mouth and eyes."""
    region = batch.guides[:, REGION, None] * (1 + parts * batch.parts.amax(1, keepdim=True))
    return functional.interpolate(region, scale_factor=2.0, mode="bilinear", align_corners=False)


def weighted(error: Tensor, weight: Tensor) -> Tensor:
    """Mean rounded absolute error (B×C×h×w), by weight (B×1×h×w)."""
    size = (error.square() + ROUND**2).sqrt() - ROUND
    return (size.mean(1, keepdim=True) * weight).sum() / weight.sum().clamp(min=1e-6)


def pyramid_loss(made: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    total = torch.zeros(())
    for level in range(SCALES):
        if level:
            made, truth, weight = (functional.avg_pool2d(values, 2) for values in (made, truth, weight))
        total = total + weighted(made - truth, weight)
    return total / SCALES


def sharpness_loss(made: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    return weighted(edges(made) - edges(truth), functional.avg_pool2d(weight, PATCH))


def edges(pictures: Tensor) -> Tensor:
    """B×1×h×w: root mean square step of brightness from pixel to pixel, in patches."""
    across, down = steps(pictures.mean(1, keepdim=True))
    energy = functional.pad(across, (0, 1)).square() + functional.pad(down, (0, 0, 0, 1)).square()
    return (functional.avg_pool2d(energy, PATCH) + 1e-5).sqrt()


def steps(values: Tensor) -> tuple[Tensor, Tensor]:
    """Differences of neighbours, across and down."""
    return values[..., :, 1:] - values[..., :, :-1], values[..., 1:, :] - values[..., :-1, :]


def change(pictures: Tensor) -> Tensor:
    """From each two's first moment to its second."""
    return pictures[1::2] - pictures[::2]
