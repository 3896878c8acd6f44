"""A face model that is a bump on a plane, and a fit of it, both with known geometry."""

import numpy as np
import pytest
from expression_transfer.core.face.geometry import Eyeballs
from expression_transfer.core.face.model import FaceModel, Response
from expression_transfer.core.fit.result import Camera, Fit

SIZE = 17


@pytest.fixture
def sheet():
    """A plane in face space, z = 0, 16 cm wide; 'slide' moves it 1 cm along x, 'lift' bends it towards the camera."""
    v, u = np.mgrid[0:SIZE, 0:SIZE] / (SIZE - 1.0)
    mean = np.stack([0.16 * (u - 0.5), 0.16 * (v - 0.5), np.zeros_like(u)], -1).reshape(-1, 3).astype(np.float32)
    slide = np.zeros_like(mean)
    slide[:, 0] = 0.01
    lift = np.zeros_like(mean)
    lift[:, 2] = 0.03 * np.exp(-((mean[:, :2] / 0.03) ** 2).sum(axis=1))
    index = np.arange(SIZE * SIZE).reshape(SIZE, SIZE)
    a, b, c, d = (i.ravel() for i in (index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]))
    triangles = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)]).astype(np.int32)
    nothing = np.zeros((0, 478, 3), np.float32)
    return FaceModel(
        name="sheet",
        licence="none",
        mean=mean,
        identity=np.zeros((0, len(mean), 3), np.float32),
        expression=np.stack([slide, lift]),
        expressions=("slide", "lift"),
        triangles=triangles,
        uv=np.stack([u.ravel(), v.ravel()], 1).astype(np.float32),
        uv_triangles=triangles,
        part=np.zeros(len(triangles), np.int8),
        parts=("skin",),
        landmark_triangle=np.zeros(478, np.int32),
        landmark_weights=np.tile(np.float32([1, 0, 0]), (478, 1)),
        eyes=Eyeballs(
            np.zeros((2, 3), np.float32), np.zeros((0, 2, 3), np.float32), 0.01, np.zeros(len(mean), np.int8)
        ),
        codes=np.zeros((2, 0), np.float32),
        code_names=(),
        response=Response(
            np.zeros((478, 3), np.float32), nothing, nothing, np.ones((478, 2), np.float32), nothing[..., :2]
        ),
    )


@pytest.fixture
def shot():
    """One frame, 200×160 px: turned a little, 0.6 m away, at rest."""
    camera = Camera(200, 160, np.array([420.0]), np.array([103.0, 78.0]), np.zeros(2), 1.0)
    return Fit(
        model="sheet",
        expressions=("slide", "lift"),
        camera=camera,
        identity=np.zeros(0),
        rotation=np.array([[0.2, -0.35, 0.1]]),
        translation=np.array([[0.01, -0.005, 0.6]]),
        expression=np.zeros((1, 2)),
        variance=np.zeros((1, 2), np.float32),
        gaze=np.zeros((1, 2, 2)),
        offset=np.zeros((478, 3)),
        residual=np.zeros(1),
        confidence=np.ones(1),
        visible=np.ones(1, bool),
        bridged=np.zeros(1, bool),
        frames=np.arange(1),
        times=np.zeros(1),
        fps=25.0,
    )
