import numpy as np
import pytest
from expression_transfer.core.fit.banded import second_difference_weights, smoothness_gradient, solve_coupled


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
    stiffness = rng.uniform(0, 5, n)
    operator = second_differences(frames)
    dense = np.kron(operator.T @ operator, np.diag(stiffness))
    for frame in range(frames):
        dense[frame * n : (frame + 1) * n, frame * n : (frame + 1) * n] += hessians[frame]
    expected = np.linalg.solve(dense, gradient.ravel()).reshape(frames, n)
    np.testing.assert_allclose(solve_coupled(hessians, gradient, stiffness), expected, rtol=1e-5, atol=1e-6)


def test_weights_and_gradient_are_those_of_the_operator():
    operator = second_differences(6)
    square = operator.T @ operator
    weights = second_difference_weights(6)
    for ahead in range(3):
        np.testing.assert_allclose(weights[: 6 - ahead, ahead], np.diag(square, ahead))
    states = np.random.default_rng(0).normal(size=(6, 3))
    np.testing.assert_allclose(smoothness_gradient(states), square @ states, atol=1e-12)
