"""Batches for training: twos of samples, spoilt so that the network mends faces and not codecs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ...core.refine.crop import SIDE
from .samples import Samples

TWOS = 4
"""A batch."""
FILMED = 0.6
"""Share of footage; the rest is rendered."""
WINDOW = 160
"""px: batches show a part of the square, anywhere in it."""
SPOILT, BLUR, NOISE = 0.5, 0.9, 0.03
"""Share of twos whose pictures are blurred and noisy, and by how much at most (px, white 1)."""
SMALL, SMALLEST = 0.25, 0.4
"""Share of twos that are as if the face were small, and how small at least."""
MASKED, KEPT = 0.25, 0.01
"""Share of twos whose plate is hidden, and of its pixels that are left (SMIRK, Retsinas et al. 2024): what the picture
is to be made of is the warped one; the old expression may not be copied through.
"""
CONTRAST, TINT = 0.12, 0.06
"""Standard deviations of the logarithms of a gamma and of gains of colours, which truth and pictures share."""
TURNED = (0, 3, 6, 8)
"""Guides that change their sign in a mirror: sideways parts of normal, its change, place and displacement."""


Kinds = Sequence[Sequence[Samples]]
"""Sets of footage, and of rendered people."""


@dataclass(frozen=True)
class Batch:
    """B faces; rows 2k and 2k + 1 are successive moments of one plate."""

    seen: Tensor
    """B×9×S×S, as the network is shown them."""
    pictures: Tensor
    """B×9×S×S, what its answer is put on."""
    guides: Tensor
    truth: Tensor
    parts: Tensor
    """B×2×S/2×S/2."""


def batches(kinds: Kinds, seed: int, first: int) -> Iterator[Batch]:
    """Batches from number `first` on; each depends on seed and number alone."""
    number = first
    while True:
        rng = np.random.default_rng([seed, number])
        yield batch([_two(_one(kinds, rng), rng) for _ in range(TWOS)], rng)
        number += 1


def _one(kinds: Kinds, rng: np.random.Generator) -> Samples:
    """A set: of a kind drawn first, then by size."""
    there = [kind for kind in kinds if kind]
    kind = there[int(rng.random() >= FILMED) % len(there)]
    sizes = np.array([len(samples) for samples in kind])
    return kind[int(rng.choice(len(kind), p=sizes / sizes.sum()))]


def _two(samples: Samples, rng: np.random.Generator) -> dict[str, NDArray[np.float32]]:
    """One two, cut to a window."""
    row = 2 * int(rng.integers(len(samples) // 2))
    u, v = (16 * int(rng.integers((SIDE - WINDOW) // 16 + 1)) for _ in range(2))
    whole, half = np.s_[..., v : v + WINDOW, u : u + WINDOW], np.s_[..., v // 2 :, u // 2 :]
    cut = {name: getattr(samples, name)[row : row + 2] for name in ("pictures", "guides", "truth", "parts")}
    side = WINDOW // 2
    return {
        "pictures": cut["pictures"][whole].astype(np.float32) / 255,
        "truth": cut["truth"][whole].astype(np.float32) / 255,
        "guides": cut["guides"][half][..., :side, :side].astype(np.float32),
        "parts": cut["parts"][half][..., :side, :side].astype(np.float32),
    }


def batch(twos: Sequence[dict[str, NDArray[np.float32]]], rng: np.random.Generator) -> Batch:
    parts = [_disturbed({name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in two.items()}, rng)
             for two in twos]  # fmt: skip
    return Batch(*(torch.cat([getattr(part, name) for part in parts]) for name in Batch.__annotations__))


def _disturbed(two: dict[str, Tensor], rng: np.random.Generator) -> Batch:
    pictures, truth, guides, parts = two["pictures"], two["truth"], two["guides"], two["parts"]
    if rng.random() < 0.5:
        pictures, truth, guides, parts = (value.flip(-1) for value in (pictures, truth, guides, parts))
        guides[:, TURNED] *= -1
    gamma = float(np.exp(rng.normal(0, CONTRAST)))
    tint = torch.from_numpy(np.exp(rng.normal(0, TINT, 3)).astype(np.float32))[:, None, None]
    pictures = (pictures**gamma * tint.repeat(3, 1, 1)).clamp(0, 1)
    truth = (truth**gamma * tint).clamp(0, 1)
    if rng.random() < SMALL:
        share = float(rng.uniform(SMALLEST, 1))
        pictures, truth = _as_small(pictures, share), _as_small(truth, share)
    if rng.random() < SPOILT:
        pictures = _spoilt(pictures, rng)
    seen = pictures
    if rng.random() < MASKED:
        kept = torch.from_numpy((rng.random(pictures.shape[-2:]) < KEPT).astype(np.float32))
        seen = torch.cat([pictures[:, :6], torch.where(kept > 0, pictures[:, 6:], torch.tensor(0.5))], 1)
    return Batch(seen, pictures, guides, truth, parts)


def _as_small(pictures: Tensor, share: float) -> Tensor:
    side = pictures.shape[-1]
    small = functional.interpolate(pictures, size=round(share * side), mode="bilinear", antialias=True)
    return functional.interpolate(small, size=side, mode="bicubic").clamp(0, 1)


def _spoilt(pictures: Tensor, rng: np.random.Generator) -> Tensor:
    """Blurred and noisy, all of them alike."""
    sigma, noise = float(rng.uniform(0.3, BLUR)), float(rng.uniform(0, NOISE))
    taps = torch.exp(-0.5 * (torch.arange(-2, 3) / sigma) ** 2)
    kernel = torch.outer(taps, taps) / taps.sum() ** 2
    channels = pictures.shape[1]
    padded = functional.pad(pictures, (2, 2, 2, 2), mode="replicate")
    soft = functional.conv2d(padded, kernel.expand(channels, 1, 5, 5).contiguous(), groups=channels)
    grain = torch.from_numpy(rng.standard_normal((1, 3, *pictures.shape[-2:]), dtype=np.float32))
    return (soft + noise * grain.repeat(1, 3, 1, 1)).clamp(0, 1)
