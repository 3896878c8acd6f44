"""How good a refiner is on people and passages it was not trained on, in the network's own square."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ...core.conventions import Array
from .losses import edges
from .network import REGION, Refiner, refined
from .samples import Samples

COLUMNS = ("face", "mouth", "eyes")
Figures = dict[str, dict[str, float]]


@torch.no_grad()
def figures(network: Refiner, samples: Samples) -> Figures:
    """Means over all samples, by part of the face: PSNR (dB) of the unfilled warp, of the filled one and
    of the refined one; how sharp both are (edges' strength in the truth's); how far attention reaches.
    """
    rows = [_figures(network, samples, row) for row in range(len(samples))]
    found: Array = np.nanmean(np.array(rows), axis=0)
    names = ("warp, dB", "filled, dB", "refined, dB", "sharpness filled", "sharpness refined", "attention")
    return {column: dict(zip(names, values.round(3).tolist(), strict=True))
            for column, values in zip(COLUMNS, found, strict=True)}  # fmt: skip


def _figures(network: Refiner, samples: Samples, row: int) -> list[list[float]]:
    pictures, truth = (torch.from_numpy(np.array(values[row : row + 1])).float() / 255
                       for values in (samples.pictures, samples.truth))  # fmt: skip
    guides = torch.from_numpy(np.array(samples.guides[row : row + 1])).float()
    parts = torch.from_numpy(np.array(samples.parts[row : row + 1])).float()
    answer = network(pictures, guides)
    made = refined(pictures, answer).clamp(0, 1)
    ratios = [edges(each) for each in (pictures[:, :3], made, truth)]
    rows = []
    for mask in _masks(guides, parts):
        errors = [_psnr(each, truth, mask) for each in (pictures[:, 3:6], pictures[:, :3], made)]
        weight = functional.interpolate(mask, size=ratios[0].shape[-2:], mode="area")
        strength = [float((each * weight).sum() / weight.sum().clamp(min=1e-6)) for each in ratios]
        attention = float((answer.fine[:, :1] * mask).sum() / mask.sum().clamp(min=1))
        rows.append([*errors, strength[0] / strength[2], strength[1] / strength[2], attention])
    return rows


def _masks(guides: Tensor, parts: Tensor) -> Iterator[Tensor]:
    """1×1×S×S each, of COLUMNS."""
    for mask in (guides[:, REGION, None] > 0, parts[:, :1] > 0, parts[:, 1:] > 0):
        yield functional.interpolate(mask.float(), scale_factor=2.0)


def _psnr(made: Tensor, truth: Tensor, mask: Tensor) -> float:
    error = ((made - truth).square() * mask).sum() / (3 * mask.sum())
    return float(-10 * torch.log10(error.clamp(min=1e-7))) if mask.any() else float("nan")
