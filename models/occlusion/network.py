"""The network: a U-Net (Ronneberger et al. 2015) from what is seen of a face to what is in front of it."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from ...core.refine.occlusion_sight import CHANNELS
from ..encoder.network import Block, convolution

WIDTHS = (16, 32, 64, 80, 80)
"""Channels at a half, a quarter … of the square's resolution."""
UNSURE = -3.0
"""Logit at the beginning: most of a face is bare."""


class Up(nn.Module):
    """To twice the resolution, beside what was seen there on the way down."""

    def __init__(self, below: int, width: int) -> None:
        super().__init__()
        self.narrow, self.joined = convolution(below, width, 1), convolution(2 * width, width, 3)

    def forward(self, below: Tensor, beside: Tensor) -> Tensor:
        above = functional.interpolate(self.narrow(below), scale_factor=2.0, mode="nearest")
        return functional.relu(self.joined(torch.cat([above, beside], 1)))


class Sight(nn.Module):
    """Seen (B×CHANNELS×S×S) → logit of what is in front (B×1×S×S)."""

    def __init__(self) -> None:
        super().__init__()
        self.look = convolution(CHANNELS * 4, WIDTHS[0], 3)
        steps = list(pairwise(WIDTHS))
        self.down = nn.ModuleList([convolution(width, below, 3, 2) for width, below in steps])
        self.blocks = nn.ModuleList([Block(below) for _, below in steps])
        self.ups = nn.ModuleList([Up(below, width) for width, below in steps])
        self.out = nn.Conv2d(WIDTHS[0], 4, 3, 1, 1)
        nn.init.constant_(self.out.bias, UNSURE)

    def forward(self, seen: Tensor) -> Tensor:
        levels = [functional.relu(self.look(functional.pixel_unshuffle(seen, 2)))]
        for down, block in zip(self.down, self.blocks, strict=True):
            levels.append(block(functional.relu(down(levels[-1]))))
        found = levels.pop()
        for up, beside in zip(reversed(self.ups), reversed(levels), strict=True):
            found = up(found, beside)
        return functional.pixel_shuffle(self.out(found), 2)


def probability(logit: Tensor) -> Tensor:
    return torch.sigmoid(logit.float())
