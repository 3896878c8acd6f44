"""Faces → Evidence: the whole shot's expressions and gaze, read against the person's own mean face."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from ..conventions import LANDMARKS, Array, Array32
from ..fit.evidence import Evidence
from ..landmarks.track import LandmarkTrack
from .alignment import align
from .faces import Faces
from .networks import ExpressionNetwork, Mean
from .shape_free import SIDE

BATCH = 64
"""Frames that go through the network together; always the same ones, so that results are the same in every run."""
THREADS = min(4, os.cpu_count() or 1)
"""Batches at once: a core each, and 35 MB."""

Rows = NDArray[np.int64]


def predict(network: ExpressionNetwork, faces: Faces, track: LandmarkTrack) -> Evidence:
    """What the encoder reads off each frame that shows the person; NaN elsewhere; both of the same clip."""
    seen = np.flatnonzero(track.visible)
    count, names = len(track), len(network.names)
    weights, sigma = np.full((count, names), np.nan), np.full((count, names), np.nan)
    gaze = np.full((count, 2, 2), np.nan)
    mean = mean_face(faces, track, seen)

    def read(rows: Rows) -> None:
        weights[rows], sigma[rows], gaze[rows] = network(faces.rows(rows), fronts(track, rows), mean)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(read, _batches(seen)))
    return Evidence(network.names, weights, sigma, gaze)


def fronts(track: LandmarkTrack, rows: Rows) -> Array32:
    """N×478×3: aligned landmarks of some frames."""
    points = np.concatenate([track.points[rows], track.depth[rows, :, None]], axis=2)
    return align(points).front(points)


def mean_face(faces: Faces, track: LandmarkTrack, seen: Rows) -> Mean:
    """Of the frames `seen`, summed batch by batch: memory doesn't grow with the shot."""
    texture: Array = np.zeros((SIDE, SIDE))
    landmarks: Array = np.zeros((LANDMARKS, 3))
    for rows in _batches(seen):
        texture += faces.rows(rows).sum(axis=0, dtype=np.float64)
        landmarks += fronts(track, rows).sum(axis=0, dtype=np.float64)
    count = max(len(seen), 1)
    return Mean((texture / count).astype(np.float32), (landmarks / count).astype(np.float32))


def _batches(rows: Rows) -> list[Rows]:
    return [rows[at : at + BATCH] for at in range(0, len(rows), BATCH)]
