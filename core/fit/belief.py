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
FAINT = 1.0
"""Readings above the person's rest by less than this many times their noise there are rather an estimator's doubts than
acting: most expressions are absent at most times.
"""


@dataclass(frozen=True)
class Belief:
    """Gaussians about expected weights, T×E, and where the estimator reads nothing a slope towards 0."""

    expected: Array
    precision: Array
    slope: Array
    """E: of the Laplacian prior (weights are not negative); 0 where the estimator reads the expression."""
    faint: Array
    """E: weights below this may be the estimator's noise at rest."""
    given: NDArray[np.bool_]
    """T×E: the estimator read this."""
    rivals: NDArray[np.int64]
    """K×2 columns of EXCLUSIONS, for which there are readings."""

    @classmethod
    def of(cls, evidence: Evidence | None, expressions: tuple[str, ...], priors: Priors, times: Array) -> "Belief":
        """The readings with the person's rest taken out, held through gaps; where there are none, sparsity."""
        shape, count = (len(times), len(expressions)), len(expressions)
        expected, given = np.zeros(shape), np.zeros(shape, bool)
        slope, faint = np.full(count, priors.sparsity), np.zeros(count)
        precision = np.tile(1.0 / priors.spreads(expressions) ** 2, (len(times), 1))
        rivals: list[list[int]] = []
        if evidence is not None and (seen := evidence.seen()).any():
            read = _Readings.of(evidence)
            shared = [name for name in expressions if name in read.names]
            own, theirs = (np.array([those.index(name) for name in shared]) for those in (expressions, read.names))
            expected[:, own] = bridge(read.weights, seen, times)[:, theirs]
            slope[own], faint[own] = 0.0, read.faint[theirs]
            given[np.ix_(seen, own)] = True
            precision[np.ix_(seen, own)] = 1.0 / np.maximum(read.sigma[seen][:, theirs], LEAST_SIGMA) ** 2
            rivals = [[expressions.index(name) for name in pair] for pair in EXCLUSIONS if set(pair) <= set(shared)]
        return cls(expected, precision, slope, faint, given, np.array(rivals, np.int64).reshape(-1, 2))

    @property
    def informed(self) -> bool:
        """Whether there are readings at all."""
        return bool(self.given.any())

    def rows(self, select: NDArray[np.int64]) -> "Belief":
        return replace(self, expected=self.expected[select], precision=self.precision[select], given=self.given[select])

    def relaxed(self, weights: Array) -> tuple["Belief", NDArray[np.bool_]]:
        """For a last step from these weights: the belief without the slope that kept weights away, and which of them
        (T×E) are taken for absent. What was read is drawn towards 0 by faint²/weight, which spares what is strong: the
        non-negative garrote (Breiman 1995).
        """
        read = self.slope == 0
        belief = replace(
            self,
            expected=self.expected - self.faint**2 / np.maximum(weights, np.maximum(self.faint, 1e-9)),
            precision=np.where(read, self.precision, RELAXED_RIDGE),
            slope=np.zeros_like(self.slope),
        )
        return belief, np.where(read, weights < self.faint, weights <= ABSENT)

    def equations(self, weights: Array) -> tuple[Array, Array]:
        """T×E precisions and negative gradient at these weights."""
        precision, pull = self.precision.copy(), self.precision * (self.expected - weights) - self.slope
        for one, other in (*self.rivals, *self.rivals[:, ::-1]):
            behind = np.maximum(weights[:, other] - weights[:, one], 0.0)
            pull[:, one] -= EXCLUSION * self.precision[:, one] * behind
            precision[:, one] *= np.where(behind > 0, 1 - EXCLUSION, 1.0)
        return precision, pull


@dataclass(frozen=True)
class _Readings:
    """Evidence with the person's rest taken out and the lids that follow the eyes added."""

    names: tuple[str, ...]
    weights: Array
    sigma: Array
    faint: Array

    @classmethod
    def of(cls, evidence: Evidence) -> "_Readings":
        rest = resting(evidence)
        alone = cls(evidence.names, evidence.weights - rest.zero, evidence.sigma, FAINT * rest.noise)
        if evidence.gaze is None:
            return alone
        lids = gaze_weights(evidence.gaze)
        return cls(
            (*alone.names, *GAZE_SHAPES),
            np.column_stack([alone.weights, lids]),
            np.column_stack([alone.sigma, np.full_like(lids, LID_SIGMA)]),
            np.append(alone.faint, np.zeros(len(GAZE_SHAPES))),
        )
