"""The field's classic: landmark offsets, in distances of the outer eye corners, applied by a thin-plate spline."""

import cv2
import numpy as np

from ..conventions import Array, Array32
from ..face.model import FaceModel
from ..fit.result import Fit
from ..landmarks.places import eye_distance
from ..landmarks.track import LandmarkTrack
from ..raster.windows import Window

STEP = 4
"""px between the points where the spline is evaluated; between them its offsets are interpolated (it is smooth)."""
MARGIN = 4
"""Nodes beyond the window: half the interpolation's taps."""
PINS = 8
"""Pinned points along each side of the window."""
SPACING = 1.0
"""px: landmarks nearer to one already taken than this would make the spline's system singular."""


def offset(source: Array, neutral: Array) -> Array:
    """N×2, in eye distances: the source's landmarks (N×2 px) less its neutral ones."""
    return np.asarray((source - neutral) / eye_distance(neutral))


def driver_offsets(model: FaceModel, fit: Fit, track: LandmarkTrack) -> Array:
    """T×478×2, in eye distances: each seen frame's landmarks less this person's neutral ones in the same head pose;
    zero where unseen.
    """
    neutral = model.response.mean + np.tensordot(fit.identity, model.response.identity, 1) + fit.offset
    offsets = np.zeros((len(fit), len(neutral), 2))
    for row in np.flatnonzero(fit.visible):
        offsets[row] = offset(track.points[row].astype(np.float64), fit.project(neutral, row))
    return offsets


def displaced(target: Array, offsets: Array) -> Array:
    """N×2 px: the target's landmarks with offsets (N×2, in eye distances) added."""
    return np.asarray(target + eye_distance(target) * offsets)


def spline_offsets(old: Array, new: Array, window: Window) -> Array32:
    """H×W×2 px, old place − new place, of the thin-plate spline that carries new points (N×2 px) back to old ones.

    OpenCV's ThinPlateSplineShapeTransformer, with points on the window's border pinned.
    """
    keep = _spaced(new)
    pins = _border(window)
    spline = cv2.createThinPlateSplineShapeTransformer()
    there, here = np.concatenate([old[keep], pins]), np.concatenate([new[keep], pins])
    matches = [cv2.DMatch(i, i, 0) for i in range(len(here))]
    spline.estimateTransformation(here[None].astype(np.float32), there[None].astype(np.float32), matches)
    return _evaluated(spline, window)


def _evaluated(spline: cv2.ThinPlateSplineShapeTransformer, window: Window) -> Array32:
    """H×W×2 px: the spline's offsets, from nodes in the middle of squares STEP px wide, MARGIN more on each side."""
    u0, v0, u1, v1 = window
    u, v = (np.arange(-MARGIN, -(-length // STEP) + MARGIN) * STEP + STEP / 2 for length in (u1 - u0, v1 - v0))
    nodes = np.stack(np.meshgrid(u0 + u, v0 + v), axis=-1).astype(np.float32)
    _, moved = spline.applyTransformation(nodes.reshape(1, -1, 2))
    fine = cv2.resize(moved.reshape(nodes.shape) - nodes, None, fx=STEP, fy=STEP, interpolation=cv2.INTER_LANCZOS4)
    first = MARGIN * STEP
    return np.asarray(fine[first : first + v1 - v0, first : first + u1 - u0], dtype=np.float32)


def _spaced(points: Array) -> list[int]:
    kept: list[int] = []
    for index, point in enumerate(points):
        if not kept or np.abs(points[kept] - point).max(axis=1).min() > SPACING:
            kept.append(index)
    return kept


def _border(window: Window) -> Array:
    u0, v0, u1, v1 = window
    along = np.linspace(0.0, 1.0, PINS, endpoint=False)
    u, v = u0 + along * (u1 - u0), v0 + along * (v1 - v0)
    top, right = np.stack([u, np.full(PINS, v0)], axis=1), np.stack([np.full(PINS, u1), v], axis=1)
    return np.concatenate([top, right, (u0 + u1, v0 + v1) - top, (u0 + u1, v0 + v1) - right])
