"""What training asks of the encoder."""

from dataclasses import dataclass

import torch
from torch import Tensor

from .batches import FRAMES, Batch
from .samples import ACTED

BLINKS = [ACTED.index(f"eyeBlink_{side}") for side in "LR"]
BELIEF = 0.5
"""Errors count by their variance to this power: at 0 the likelihood, at 1 least squares (Seitzer et al. 2022)."""


@dataclass(frozen=True)
class Shares:
    """How much each part of the loss counts."""

    squared: float = 1.0
    likelihood: float = 0.1
    bias: float = 0.5
    """What a take's frames are wrong by in common: whose face it is, read as an expression."""
    gaze: float = 0.1


def expression_loss(found: Tensor, log_variance: Tensor, truth: Tensor, spread: Tensor, shares: Shares) -> Tensor:
    """found, log_variance: B×45 of whole takes, in standard deviations; truth: B×45; spread: 45, the
    truth's deviations.
    """
    error = found - truth / spread
    variance = log_variance.exp()
    likelihood = (error.square() / variance + log_variance) * variance.detach() ** BELIEF
    bias = error.reshape(-1, FRAMES, error.shape[1]).mean(1)
    return (
        shares.squared * error.square().mean()
        + shares.likelihood * likelihood.mean()
        + shares.bias * bias.square().mean()
    )


def gaze_loss(found: Tensor, batch: Batch) -> Tensor:
    """Squared error in units of 0.15 rad, of eyes that are open."""
    error = (found - batch.gaze) / 0.15
    shut = torch.stack([batch.weights[:, column] for column in BLINKS for _ in range(2)], 1)
    return (error.square() * (shut < 0.6)).mean()
