"""Spheres fitted to eyeballs."""

import numpy as np

from ..conventions import Array


def sphere_of(points: Array) -> tuple[Array, float]:
    """Centre (3) and radius of the sphere nearest to points (N×3), in the algebraic sense."""
    system = np.concatenate([2 * points, np.ones((len(points), 1))], axis=1)
    solution = np.linalg.lstsq(system, np.sum(points**2, axis=1), rcond=None)[0]
    return solution[:3], float(np.sqrt(solution[3] + solution[:3] @ solution[:3]))


def eyeball_of(points: Array) -> tuple[Array, float]:
    """Centre (3 m) and radius (m) of an eyeball's points (N×3 m, face space); the cornea bulges out of that sphere."""
    centre, _ = sphere_of(points)
    return sphere_of(points[points[:, 2] < centre[2] + 0.002])
