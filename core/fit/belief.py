"""What is believed of each frame's expression weights beside the landmarks: an estimator's readings, or only priors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from .evidence import Evidence
from .priors import Priors
from .rest import resting
from .segments import bridge

LEAST_SIGMA = 0.03
"""No reading is believed more than this, whatever the estimator says of itself."""

EXCLUSIONS = (
    ("mouthFunnel", "mouthPucker"),
    ("eyeBlink_L", "eyeWide_L"),
    ("eyeBlink_R", "eyeWide_R"),
    ("jawLeft", "jawRight"),
    ("mouthLeft", "mouthRight"),
)
"""Expressions that a face doesn't show both at once."""

EXCLUSION = 0.5
"""How the weaker of two gives way: by this share of what it is weaker by, in its own precision. It keeps its place
beside an equal and is gone beside one twice as strong.
"""

RELAXED_RIDGE = 1.0
"""Precision about 0 of weights in the relaxed step."""


@dataclass(frozen=True)
class Belief:
    """Gaussians about expected weights, T×E, and where the estimator reads nothing a slope towards 0."""

    expected: Array
    precision: Array
    slope: Array
    """E: of the Laplacian prior (weights are not negative); 0 where the estimator reads the expression."""
    given: NDArray[np.bool_]
    """T×E: the estimator read this."""
    rivals: NDArray[np.int64]
    """K×2 columns of EXCLUSIONS, for which there are readings."""

    @classmethod
    def of(cls, evidence: Evidence | None, expressions: tuple[str, ...], priors: Priors, times: Array) -> "Belief":
        """The readings with the person's rest taken out, held through gaps; where there are none, sparsity."""
        shape = len(times), len(expressions)
        expected, slope, given = np.zeros(shape), np.full(shape[1], priors.sparsity), np.zeros(shape, bool)
        precision = np.tile(1.0 / priors.spreads(expressions) ** 2, (shape[0], 1))
        if evidence is None or not (seen := evidence.seen()).any():
            return cls(expected, precision, slope, given, np.zeros((0, 2), np.int64))
        shared = [name for name in expressions if name in evidence.names]
        own, theirs = ([names.index(name) for name in shared] for names in (expressions, evidence.names))
        expected[:, own] = bridge(evidence.weights - resting(evidence), seen, times)[:, theirs]
        slope[own] = 0.0
        given[np.ix_(seen, own)] = True
        precision[np.ix_(seen, own)] = 1.0 / np.maximum(evidence.sigma[seen][:, theirs], LEAST_SIGMA) ** 2
        rivals = [[expressions.index(name) for name in pair] for pair in EXCLUSIONS if set(pair) <= set(shared)]
        return cls(expected, precision, slope, given, np.array(rivals, np.int64).reshape(-1, 2))

    def rows(self, select: NDArray[np.int64]) -> "Belief":
        expected, precision, given = (values[select] for values in (self.expected, self.precision, self.given))
        return Belief(expected, precision, self.slope, given, self.rivals)

    def relaxed(self) -> "Belief":
        """Without the prior that keeps away what the estimator doesn't read."""
        precision = np.where(self.slope > 0, RELAXED_RIDGE, self.precision)
        return Belief(self.expected, precision, np.zeros_like(self.slope), self.given, self.rivals)

    def equations(self, weights: Array) -> tuple[Array, Array]:
        """T×E precisions and negative gradient at these weights."""
        precision, pull = self.precision.copy(), self.precision * (self.expected - weights) - self.slope
        for one, other in (*self.rivals, *self.rivals[:, ::-1]):
            behind = np.maximum(weights[:, other] - weights[:, one], 0.0)
            pull[:, one] -= EXCLUSION * self.precision[:, one] * behind
            precision[:, one] *= np.where(behind > 0, 1 - EXCLUSION, 1.0)
        return precision, pull
