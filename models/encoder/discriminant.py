"""Who it is, fitted in closed form: Fisher's linear discriminants of landmarks and textures.

A batch holds six people, which teaches little of how thousands differ; here all of them decide at once.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...core.conventions import Array, Array32
from .network import IDENTITY, Encoder, small
from .samples import Samples

EVERY = 3
"""Which of the samples are asked: frames of one take tell much the same."""
PLACES, LOOK = 160, 200
"""Principal components that are kept of landmarks and of textures."""
RIDGE = 1e-3
"""Of the mean variance within a person, added to every direction's."""


class Discriminants(nn.Module):
    """Textures (N×SIDE×SIDE) and landmarks (N×478×3) → N×IDENTITY."""

    def __init__(self, weight: Array32, bias: Array32) -> None:
        """weight: IDENTITY×(landmarks, then texels at half their size)."""
        super().__init__()
        self.linear = nn.Linear(weight.shape[1], weight.shape[0])
        self.linear.weight = nn.Parameter(torch.from_numpy(weight), requires_grad=False)
        self.linear.bias = nn.Parameter(torch.from_numpy(bias), requires_grad=False)

    def forward(self, texture: Tensor, landmarks: Tensor) -> Tensor:
        # components of millimetres must not be rounded to eight bits
        with torch.autocast("cpu", enabled=False):
            found: Tensor = self.linear(torch.cat([landmarks.float().flatten(1), small(texture)], 1))
            return found


def refit(encoder: Encoder, people: Samples) -> None:
    """Put the discriminants of these people in the identity head's place."""
    rows = np.arange(0, len(people), EVERY)
    landmarks = people.landmarks[rows].reshape(len(rows), -1)
    looks = np.concatenate(
        [small(torch.from_numpy(part)).numpy() for part in np.array_split(people.textures[rows], 50)]
    )
    places_mean, places = components(landmarks, PLACES)
    look_mean, look = components(looks, LOOK)
    values = np.concatenate([(landmarks - places_mean) @ places, (looks - look_mean) @ look], axis=1)
    mean, axes = fisher(values, people.person[rows], IDENTITY)
    weight = np.concatenate([places @ axes[: places.shape[1]], look @ axes[places.shape[1] :]])
    bias = -np.concatenate([places_mean, look_mean]) @ weight - mean @ axes
    encoder.discriminants = Discriminants(np.ascontiguousarray(weight.T), bias.astype(np.float32))


def components(values: Array32, count: int) -> tuple[Array32, Array32]:
    """Mean D and principal axes D×count of values N×D, scaled by the first one's standard deviation."""
    mean = values.mean(axis=0)
    variance, axes = np.linalg.eigh(_spread((values - mean).astype(np.float64)))
    return mean, np.asarray(axes[:, : -count - 1 : -1] / np.sqrt(variance[-1]), dtype=np.float32)


def fisher(values: Array32, person: NDArray[np.int64], count: int) -> tuple[Array32, Array32]:
    """Mean C and axes C×count of values N×C (Fisher 1936, Rao 1948): what one person's pictures differ by becomes white
    noise, and of the directions in which people differ the `count` most telling are kept, each weighted by the share of
    people in its variance, as probabilistic linear discriminants do (Ioffe 2006).
    """
    mean = values.mean(axis=0)
    away = (values - mean).astype(np.float64)
    people, number, pictures = np.unique(person, return_inverse=True, return_counts=True)
    means = np.zeros((len(people), values.shape[1]))
    np.add.at(means, number, away)
    means /= pictures[:, None]
    within = _spread(away - means[number])
    within += RIDGE * np.trace(within) / len(within) * np.eye(len(within))
    white = np.linalg.cholesky(np.linalg.inv(within))
    ratio, axes = np.linalg.eigh(white.T @ _spread(means) @ white)
    kept = slice(None, -count - 1, -1)
    share = np.clip(ratio[kept], 0, None) / (1 + np.clip(ratio[kept], 0, None))
    return mean.astype(np.float32), np.asarray(white @ axes[:, kept] * share, dtype=np.float32)


def _spread(values: Array) -> Array:
    return np.asarray(values.T @ values / len(values))
