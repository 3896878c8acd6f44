"""The encoder's expression network: a small trunk on shape-free textures, a perceptron on it and landmarks.

A person is her mean: an expression is what a frame adds to the mean of its shot. Who she is, discriminant.py fits.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from ...core.encoder.shape_free import CONTRAST, MIDDLE, SIDE

ACTED = 45
"""Expression weights that are read; the lids' eyeLook… follow from the gaze."""
GAZE = 4
"""rad: left eye's yaw and pitch, right eye's."""
IDENTITY, SEEN, LANDMARKS = 128, 256, 478
LEAST_VARIANCE = 1e-7
"""Of a component, in the largest one's: rounding isn't blown up to a signal."""
WIDTHS = (24, 48, 96)
"""Channels of the three stages, each of which halves the texture."""


@dataclass(frozen=True)
class Basis:
    """Principal components of aligned landmarks, in standard deviations."""

    mean: Tensor
    """1434."""
    axes: Tensor
    """1434×C, divided by the components' standard deviations."""

    @classmethod
    def of(cls, landmarks: Tensor, components: int) -> "Basis":
        """landmarks: N×1434."""
        mean = landmarks.mean(0)
        away = (landmarks - mean).double()
        spread, axes = torch.linalg.eigh(away.T @ away / len(away))
        kept = slice(-components, None)
        least = spread[-1] * LEAST_VARIANCE
        return cls(mean, (axes[:, kept] / spread[kept].clamp(min=least).sqrt()).float())


def small(texture: Tensor) -> Tensor:
    """N×(SIDE/2)²: textures at half their size. (Pooling layers would round to eight bits under autocast.)"""
    half = SIDE // 2
    return texture.float().reshape(-1, half, 2, half, 2).mean((2, 4)).flatten(1)


def convolution(inputs: int, outputs: int, size: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False), nn.BatchNorm2d(outputs))


class Block(nn.Module):
    """Two 3×3 convolutions beside a shortcut (He et al. 2016)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = convolution(width, width, 3), convolution(width, width, 3)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu_(self.second(functional.relu_(self.first(x))) + x)


class Trunk(nn.Module):
    """A texture and what it adds to a mean one (N×2×SIDE×SIDE) → N×SEEN."""

    def __init__(self) -> None:
        super().__init__()
        first, second, third = WIDTHS
        self.layers = nn.Sequential(
            convolution(2, first, 3, 2), nn.ReLU(),
            convolution(first, second, 3, 2), nn.ReLU(), Block(second),
            convolution(second, third, 3, 2), nn.ReLU(), Block(third),
            # place means something in an aligned face: no pooling over it
            convolution(third, 32, 1), nn.ReLU(), nn.Flatten(), nn.Dropout(0.3),
            nn.Linear(32 * (SIDE // 8) ** 2, SEEN), nn.BatchNorm1d(SEEN), nn.ReLU(),
        )  # fmt: skip

    def forward(self, texture: Tensor, mean: Tensor) -> Tensor:
        """Textures N×SIDE×SIDE as ShapeFree makes them, 0–255."""
        own = (texture.float() - MIDDLE) / CONTRAST
        return self.layers(torch.stack([own, own - (mean.float() - MIDDLE) / CONTRAST], 1))


class Components(nn.Module):
    """Values (N×…) in a basis: N×C."""

    mean: Tensor
    axes: Tensor

    def __init__(self, basis: Basis) -> None:
        super().__init__()
        self.register_buffer("mean", basis.mean)
        self.register_buffer("axes", basis.axes)

    def forward(self, values: Tensor) -> Tensor:
        # components of millimetres must not be rounded to eight bits
        with torch.autocast("cpu", enabled=False):
            return (values.float().flatten(1) - self.mean) @ self.axes


@dataclass(frozen=True)
class Bases:
    """Principal components of what is seen (landmarks, small textures) and of what it adds to its shot's mean."""

    places: Basis
    moves: Basis
    look: Basis
    change: Basis


class Encoder(nn.Module):
    """Both networks, and what of the data they need to know."""

    spread: Tensor

    def __init__(self, bases: Bases, spread: Tensor) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.places, self.moves = Components(bases.places), Components(bases.moves)
        self.look, self.change = Components(bases.look), Components(bases.change)
        self.register_buffer("spread", spread)
        known = SEEN + bases.places.axes.shape[1] + bases.look.axes.shape[1]
        added = bases.moves.axes.shape[1] + bases.change.axes.shape[1]
        self.discriminants: nn.Module | None = None
        """Who it is: fitted in closed form (discriminant.refit)."""
        self.expression = nn.Sequential(
            nn.Dropout(0.1), nn.Linear(known + added, 512), nn.ReLU(),
            nn.Dropout(0.4), nn.Linear(512, 256), nn.ReLU(),
            nn.Dropout(0.2), nn.Linear(256, 2 * ACTED + GAZE),
        )  # fmt: skip

    def who(self, texture: Tensor, landmarks: Tensor) -> Tensor:
        """N×IDENTITY, unit length."""
        if self.discriminants is None:
            raise ValueError("the discriminants are not fitted yet")
        return functional.normalize(self.discriminants(texture, landmarks))

    def what(
        self, texture: Tensor, landmarks: Tensor, mean_texture: Tensor, mean_landmarks: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Weights N×45 and their log variance, both in standard deviations of the data, gaze N×4 rad; `mean_…`: of each
        row's shot.
        """
        seen = self.trunk(texture, mean_texture), self.places(landmarks), self.look(small(texture))
        added = self.moves(landmarks - mean_landmarks), self.change(small(texture) - small(mean_texture))
        out = self.expression(torch.cat([*seen, *added], 1)).float()
        return out[:, :ACTED], out[:, ACTED : 2 * ACTED].clamp(-6, 2), 0.3 * out[:, 2 * ACTED :]
