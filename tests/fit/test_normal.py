"""The gradient against finite differences of the cost, and the normal matrix against the Jacobian."""

import numpy as np
import pytest
from expression_transfer.core.face.model import Response
from expression_transfer.core.fit.metric import Metric
from expression_transfer.core.fit.normal import POSE, Pose, gradients, normal_matrices, residuals
from expression_transfer.core.fit.result import Camera

FRAMES, MODES = 3, 4


@pytest.fixture
def scene():
    rng = np.random.default_rng(0)
    points = rng.uniform(-0.09, 0.09, (478, 3))
    response = Response(points, None, None, rng.uniform(5e-4, 2e-3, (478, 2)), 1e-3 * rng.normal(size=(3, 478, 2)))
    metric = Metric.of(response)
    modes = 0.01 * rng.normal(size=(MODES, 478, 3))
    camera = Camera(512, 512, np.full(FRAMES, 700.0), np.array([256.0, 256.0]), np.zeros(2), 1.0)
    return rng, points, metric, modes, camera


def pose_at(rng, distance):
    translation = np.column_stack([*(distance * rng.uniform(-0.1, 0.1, (2, FRAMES))), np.full(FRAMES, distance)])
    return Pose(rng.normal(size=(FRAMES, 3)) * 0.3, translation)


def errors_at(points, modes, pose, camera, focal, step, seen, distance):
    moved = pose.moved(step[:, :POSE])
    shape = points + np.tensordot(step[:, POSE:], modes, 1)
    res = residuals(shape, seen, moved, camera, focal, METRIC[0])
    return res.errors * (distance / moved.translation[:, None, 2:])


METRIC = []


def jacobian(points, modes, pose, camera, focal, seen):
    distance = pose.translation[:, None, 2:]
    size, small = POSE + len(modes), 1e-6
    columns = []
    for state in range(size):
        step = np.zeros((FRAMES, size))
        step[:, state] = small
        ahead = errors_at(points, modes, pose, camera, focal, step, seen, distance)
        behind = errors_at(points, modes, pose, camera, focal, -step, seen, distance)
        columns.append((ahead - behind) / (2 * small))
    return np.stack(columns, axis=-1)


@pytest.mark.parametrize("distance", [0.5, 2.0])
def test_gradient_is_the_derivative_of_the_cost(scene, distance):
    rng, points, metric, modes, camera = scene
    METRIC[:] = [metric]
    pose, focal = pose_at(rng, distance), np.full(FRAMES, 700.0 * distance)
    seen = 256 + rng.normal(size=(FRAMES, 478, 2)) * 50
    res = residuals(np.broadcast_to(points, (FRAMES, 478, 3)), seen, pose, camera, focal, metric)
    res = type(res)(res.errors, np.ones_like(res.robust), res.view)
    found = gradients(res, np.broadcast_to(points, (FRAMES, 478, 3)), pose, modes, metric)
    j = jacobian(points, modes, pose, camera, focal, seen)
    expected = -np.einsum("tlis,tli->ts", j, metric.precision(res.errors))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6 * np.abs(expected).max())


@pytest.mark.parametrize("distance", [0.5, 200.0])
def test_normal_matrix_is_the_jacobians(scene, distance):
    rng, points, metric, modes, camera = scene
    METRIC[:] = [metric]
    pose, focal = pose_at(rng, distance), np.full(FRAMES, 700.0 * distance)
    seen = np.full((FRAMES, 478, 2), 256.0)
    shape = np.broadcast_to(points, (FRAMES, 478, 3))
    res = residuals(shape, seen, pose, camera, focal, metric)
    res = type(res)(res.errors, np.ones_like(res.robust), res.view)
    found = normal_matrices(res, shape, pose, modes, metric)
    j = jacobian(points, modes, pose, camera, focal, seen)
    for frame in range(FRAMES):
        columns = np.moveaxis(j[frame], -1, 0)
        expected = np.einsum("sli,tli->st", columns, metric.precision(columns))
        scale = np.sqrt(np.diag(expected))
        np.testing.assert_allclose(found[frame] / np.outer(scale, scale), expected / np.outer(scale, scale), atol=1e-3)
