"""The encoder's two networks: a trunk that looks at one face, and a head that knows the person from the whole shot."""

import torch
from torch import Tensor, nn
from torch.nn import functional

ACTED = 45
"""Expression weights that are read; the lids' eyeLook… follow from the gaze."""
GAZE = 4
"""rad: left eye's yaw and pitch, right eye's."""
CODE, IDENTITY = 256, 128
LANDMARKS = 478
WIDTHS = (24, 32, 64, 128, 192)
"""Channels of the stem and of the four stages, each of which halves the picture."""
DARKEST = 0.03
"""Least contrast that a crop is taken to have: below, noise would be blown up."""


def _convolution(inputs: int, outputs: int, size: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False), nn.BatchNorm2d(outputs))


class Block(nn.Module):
    """Two 3×3 convolutions around a shortcut (He et al. 2016)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first = _convolution(inputs, outputs, 3, stride)
        self.second = _convolution(outputs, outputs, 3)
        same = inputs == outputs and stride == 1
        self.shortcut = nn.Identity() if same else _convolution(inputs, outputs, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu_(self.second(functional.relu_(self.first(x))) + self.shortcut(x))


def _picture_layers() -> nn.Sequential:
    """N×3×128×128 → N×256."""
    stem, *widths = WIDTHS
    layers: list[nn.Module] = [_convolution(3, stem, 3, 2), nn.ReLU()]
    before = stem
    for stage, width in enumerate(widths):
        layers.append(Block(before, width, 2))
        if stage < len(widths) - 1:
            layers.append(Block(width, width, 1))
        before = width
    # faces are aligned, so that place means something: no pooling over it
    layers += [_convolution(before, 64, 1), nn.ReLU(), nn.Flatten(), nn.Linear(64 * 4 * 4, 256)]
    layers += [nn.BatchNorm1d(256), nn.ReLU()]
    return nn.Sequential(*layers)


class Trunk(nn.Module):
    """Crop (N×128×128×3, 0–255 RGB) and landmarks (N×478×3, alignment.front) → code N×256, identity N×128 (unit)."""

    landmark_mean: Tensor
    landmark_spread: Tensor

    def __init__(self, landmark_mean: Tensor, landmark_spread: Tensor) -> None:
        super().__init__()
        self.register_buffer("landmark_mean", landmark_mean)
        self.register_buffer("landmark_spread", landmark_spread)
        self.picture = _picture_layers()
        self.landmarks = nn.Sequential(
            nn.Linear(LANDMARKS * 3, 256), nn.BatchNorm1d(256), nn.ReLU(),
            nn.Linear(256, 256), nn.BatchNorm1d(256), nn.ReLU(),
        )  # fmt: skip
        self.code = nn.Sequential(nn.Linear(512, CODE), nn.BatchNorm1d(CODE))
        self.identity = nn.Sequential(nn.Linear(512, IDENTITY), nn.BatchNorm1d(IDENTITY))

    def forward(self, crop: Tensor, landmarks: Tensor) -> tuple[Tensor, Tensor]:
        x = crop.permute(0, 3, 1, 2).float() / 255
        x = x - x.mean((1, 2, 3), keepdim=True)
        x = x / (x.square().mean((1, 2, 3), keepdim=True).sqrt() + DARKEST)
        places = ((landmarks - self.landmark_mean) / self.landmark_spread).flatten(1)
        seen = torch.cat([self.picture(x), self.landmarks(places)], 1)
        return self.code(seen), functional.normalize(self.identity(seen).float())


class Head(nn.Module):
    """Code of a frame and mean code of its shot (N×256 each) → weights N×45, log variance N×45, gaze N×4 (rad)."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(2 * CODE, 256), nn.ReLU(), nn.Dropout(0.1),
            nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 2 * ACTED + GAZE),
        )  # fmt: skip
        self.direct = nn.Linear(CODE, ACTED + GAZE)
        """What needs no more than the difference from the person's mean."""

    def forward(self, code: Tensor, person: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        change = code - person
        out = self.layers(torch.cat([functional.relu(code), change], 1)).float()
        direct = self.direct(change).float()
        weights = out[:, :ACTED] + direct[:, :ACTED]
        gaze = (out[:, 2 * ACTED :] + direct[:, ACTED:]) * 0.3
        return weights, out[:, ACTED : 2 * ACTED].clamp(-9, 1), gaze
