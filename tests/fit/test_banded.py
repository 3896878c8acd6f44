import numpy as np
import pytest
from expression_transfer.core.fit.banded import bends, second_difference_weights, smoothness_gradient, solve_coupled


def second_differences(frames):
    operator = np.zeros((max(frames - 2, 0), frames))
    for row in range(frames - 2):
        operator[row, row : row + 3] = 1, -2, 1
    return operator


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 7, 10])
def test_equals_the_dense_solution(frames):
    rng = np.random.default_rng(frames)
    n = 5
    roots = rng.normal(size=(frames, n, n))
    hessians = roots @ roots.transpose(0, 2, 1) + np.eye(n)
    gradient = rng.normal(size=(frames, n))
    stiffness = rng.uniform(0, 5, (max(frames - 2, 0), n))
    operator = np.kron(second_differences(frames), np.eye(n))
    dense = operator.T @ np.diag(stiffness.ravel()) @ operator
    for frame in range(frames):
        dense[frame * n : (frame + 1) * n, frame * n : (frame + 1) * n] += hessians[frame]
    expected = np.linalg.solve(dense, gradient.ravel()).reshape(frames, n)
    np.testing.assert_allclose(solve_coupled(hessians, gradient, stiffness), expected, rtol=1e-5, atol=1e-6)


def test_weights_and_gradient_are_those_of_the_operator():
    operator, rng = second_differences(6), np.random.default_rng(0)
    states, stiffness = rng.normal(size=(6, 3)), rng.uniform(0, 5, (4, 3))
    weights, gradient = second_difference_weights(6, stiffness), smoothness_gradient(states, stiffness)
    np.testing.assert_allclose(bends(states), operator @ states)
    for state in range(3):
        square = operator.T @ np.diag(stiffness[:, state]) @ operator
        for ahead in range(3):
            np.testing.assert_allclose(weights[: 6 - ahead, ahead, state], np.diag(square, ahead))
        np.testing.assert_allclose(gradient[:, state], square @ states[:, state], atol=1e-12)
