"""Which parts of a character's surface are eyeballs, told by their shape: pieces of their own that lie on a sphere."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from ..face.geometry import Eyeballs

AWAY = 0.012
"""m: how far, across and upwards, a ball's middle may be from where the built-in head has its eye's."""
WIDTHS = (0.012, 0.06)
"""m: of eyeballs, from a bird's to a doll's."""
ROUND, DEEP = 0.7, 0.3
"""Of the larger of width and height: the smaller one of a ball, seen from the front, and its depth. Lashes are wide and
low, an iris that is a disk isn't deep."""


def find_eyeballs(vertices: Array, triangles: NDArray[np.int32], guess: Eyeballs) -> Eyeballs:
    """The eyeballs of a head in face space (V×3 m, F×3); `guess`: where to look, kept for an eye that has no ball."""
    label = pieces(vertices, triangles)
    member = np.zeros(len(vertices), dtype=np.int8)
    centre, radii = guess.centre.astype(np.float64), []
    for piece in np.unique(label[triangles]):
        own = np.flatnonzero(label == piece)
        low, high = vertices[own].min(axis=0), vertices[own].max(axis=0)
        away = np.linalg.norm((guess.centre - (low + high) / 2)[:, :2], axis=1)
        if away.min() < AWAY and _is_ball(high - low):
            member[own] = away.argmin() + 1
    for eye in range(2):
        ball = vertices[member == eye + 1]
        if len(ball):
            centre[eye], radius = _sphere(ball[ball[:, 2] >= np.median(ball[:, 2])])
            radii.append(radius)
    radius = float(np.mean(radii)) if radii else guess.radius
    return replace(guess, centre=centre.astype(np.float32), radius=radius, member=member)


def _is_ball(size: Array) -> bool:
    """By its width, height and depth."""
    larger = float(size[:2].max())
    return WIDTHS[0] < larger < WIDTHS[1] and size[:2].min() > ROUND * larger and size[2] > DEEP * larger


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


def _sphere(points: Array) -> tuple[Array, float]:
    """Centre and radius of the sphere nearest to points (N×3), by linear least squares."""
    middle = points.mean(axis=0)
    away = points - middle
    system = np.concatenate([2 * away, np.ones((len(points), 1))], axis=1)
    solution = np.linalg.lstsq(system, np.sum(away**2, axis=1), rcond=None)[0]
    return middle + solution[:3], float(np.sqrt(max(solution[3] + solution[:3] @ solution[:3], 0.0)))
