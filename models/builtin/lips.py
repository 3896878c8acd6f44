"""Lips that meet: sampled on a coarser mesh, ICT's closed mouth shows a slit; this closes it, in every identity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.conventions import Array

REACH = 5e-3
"""m: how far from the line between the lips a correction fades (Gaussian)."""
SEAL = 9e-4
"""m that each lip's inside, just behind that line, reaches over to the other's."""


@dataclass(frozen=True)
class Lips:
    """The mouth's rim on one mesh of V vertices: how far along it its points are, and what follows them."""

    upper: NDArray[np.intp]
    """The rim's vertices from corner to corner; the corners belong to both lips."""
    lower: NDArray[np.intp]
    follows: NDArray[np.intp]
    """V: index into upper, then lower: the rim's point nearest to each vertex when the mouth is open."""
    fade: Array
    """V, 0–1."""

    def met(self, values: Array) -> Array:
        """…×V×3 with what parts the lips taken out, half from each: linear in positions and modes alike."""
        upper, lower = values[..., self.upper, :], values[..., self.lower, :]
        at = [np.linspace(0, 1, len(rim)) for rim in (self.upper, self.lower)]
        apart = [_resampled(lower, at[1], at[0]) - upper, _resampled(upper, at[0], at[1]) - lower]
        step = np.concatenate(apart, axis=-2) / 2
        return np.asarray(values + self.fade[:, None] * step[..., self.follows, :])


def lips(opened: Array, loop: list[int], corners: tuple[int, int]) -> Lips:
    """`opened`: V×3 m with the jaw down; `loop`: the mouth's rim in order."""
    turned = loop[loop.index(corners[0]) :] + loop[: loop.index(corners[0])]
    end = turned.index(corners[1])
    sides = [np.array(turned[: end + 1]), np.array([turned[0], *turned[: end - 1 : -1]])]
    upper, lower = sorted(sides, key=lambda side: -float(opened[side, 1].mean()))
    rim = np.concatenate([upper, lower])
    away = np.linalg.norm(opened[:, None] - opened[rim], axis=2)
    return Lips(upper, lower, away.argmin(axis=1), np.exp(-((away.min(axis=1) / REACH) ** 2)))


def sealed(mean: Array, lining: NDArray[np.intp], upper: NDArray[np.bool_]) -> Array:
    """V×3 m: the row of the mouth's lining just behind the rim (`lining`, N, `upper` or not) reaching over."""
    moved = mean.copy()
    moved[lining, 1] += np.where(upper, -SEAL, SEAL)
    return moved


def _resampled(rim: Array, at: Array, wanted: Array) -> Array:
    """…×M×3 of …×N×3 known at `at` (N), linear in between."""
    after = np.clip(np.searchsorted(at, wanted), 1, len(at) - 1)
    share = ((wanted - at[after - 1]) / (at[after] - at[after - 1]))[:, None]
    return np.asarray((1 - share) * rim[..., after - 1, :] + share * rim[..., after, :])
