"""A planted shot: the built-in head in front of a known camera, and landmarks exactly where it has them."""

from collections.abc import Callable

import numpy as np
import pytest
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.face.model import FaceModel
from expression_transfer.core.fit.result import Camera, Fit
from expression_transfer.core.landmarks.track import LandmarkTrack

SIZE = 384


@pytest.fixture(scope="session")
def head() -> FaceModel:
    return load_builtin()


@pytest.fixture(scope="session")
def weights(head) -> Callable[..., np.ndarray]:
    """E weights; a name without its side stands for both."""

    def make(**named: float) -> np.ndarray:
        values = np.zeros(len(head.expressions))
        for name, value in named.items():
            chosen = [i for i, shape in enumerate(head.expressions) if shape in (name, f"{name}_L", f"{name}_R")]
            assert chosen, name
            values[chosen] = value
        return values

    return make


@pytest.fixture(scope="session")
def shot(head) -> Callable[..., tuple[Fit, LandmarkTrack]]:
    """A fit and the track that it fits exactly, from T×E weights, a head turn and a gaze."""

    def make(expression: np.ndarray, turn=(0.0, 0.0, 0.0), gaze=0.0) -> tuple[Fit, LandmarkTrack]:
        rows = len(expression)
        camera = Camera(SIZE, SIZE, np.full(rows, 900.0), np.array([SIZE / 2, SIZE / 2]), np.zeros(2), 1.0)
        always, frames = np.ones(rows, dtype=bool), np.arange(rows)
        fit = Fit(
            model="builtin", expressions=head.expressions, camera=camera, identity=np.zeros(len(head.identity)),
            rotation=np.tile(turn, (rows, 1)), translation=np.tile([0.0, -0.03, 0.68], (rows, 1)),
            expression=expression, variance=np.zeros_like(expression, dtype=np.float32),
            gaze=np.full((rows, 2, 2), gaze), offset=np.zeros((478, 3)), residual=np.zeros(rows),
            confidence=np.ones(rows), visible=always, bridged=~always, frames=frames, times=frames / 25, fps=25.0,
        )  # fmt: skip
        shapes = [head.shape(fit.identity, fit.expression[row], fit.gaze[row]) for row in range(rows)]
        points = np.stack([fit.project(head.landmarks(shape), row) for row, shape in enumerate(shapes)])
        track = LandmarkTrack(
            points.astype(np.float32), np.zeros(points.shape[:2], np.float32), np.ones(rows, np.float32), always,
            frames, frames / 25, 25.0, SIZE, SIZE, None, "mediapipe-solutions",
        )  # fmt: skip
        return fit, track

    return make
