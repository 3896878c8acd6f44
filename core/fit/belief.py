"""What is believed of each frame's expression weights beside the landmarks: an estimator's readings, or only priors."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from ..facs.tables import GAZE_SHAPES
from .evidence import Evidence
from .lids import SIGMA as LID_SIGMA
from .lids import gaze_weights
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
"""Precision about 0, in the last step, of weights that nobody read."""
ABSENT = 0.05
"""Of these, weights up to this are taken for absent in the last step, and stay."""
FAINT = 0.05
"""Readings below this are rather an estimator's doubts than acting: most expressions are absent at most times."""


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
        names, readings, sigma = _readings(evidence)
        shared = [name for name in expressions if name in names]
        own, theirs = (np.array([those.index(name) for name in shared]) for those in (expressions, names))
        expected[:, own] = bridge(readings, seen, times)[:, theirs]
        slope[own] = 0.0
        given[np.ix_(seen, own)] = True
        precision[np.ix_(seen, own)] = 1.0 / np.maximum(sigma[seen][:, theirs], LEAST_SIGMA) ** 2
        rivals = [[expressions.index(name) for name in pair] for pair in EXCLUSIONS if set(pair) <= set(shared)]
        return cls(expected, precision, slope, given, np.array(rivals, np.int64).reshape(-1, 2))

    @property
    def informed(self) -> bool:
        """Whether there are readings at all."""
        return bool(self.given.any())

    def rows(self, select: NDArray[np.int64]) -> "Belief":
        return replace(self, expected=self.expected[select], precision=self.precision[select], given=self.given[select])

    def relaxed(self, weights: Array) -> tuple["Belief", NDArray[np.bool_]]:
        """For a last step from these weights: the belief without the slope that kept weights away, and which of them
        (T×E) are taken for absent. Readings are drawn towards 0 by FAINT²/weight, which spares what is strong: the
        non-negative garrote (Breiman 1995).
        """
        read = self.slope == 0
        faint = FAINT**2 / np.maximum(weights, FAINT)
        belief = replace(
            self,
            expected=np.where(read, self.expected - faint, self.expected),
            precision=np.where(read, self.precision, RELAXED_RIDGE),
            slope=np.zeros_like(self.slope),
        )
        return belief, weights <= np.where(read, FAINT, ABSENT)

    def equations(self, weights: Array) -> tuple[Array, Array]:
        """T×E precisions and negative gradient at these weights."""
        precision, pull = self.precision.copy(), self.precision * (self.expected - weights) - self.slope
        for one, other in (*self.rivals, *self.rivals[:, ::-1]):
            behind = np.maximum(weights[:, other] - weights[:, one], 0.0)
            pull[:, one] -= EXCLUSION * self.precision[:, one] * behind
            precision[:, one] *= np.where(behind > 0, 1 - EXCLUSION, 1.0)
        return precision, pull


def _readings(evidence: Evidence) -> tuple[tuple[str, ...], Array, Array]:
    """Names, T×n weights and their standard deviations: the person's rest taken out, the lids that follow the eyes
    added.
    """
    readings = evidence.weights - resting(evidence)
    if evidence.gaze is None:
        return evidence.names, readings, evidence.sigma
    lids = gaze_weights(evidence.gaze)
    sigma = np.column_stack([evidence.sigma, np.full_like(lids, LID_SIGMA)])
    return (*evidence.names, *GAZE_SHAPES), np.column_stack([readings, lids]), sigma
