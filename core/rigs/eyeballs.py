"""Which parts of a character's surface are eyeballs, told by their shape: pieces of their own that lie on a sphere."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from ..face.geometry import Eyeballs

AWAY = 0.025
"""m: how far a sphere's centre may be from where the built-in head has its eye's."""
RADII = (0.006, 0.03)
"""m: of eyeballs, from a bird's to a doll's."""
ROUND = 0.08
"""Root mean square distance from the sphere, in radii, of what is a part of one."""
FEWEST = 10
"""Vertices that a sphere can be told by."""


def find_eyeballs(vertices: Array, triangles: NDArray[np.int32], guess: Eyeballs) -> Eyeballs:
    """The eyeballs of a head in face space (V×3 m, F×3); `guess`: where to look, kept for an eye that has no ball."""
    label = pieces(vertices, triangles)
    member = np.zeros(len(vertices), dtype=np.int8)
    centre, radii = guess.centre.astype(np.float64), []
    for piece in np.unique(label[triangles]):
        own = np.flatnonzero(label == piece)
        if len(own) < FEWEST:
            continue
        middle, radius, rest = _sphere(vertices[own])
        away = np.linalg.norm(guess.centre - middle, axis=1)
        if away.min() < AWAY and RADII[0] < radius < RADII[1] and rest < ROUND * radius:
            member[own] = away.argmin() + 1
    for eye in range(2):
        ball = member == eye + 1
        if ball.any():
            centre[eye], radius, _ = _sphere(vertices[ball])
            radii.append(radius)
    radius = float(np.mean(radii)) if radii else guess.radius
    return replace(guess, centre=centre.astype(np.float32), radius=radius, member=member)


def pieces(vertices: Array, triangles: NDArray[np.int32]) -> NDArray[np.intp]:
    """V: a number per piece of surface; vertices at one place are one, as where a file splits them along seams."""
    _, same = np.unique(np.round(vertices, 6), axis=0, return_inverse=True)
    corners = same.reshape(-1)[triangles]
    label = np.arange(int(same.max()) + 1)
    while True:
        least = label[corners].min(axis=1)
        lower = label.copy()
        np.minimum.at(lower, corners.ravel(), np.repeat(least, 3))
        lower = lower[lower]
        if np.array_equal(lower, label):
            return np.asarray(label[same.reshape(-1)])
        label = lower


def _sphere(points: Array) -> tuple[Array, float, float]:
    """The sphere nearest to points (N×3), linear least squares: centre, radius, root mean square distance from it."""
    middle = points.mean(axis=0)
    away = points - middle
    system = np.concatenate([2 * away, np.ones((len(points), 1))], axis=1)
    solution = np.linalg.lstsq(system, np.sum(away**2, axis=1), rcond=None)[0]
    radius = float(np.sqrt(max(solution[3] + solution[:3] @ solution[:3], 0.0)))
    rest = np.linalg.norm(away - solution[:3], axis=1) - radius
    return middle + solution[:3], radius, float(np.sqrt(np.mean(rest**2)))
