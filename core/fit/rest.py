"""Where an estimator's zero lies for one person: a resting brow is not a frown.

Of each expression's readings in a shot some are of the face at rest, about the person's own zero, and the others lie
anywhere between that and 1; which are which, and the zero, is one maximum a posteriori estimate on a grid. A shot that
never shows rest says little against the prior, and then little is taken off.
"""

from dataclasses import dataclass

import numpy as np

from ..conventions import Array
from .evidence import Evidence

SPREAD = 0.08
"""Standard deviation of a person's zero about the estimator's."""
RESTING = 0.8
"""Part of the frames in which an expression is expected to be at rest."""
ALIKE = 8
"""How many neighbouring frames tell the same: an estimator errs alike in frames that look alike."""
ENOUGH = 600
"""Readings from which the zero is found, at most."""
GRID = np.arange(-0.15, 0.4001, 0.0125)
"""Zeros that are tried."""


@dataclass(frozen=True)
class Rest:
    """How n expressions of a person at rest are read."""

    zero: Array
    """n: the reading that means none."""
    noise: Array
    """n: standard deviation about it."""


def resting(evidence: Evidence) -> Rest:
    """What a shot's readings say of the person at rest."""
    rows = np.flatnonzero(evidence.seen())
    if len(rows) == 0:
        return Rest(*np.zeros((2, len(evidence.names))))
    every = -(-len(rows) // ENOUGH)
    readings, sigma = evidence.weights[rows[::every]], evidence.sigma[rows[::every]]
    counted = min(1.0, every / ALIKE)
    posterior = [
        counted * np.log(_likelihood(readings - zero, sigma)).sum(axis=0) - (zero / SPREAD) ** 2 / 2 for zero in GRID
    ]
    zero = GRID[np.argmax(posterior, axis=0)]
    return Rest(zero, _noise(readings - zero))


def _noise(above: Array) -> Array:
    """n: what readings are below the zero, root mean square: acting is only ever above it. Less where few are below."""
    below = np.minimum(above, 0.0)
    return np.asarray(np.sqrt(np.sum(below**2, axis=0) / np.maximum(np.count_nonzero(below, axis=0), ALIKE)))


def _likelihood(above: Array, sigma: Array) -> Array:
    """Density of readings this far above the zero: Gaussian at rest, else even over 0–1 (plus the noise)."""
    rest = np.exp(-((above / sigma) ** 2) / 2) / (sigma * np.sqrt(2 * np.pi))
    acting = _below(above / sigma) - _below((above - 1) / sigma)
    return np.asarray(RESTING * rest + (1 - RESTING) * acting + NEVER)


NEVER = 1e-6
"""Density of readings that neither explains."""


def _below(z: Array) -> Array:
    """The normal distribution function, by the logistic approximation (error below 0.01)."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(1.702 * z, -50.0, 50.0))))
