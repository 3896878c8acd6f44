"""What a shot teaches about a person: values seen with some expressions, as a function of the expression.

A Gaussian process (Rasmussen and Williams 2006, 2.2). What goes with the head's pose is a part of its own: light that
changes with it is not taken for the expression's doing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..fit.result import Fit
from .bank import farthest

NEAR = 0.5
"""Distance of expressions, in weights, within which a face is alike."""
TURN, PLACE = 0.2, 0.05
"""rad and m by which a head's pose is another."""
NOISE = 0.3
"""Variance of what is seen in one frame, in that of what expressions do."""
COMMON = 0.2
"""Variance of what all frames share."""


@dataclass(frozen=True)
class Learnt:
    """M values by expression."""

    columns: NDArray[np.intp]
    """D: of a fit's E weights, those that count."""
    expressions: Array
    """K×D: those that were seen."""
    weights: Array32
    """K×M."""
    inverse: Array
    """K×K: of the covariance of what was seen."""

    def change(self, old: Array, new: Array) -> Array32:
        """M: by how much values grow from one expression to another (E weights each); 0 between equal ones."""
        one, other = (_alike(weights[None, self.columns], self.expressions) for weights in (old, new))
        return np.asarray((other - one).astype(np.float32)[0] @ self.weights)

    def known(self, expression: Array) -> float:
        """0–1: how much of what an expression (E weights) does was seen; one look tells nothing of change."""
        wanted = expression[None, self.columns]
        near = _alike(wanted, self.expressions)
        share = float((near @ self.inverse @ near.T)[0, 0] / _alike(wanted, wanted)[0, 0])
        return min(max(share, 0.0), 1.0) * (1 - 1 / len(self.expressions))


def learn(fit: Fit, rows: NDArray[np.intp], values: Array | Array32) -> Learnt:
    """Of values (K×M, less their mean) seen in K rows of a shot."""
    columns = acting(fit)
    expressions = fit.expression[np.ix_(rows, columns)]
    pose = np.concatenate([fit.rotation[rows] / TURN, fit.translation[rows] / PLACE], axis=1)
    same_pose = np.exp(-_squared(pose, pose) / 2)
    covariance = _alike(expressions, expressions) + same_pose + COMMON + NOISE * np.eye(len(rows))
    inverse = np.linalg.inv(covariance)
    return Learnt(columns, expressions, (inverse @ values).astype(np.float32), inverse)


def acting(fit: Fit) -> NDArray[np.intp]:
    """Columns of the expression that move skin: where the eyes look is no matter."""
    return np.array([i for i, name in enumerate(fit.expressions) if not name.startswith("eyeLook")], dtype=np.intp)


def telling(fit: Fit, allowed: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """Up to `count` of the allowed rows, rising: half of them spread over time, half over the expressions."""
    even = allowed[np.unique(np.linspace(0, len(allowed) - 1, min(count // 2, len(allowed))).astype(int))]
    # farthest goes by the mean over columns, expressions are as far apart as their sum
    columns = acting(fit)
    return np.union1d(even, farthest(np.sqrt(len(columns)) * fit.expression[:, columns], allowed, count // 2))


def _alike(one: Array, other: Array) -> Array:
    """N×K: covariance of what expressions (N×D and K×D) do: alike when near, and in proportion beyond."""
    return np.asarray(one @ other.T + np.exp(-_squared(one, other) / (2 * NEAR**2)))


def _squared(one: Array, other: Array) -> Array:
    """N×K: squared distances of N×D and K×D."""
    return np.asarray(np.sum(one**2, axis=1)[:, None] + np.sum(other**2, axis=1) - 2 * one @ other.T)
