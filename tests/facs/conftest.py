"""Small performances and fits with known values."""

from collections.abc import Callable

import numpy as np
import pytest
from expression_transfer.core.facs.performance import Performance
from expression_transfer.core.facs.tables import SHAPES, UNITS
from expression_transfer.core.fit.result import Camera, Fit


@pytest.fixture
def make_performance() -> Callable[..., Performance]:
    def make(count: int = 50, fps: float = 25.0, seed: int = 0, **changed: object) -> Performance:
        rng = np.random.default_rng(seed)
        values: dict[str, object] = {
            "units": rng.uniform(0, 1, (count, len(UNITS))),
            "head": rng.normal(0, 0.2, (count, 3)),
            "position": rng.normal(0, 0.02, (count, 3)),
            "gaze": rng.uniform(-0.3, 0.3, (count, 2, 2)),
            "confidence": np.ones(count),
            "bridged": np.zeros(count, bool),
            "missing": np.zeros(count, bool),
            "frames": np.arange(1, count + 1),
            "times": np.arange(count) / fps,
            "fps": fps,
            "source": "made.mp4",
        }
        return Performance(**{**values, **changed})  # type: ignore[arg-type]

    return make


@pytest.fixture
def make_fit() -> Callable[..., Fit]:
    def make(count: int = 60, fps: float = 25.0, seed: int = 0, **changed: object) -> Fit:
        rng = np.random.default_rng(seed)
        camera = Camera(640, 480, np.full(count, 700.0), np.array([320.0, 240.0]), np.zeros(2), 1.0)
        values: dict[str, object] = {
            "model": "builtin",
            "expressions": SHAPES,
            "camera": camera,
            "identity": np.zeros(3),
            "rotation": rng.normal(0, 0.1, (count, 3)),
            "translation": np.tile([0.0, 0.0, 0.6], (count, 1)),
            "expression": rng.uniform(0, 1, (count, len(SHAPES))),
            "variance": np.full((count, len(SHAPES)), 0.01, np.float32),
            "gaze": rng.uniform(-0.3, 0.3, (count, 2, 2)),
            "offset": np.zeros((478, 3)),
            "residual": np.ones(count),
            "confidence": np.ones(count),
            "visible": np.ones(count, bool),
            "bridged": np.zeros(count, bool),
            "frames": np.arange(101, 101 + count),
            "times": np.arange(count) / fps,
            "fps": fps,
        }
        return Fit(**{**values, **changed})  # type: ignore[arg-type]

    return make
