"""The detector's noise as a metric: covariance = diag(sigma²) + common·commonᵀ, inverted by Woodbury's identity."""

from dataclasses import dataclass

import numpy as np

from ..conventions import Array
from ..face.model import Response

MODEL_ERROR = 0.0015
"""m: how far real people's landmarks stray from any model's, landmark by landmark, beyond the detector's noise."""

COMMON_SHARE = 0.3
"""How much of the measured low-rank noise is believed; much of it is expression that the noise would explain away."""

REPETITION = 4.0
"""How many landmarks, on average, say the same thing: the evidence of 478 neighbours is not that of 478 witnesses."""


@dataclass(frozen=True)
class Metric:
    """Precision of 478 landmarks' image errors, measured at the face (m), axes u and v."""

    weight: Array
    """478×2: 1/sigma²."""
    common: Array
    """R×956: sigma⁻²·common, flattened."""
    core: Array
    """R×R: (1 + commonᵀ·sigma⁻²·common)⁻¹."""

    @classmethod
    def of(cls, response: Response) -> "Metric":
        """The metric of a measured response, with what real people add to it (docs/fitting.md has the figures)."""
        weight = 1.0 / (REPETITION * (np.square(response.sigma.astype(np.float64)) + MODEL_ERROR**2))
        common = COMMON_SHARE * np.sqrt(REPETITION) * response.common.astype(np.float64)
        scaled = (common * weight).reshape(len(common), weight.size)
        core = np.linalg.inv(np.eye(len(common)) + scaled @ common.reshape(len(common), weight.size).T)
        return cls(weight, scaled, core)

    def precision(self, errors: Array) -> Array:
        """covariance⁻¹·errors for T×478×2 errors (m)."""
        flat = errors.reshape(len(errors), self.weight.size)
        shared = (flat @ self.common.T) @ self.core @ self.common
        return errors * self.weight - shared.reshape(errors.shape)
