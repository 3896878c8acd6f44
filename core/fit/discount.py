"""Landmarks counted once: the estimator has seen them too, and knows better what the detector makes of an expression.

The landmarks are taken to show the weights plus a deviation, independent in every frame, of which they say nothing
more; it is integrated out of their normal equations (a Schur complement). Their evidence about an expression is then
never surer than the deviation is small; what they say of pose and identity stays.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from .normal import POSE

DEVIATION = 0.1
"""Standard deviation of what the landmarks show about a weight beside the truth, where the estimator read it too."""
NONE = 1e8
"""Precision of the deviation where the landmarks are the only witness."""


@dataclass(frozen=True)
class Discount:
    """What is taken off T frames' equations by POSE and E expressions."""

    share: Array
    """T×(POSE+E)×E: the part of each expression's pull that the deviation explains in every state."""

    @classmethod
    def of(cls, normal: Array, given: NDArray[np.bool_]) -> "Discount":
        """normal: T×(POSE+E)×(POSE+E), the landmarks' own; given: T×E, the estimator read this."""
        own = normal[:, POSE:, POSE:].copy()
        own[:, range(own.shape[1]), range(own.shape[1])] += np.where(given, 1.0 / DEVIATION**2, NONE)
        return cls(np.linalg.solve(own, normal[:, POSE:]).transpose(0, 2, 1))

    def normal(self, normal: Array) -> Array:
        return np.asarray(normal - self.share @ normal[:, POSE:])

    def gradient(self, gradient: Array) -> Array:
        return np.asarray(gradient - np.einsum("tij,tj->ti", self.share, gradient[:, POSE:]))
