"""What is believed of a face before it is seen, and how fast it can change."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array

POSE_BEND = (0.006, 0.006, 0.006, 0.0006, 0.0006, 0.003)
"""Standard deviation of pose's second differences at 30 fps: rad, m, log distance."""

EXPRESSION_BEND = {"eyeBlink": 0.35, "eyeSquint": 0.06, "eyeWide": 0.08, "eyeLook": 0.12, "brow": 0.04, "jawOpen": 0.12}
"""Standard deviation of expression weights' second differences at 30 fps, by the beginning of their name: a blink
is over in 3–5 frames and must keep its depth; brows are slow."""

OTHER_BEND = 0.06
"""The same for every other expression (lips)."""


@dataclass(frozen=True)
class Priors:
    """Strengths of the maximum a posteriori solve. The data term counts in standard deviations of the noise."""

    spread: float = 0.3
    """Standard deviation of an expression weight about 0."""
    sparsity: float = 1.0
    """Slope of the Laplacian prior on weights (they are not negative): most actions are absent at most times."""
    identity: float = 1.0
    """Standard deviation of identity modes, in their own."""
    offset: float = 0.0015
    """Standard deviation of a person's own landmark bias, m."""
    frames: float = 25.0
    """How many frames' worth of independent evidence a shot holds about a person, at most: errors of neighbouring
    frames are alike."""

    def spreads(self, expressions: tuple[str, ...]) -> Array:
        """E: standard deviation of each weight about 0. Lids close all the way several times a minute; nothing else
        goes to its extreme so often. A tongue is neither seen by landmarks nor read: it would take up what nothing else
        explains.
        """
        usual = {"eyeBlink": FULL_SPREAD, "tongueOut": TONGUE_SPREAD}
        return np.array([usual.get(name.partition("_")[0], self.spread) for name in expressions])


FULL_SPREAD = 1.0
"""Standard deviation of weights that often reach 1."""
TONGUE_SPREAD = 0.02
"""Standard deviation of tongueOut: it moves landmarks by 3 mm at most, and phantom tongues of full length came out."""

DEFAULT = Priors()


STILL = 40.0
"""How many times stiffer a weight is that hardly bends."""
TREMOR = 0.05
"""The bend at which that is half of it, in the standard deviation above: what trembles by less is noise."""
LIVELY = "eyeBlink"
"""Lids are never held still: a blink comes out of nothing, and three frames of it must be believed."""


@dataclass(frozen=True)
class Stiffness:
    """Weights of squared second differences in time, for clips at one rate."""

    usual: Array
    """POSE+E."""
    steadied: NDArray[np.bool_]
    """POSE+E: those that are held still where they hardly move."""

    @classmethod
    def of(cls, expressions: tuple[str, ...], fps: float) -> "Stiffness":
        bends = [*POSE_BEND, *(_bend(name) for name in expressions)]
        steadied = [False] * len(POSE_BEND) + [not name.startswith(LIVELY) for name in expressions]
        return cls(np.asarray(1.0 / np.square(np.array(bends) * (30.0 / fps) ** 2)), np.array(steadied))

    def at(self, bends: Array) -> Array:
        """(T−2)×(POSE+E) weights where second differences are `bends`, the mean of three neighbours' squares.

        Acting comes in bursts: most of the time nothing moves, then much does. That is a Cauchy prior on second
        differences, not a Gaussian; this is its weight in iteratively reweighted least squares.
        """
        if len(bends) == 0:
            return bends
        squares = np.pad(bends**2, ((1, 1), (0, 0)), mode="edge")
        around = (squares[:-2] + squares[1:-1] + squares[2:]) / 3
        quiet = STILL / (1.0 + around * self.usual / TREMOR**2)
        return np.asarray(self.usual * np.where(self.steadied, quiet, 1.0))


def _bend(name: str) -> float:
    return next((bend for stem, bend in EXPRESSION_BEND.items() if name.startswith(stem)), OTHER_BEND)
