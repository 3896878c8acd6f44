"""Smooth warps of space through given points: thin plates in three dimensions."""

from dataclasses import dataclass

import numpy as np

from ..conventions import Array

CHUNK = 4096
"""Points at a time."""


@dataclass(frozen=True)
class Warp:
    """x ↦ affine · [x 1] + Σ weight · |x − centre|, the biharmonic spline of three dimensions."""

    centres: Array
    """K×3."""
    weights: Array
    """K×3."""
    affine: Array
    """4×3."""

    def __call__(self, points: Array) -> Array:
        """…×3 of points …×3."""
        flat = points.reshape(-1, 3)
        parts = [self._some(flat[start : start + CHUNK]) for start in range(0, len(flat), CHUNK)]
        return np.concatenate(parts).reshape(points.shape)

    def _some(self, points: Array) -> Array:
        return np.asarray(distances(points, self.centres) @ self.weights + _homogeneous(points) @ self.affine)


def spline(centres: Array, targets: Array, slack: Array) -> Warp:
    """The warp that takes centres (K×3) near targets (K×3): the larger `slack` (K, lengths), the less exactly.

    Of all warps that come as near it bends least (Bookstein 1989, in three dimensions).
    """
    count = len(centres)
    system = np.zeros((count + 4, count + 4))
    system[:count, :count] = distances(centres, centres) - np.diag(slack)  # the kernel |x| is conditionally negative
    system[:count, count:] = _homogeneous(centres)
    system[count:, :count] = system[:count, count:].T
    solution = np.linalg.solve(system, np.concatenate([targets, np.zeros((4, 3))]))
    return Warp(centres, solution[:count], solution[count:])


def distances(a: Array, b: Array) -> Array:
    """A×B."""
    squares = np.sum(a**2, axis=1)[:, None] + np.sum(b**2, axis=1) - 2 * a @ b.T
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)))


def _homogeneous(points: Array) -> Array:
    return np.concatenate([points, np.ones((len(points), 1))], axis=1)
