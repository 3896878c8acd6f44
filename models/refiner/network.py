"""The refiner's network: a U-Net (Ronneberger et al. 2015) from pictures and guides to what mends them.

It begins as no change: what it gives is multiplied by an attention, and its last layers are zero.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from ...core.refine.view import GUIDES

WIDTHS = (16, 32, 64, 96)
"""Channels at a half, a quarter, an eighth and a sixteenth of the square's resolution."""
GAIN, OFFSET, DETAIL, FLOW = 0.5, 0.2, 0.25, 6.0
"""Largest logarithm of the gain, offset, detail (display-encoded, white 1) and flow (px)."""
UNSURE = -2.0
"""Logit of the attention at the beginning."""
SKIN, REGION = 10, -1
"""Guides that say where skin is and where the picture may be changed."""
RIM = 3
"""Width of the window, guides' px, in which skin must be seen for the stretched mouth to count: deep in an opened mouth
it is lips pulled over teeth.
"""


@dataclass(frozen=True)
class Answer:
    """What the network gives (refine.refiner.Mending), channels first."""

    low: Tensor
    """B×8×n×n."""
    fine: Tensor
    """B×5×S×S."""


def _convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1), nn.ReLU(inplace=True))


class Block(nn.Module):
    """Two convolutions beside a shortcut (He et al. 2016)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = _convolution(width, width), nn.Conv2d(width, width, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.second(self.first(x)) + x)


class Up(nn.Module):
    """To twice the resolution, beside what was seen there on the way down."""

    def __init__(self, below: int, width: int) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(below, width, 1)
        self.joined = _convolution(2 * width, width)

    def forward(self, below: Tensor, beside: Tensor) -> Tensor:
        above = functional.interpolate(self.narrow(below), scale_factor=2.0, mode="nearest")
        found: Tensor = self.joined(torch.cat([above, beside], 1))
        return found


class Refiner(nn.Module):
    """Pictures (B×9×S×S) and guides (B×GUIDES×S/2×S/2) → an Answer."""

    def __init__(self) -> None:
        super().__init__()
        half, quarter, eighth, sixteenth = WIDTHS
        self.look = _convolution(9 * 4, half)
        self.shape = _convolution(GUIDES, quarter, 2)
        self.down = nn.ModuleList(
            [_convolution(half, quarter, 2), _convolution(quarter, eighth, 2), _convolution(eighth, sixteenth, 2)]
        )
        self.blocks = nn.ModuleList([Block(quarter), Block(eighth), Block(sixteenth)])
        self.ups = nn.ModuleList([Up(sixteenth, eighth), Up(eighth, quarter), Up(quarter, half)])
        self.low = nn.Conv2d(eighth, 8, 3, 1, 1)
        self.fine = nn.Conv2d(half, 5 * 4, 3, 1, 1)
        for head in (self.low, self.fine):
            nn.init.zeros_(head.weight)
            nn.init.zeros_(head.bias)
        nn.init.constant_(self.fine.bias[:4], UNSURE)

    def forward(self, pictures: Tensor, guides: Tensor) -> Answer:
        at_half = self.look(functional.pixel_unshuffle(pictures - 0.5, 2))
        at_quarter = self.blocks[0](self.down[0](at_half) + self.shape(guides))
        at_eighth = self.blocks[1](self.down[1](at_quarter))
        coarse = self.ups[0](self.blocks[2](self.down[2](at_eighth)), at_eighth)
        finest = self.ups[2](self.ups[1](coarse, at_quarter), at_half)
        return _bounded(self.low(coarse).float(), self.fine(finest).float(), guides.float())


def _bounded(low: Tensor, fine: Tensor, guides: Tensor) -> Answer:
    low = torch.tanh(low)
    fields = torch.cat([GAIN * low[:, :3], OFFSET * low[:, 3:6], FLOW * low[:, 6:]], 1)
    fine = functional.pixel_shuffle(fine, 2)
    near = functional.avg_pool2d(functional.max_pool2d(guides[:, SKIN, None], RIM, 1, RIM // 2), RIM, 1, RIM // 2)
    where = torch.cat([guides[:, REGION, None], near], 1)
    may = functional.interpolate(where, scale_factor=2.0, mode="bilinear", align_corners=False)
    attention, other = torch.sigmoid(fine[:, :1]), torch.tanh(fine[:, 1:])
    return Answer(fields, torch.cat([may[:, :1] * attention, may[:, 1:] * other[:, :1], DETAIL * other[:, 1:]], 1))


def refined(pictures: Tensor, answer: Answer) -> Tensor:
    """B×3×S×S: refine.refiner.mended in the square itself: pictures (B×9×S×S) with the answer put on them."""
    filled, bare = pictures[:, :3], pictures[:, 3:6]
    low = functional.interpolate(answer.low, size=pictures.shape[-2:], mode="bilinear", align_corners=False)
    detail = answer.fine[:, 2:] + answer.fine[:, 1:2] * (bare - filled)
    attention = answer.fine[:, :1]
    start = moved(filled, attention * low[:, 6:])
    return start + attention * (low[:, :3].expm1() * start + low[:, 3:6] + detail)


def moved(picture: Tensor, flow: Tensor) -> Tensor:
    """A picture (B×3×H×W) taken at its pixels' places and B×2×H×W px."""
    height, width = picture.shape[-2:]
    v, u = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    place = torch.stack([u, v]).to(flow) + flow
    scale = torch.tensor([2 / width, 2 / height]).to(flow)
    grid = (place.permute(0, 2, 3, 1) + 0.5) * scale - 1
    return functional.grid_sample(picture, grid, mode="bilinear", padding_mode="border", align_corners=False)
