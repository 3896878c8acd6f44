"""Encoding → Evidence: the whole shot's expressions and gaze, read against the person's own mean face."""

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array32
from ..fit.evidence import Evidence
from ..landmarks.track import LandmarkTrack
from .alignment import align
from .encoding import Encoding
from .networks import ExpressionNetwork, Mean

BATCH = 64
"""Frames that go through the network together."""


def predict(network: ExpressionNetwork, encoding: Encoding, track: LandmarkTrack) -> Evidence:
    """What the encoder reads off each frame that it saw; NaN elsewhere. `encoding` and `track`: of the same frames."""
    seen = np.flatnonzero(encoding.visible & track.visible)
    count, names = len(encoding), len(network.names)
    weights, sigma = np.full((count, names), np.nan), np.full((count, names), np.nan)
    gaze = np.full((count, 2, 2), np.nan)
    mean = mean_face(encoding, track, seen)
    for rows in np.split(seen, range(BATCH, len(seen), BATCH)):
        weights[rows], sigma[rows], gaze[rows] = network(encoding.texture[rows], fronts(track, rows), mean)
    return Evidence(network.names, weights, sigma, gaze)


def fronts(track: LandmarkTrack, rows: NDArray[np.int64]) -> Array32:
    """N×478×3: aligned landmarks of some frames."""
    points = np.concatenate([track.points[rows], track.depth[rows, :, None]], axis=2)
    return align(points).front(points)


def mean_face(encoding: Encoding, track: LandmarkTrack, seen: NDArray[np.int64]) -> Mean:
    """Of the frames `seen`, summed batch by batch: memory doesn't grow with the shot."""
    texture, landmarks = np.zeros(encoding.texture.shape[1:]), np.zeros((track.points.shape[1], 3))
    for rows in np.split(seen, range(BATCH, len(seen), BATCH)):
        texture += encoding.texture[rows].sum(axis=0, dtype=np.float64)
        landmarks += fronts(track, rows).sum(axis=0, dtype=np.float64)
    count = max(len(seen), 1)
    return Mean((texture / count).astype(np.float32), (landmarks / count).astype(np.float32))
