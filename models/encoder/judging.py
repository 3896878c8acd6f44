"""How good an encoder is on people it was not trained on: expression, identity, and how well it keeps them apart."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...core.conventions import Array32
from .batches import Indices
from .network import ACTED, Encoder
from .samples import Samples
from .training import identities, predicted

Flags = NDArray[np.bool_]

PROBE_STEPS = 400
PROBE_SEED = 0


@dataclass(frozen=True)
class Figures:
    """Of one set of samples."""

    correlation: Array32
    """45: of each weight with the truth, all frames together."""
    error: float
    """Mean absolute error of the weights, clipped to 0–1."""
    gaze: float
    """Median error of open eyes, degrees."""

    def __str__(self) -> str:
        least = np.nanmin(self.correlation)
        return (
            f"PCC {np.nanmean(self.correlation):.3f} (least {least:.2f}), MAE {self.error:.4f}, gaze {self.gaze:.1f}°"
        )


def figures(encoder: Encoder, samples: Samples) -> Figures:
    """Each take is a shot of its own."""
    found, _, gaze = predicted(encoder, samples)
    open_eyes = (samples.weights[:, 30:32] < 0.5).all(1)
    away = np.degrees(np.abs(gaze - samples.gaze)[open_eyes])
    return Figures(
        correlation=np.array([_correlation(found[:, k], samples.weights[:, k]) for k in range(ACTED)], np.float32),
        error=float(np.abs(np.clip(found, 0, 1) - samples.weights).mean()),
        gaze=float(np.median(away)),
    )


def _correlation(one: Array32, other: Array32) -> float:
    return float(np.corrcoef(one, other)[0, 1]) if one.std() > 0 and other.std() > 0 else np.nan


@dataclass(frozen=True)
class Separation:
    """What each code gives away of the other; probes learn on each person's first take and are asked about her second
    (identity), or on half of the people and asked about the others (expression).
    """

    identity_from_expression: dict[str, float]
    """Share of frames whose person is named, by probe; of the true weights in brackets' place 'truth'."""
    chance: float
    expression_from_identity: dict[str, float]
    """Mean R² over the weights."""
    equal_error: float
    """Of verification by the identity code."""


def separation(encoder: Encoder, samples: Samples) -> Separation:
    """Probes on people who were not in training."""
    identity = identities(encoder, samples)
    found, _, gaze = predicted(encoder, samples)
    expression = np.concatenate([np.clip(found, 0, 1), gaze], 1)
    truth = np.concatenate([samples.weights, samples.gaze], 1)
    people, person = np.unique(samples.person, return_inverse=True)
    first_takes = {samples.take[samples.person == one].min() for one in people}
    first = np.isin(samples.take, list(first_takes))
    some = person % 2 == 0
    return Separation(
        identity_from_expression={
            "linear": _named(expression, person, first, hidden=0),
            "MLP": _named(expression, person, first, hidden=64),
            "truth, MLP": _named(truth, person, first, hidden=64),
        },
        chance=1 / len(people),
        expression_from_identity={
            "linear": _explained(identity, samples.weights, some, hidden=0),
            "MLP": _explained(identity, samples.weights, some, hidden=64),
        },
        equal_error=equal_error(identity, samples.person, samples.take),
    )


def _probe(inputs: int, outputs: int, hidden: int) -> nn.Module:
    torch.manual_seed(PROBE_SEED)
    if not hidden:
        return nn.Linear(inputs, outputs)
    return nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, outputs))


def _trained(probe: nn.Module, x: Tensor, y: Tensor, loss: nn.Module) -> nn.Module:
    optimiser = torch.optim.AdamW(probe.parameters(), lr=5e-3, weight_decay=1e-2)
    for _ in range(PROBE_STEPS):
        optimiser.zero_grad()
        loss(probe(x), y).backward()
        optimiser.step()
    return probe.eval()


def _standard(x: Array32, known: Flags) -> Tensor:
    return torch.from_numpy(((x - x[known].mean(0)) / (x[known].std(0) + 1e-4)).astype(np.float32))


def _named(code: Array32, person: Indices, known: Flags, hidden: int) -> float:
    x, y = _standard(code, known), torch.from_numpy(person)
    probe = _trained(_probe(x.shape[1], int(person.max()) + 1, hidden), x[known], y[known], nn.CrossEntropyLoss())
    with torch.no_grad():
        return float((probe(x[~known]).argmax(1) == y[~known]).float().mean())


def _explained(code: Array32, weights: Array32, known: Flags, hidden: int) -> float:
    x, y = _standard(code, known), torch.from_numpy(weights)
    probe = _trained(_probe(x.shape[1], y.shape[1], hidden), x[known], y[known], nn.MSELoss())
    with torch.no_grad():
        left = (probe(x[~known]) - y[~known]).square().mean(0)
    around = (y[~known] - y[known].mean(0)).square().mean(0)
    return float((1 - left / around.clamp(min=1e-6)).mean())


def equal_error(identity: Array32, person: Indices, take: Indices) -> float:
    """Equal error rate of telling same from different people by cosine, over pairs of frames of different takes."""
    similar = identity @ identity.T
    upper = np.triu(take[:, None] != take[None], 1)
    same = (person[:, None] == person[None])[upper]
    return rate_where_errors_meet(similar[upper], same)


def rate_where_errors_meet(score: Array32, same: Flags) -> float:
    """The share of errors at the threshold where as many pairs of one person fail as pairs of two pass."""
    order = np.argsort(score)
    same = same[order]
    missed = np.cumsum(same) / max(same.sum(), 1)
    passed = 1 - np.cumsum(~same) / max((~same).sum(), 1)
    at = int(np.argmin(np.abs(missed - passed)))
    return float((missed[at] + passed[at]) / 2)
