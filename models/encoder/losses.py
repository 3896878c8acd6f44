"""What training asks of the encoder."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from .batches import FRAMES, Batch
from .network import IDENTITY
from .samples import ACTED

MARGIN, SHARPNESS = 0.3, 24.0
"""Of the angular margin (Deng et al. 2019, ArcFace)."""
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
    identity: float = 0.03
    covariance: float = 0.2
    mirrored: float = 0.3
    """Real frames and their mirror images must say the same."""


class People(nn.Module):
    """Directions of the people seen in training, and the angular-margin loss of embeddings (N×IDENTITY, unit)."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.directions = nn.Parameter(torch.randn(count, IDENTITY))

    def forward(self, identity: Tensor, person: Tensor) -> Tensor:
        cosine = identity @ functional.normalize(self.directions).T
        own = cosine.gather(1, person[:, None]).clamp(-0.999, 0.999)
        with_margin = torch.cos(torch.acos(own) + MARGIN)
        return functional.cross_entropy(SHARPNESS * cosine.scatter(1, person[:, None], with_margin), person)


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


def cross_covariance(identity: Tensor, expression: Tensor) -> Tensor:
    """Mean squared covariance between the components of two codes (N×a, N×b) over a batch.

    Not their correlation: dividing by small deviations, early on, would drown what there is to be learnt.
    """
    one, other = identity - identity.mean(0), expression - expression.mean(0)
    return (one.T @ other / len(one)).square().mean()


def gaze_loss(found: Tensor, batch: Batch) -> Tensor:
    """Squared error in units of 0.15 rad, of eyes that are open."""
    known = batch.real
    error = (found[:known] - batch.gaze[:known]) / 0.15
    shut = torch.stack([batch.weights[:known, column] for column in BLINKS for _ in range(2)], 1)
    return (error.square() * (shut < 0.6)).mean()
