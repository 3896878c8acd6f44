"""Lids that slide over the eyeball, whatever its shape, instead of sinking into it."""

import numpy as np

from ..conventions import Array
from ..face.geometry import Geometry
from .spline import distances

LEAST, MOST = 0.0002, 0.0008
"""m: how far a closing lid keeps off the eyeball at least, and at most; between these, as far as at rest."""
TRAVEL = (0.002, 0.006)
"""m: skin that moves less keeps its distance at rest, be it negative; what moves more is a closing lid."""
REACH = 1.6
"""Of the eyeball's radius: skin farther from its centre has nothing to do with it."""
STILL, NOTICED = 1e-6, 1e-5
"""m."""
SWEEP = 0.003
"""m: how far skin beside a place that is raised is raised too."""


def clear_of_eyeballs(head: Geometry, expression: Array) -> Array:
    """E×V×3: displacements changed where they would take skin into an eyeball; moved out along its radius."""
    result = expression.copy()
    mean = head.mean.astype(np.float64)
    for eye in range(2):
        centre = head.eyes.centre[eye].astype(np.float64)
        ball = mean[head.eyes.member == eye + 1] - centre
        away = np.linalg.norm(mean - centre, axis=1)
        near = np.flatnonzero((away < REACH * head.eyes.radius) & (head.eyes.member == 0) & (mean[:, 2] > centre[2]))
        if len(ball) and len(near):
            for row in result:
                some = near[np.abs(row[near]).max(axis=1) > STILL]
                row[some] += _outwards(ball, mean[some] - centre, row[some])
    return result


def _outwards(ball: Array, at_rest: Array, moved: Array) -> Array:
    """N×3: what points (N×3 from the eyeball's centre) lack, once moved, to stay outside of it."""
    height = np.minimum(np.linalg.norm(at_rest, axis=1) - _radius(ball, at_rest), MOST)
    closing = np.clip((np.linalg.norm(moved, axis=1) - TRAVEL[0]) / (TRAVEL[1] - TRAVEL[0]), 0, 1)
    kept = height + closing * np.maximum(LEAST - height, 0.0)
    place = at_rest + moved
    length = np.linalg.norm(place, axis=1)
    lacking = np.maximum(_radius(ball, place) + kept - length, 0.0)
    return np.asarray(place * (_spread(lacking, at_rest) / length)[:, None])


def _spread(lacking: Array, at_rest: Array) -> Array:
    """N: as much as is lacking (N) or a little more, so that skin is raised in one sweep over points (N×3)."""
    where = np.flatnonzero(lacking > NOTICED)
    if not len(where):
        return lacking
    bumps = lacking[where] * np.exp(-0.5 * (distances(at_rest, at_rest[where]) / SWEEP) ** 2)
    return np.asarray(bumps.max(axis=1))


def _radius(ball: Array, points: Array) -> Array:
    """N: how far an eyeball's surface (B×3 from its centre) reaches in the direction of points (N×3)."""
    reach = np.linalg.norm(ball, axis=1)
    cosine = (points / np.linalg.norm(points, axis=1, keepdims=True)) @ (ball / reach[:, None]).T
    nearest = np.argpartition(-cosine, 3, axis=1)[:, :3]
    share = np.take_along_axis(1 / (1.0001 - cosine), nearest, axis=1)
    return np.asarray((reach[nearest] * share).sum(axis=1) / share.sum(axis=1))
