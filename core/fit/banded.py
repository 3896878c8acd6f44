"""Least squares over a whole shot: block-tridiagonal systems in time.

Second differences couple a frame with its two neighbours on either side, so two frames make one block and the
system is block-tridiagonal; one forward and one backward sweep solve it in O(frames).
"""

import numpy as np

from ..conventions import Array


def second_difference_weights(count: int) -> Array:
    """count×3: the main, first and second upper diagonals of DᵀD for the second-difference operator D of `count` rows."""
    diagonals = np.zeros((count, 3))
    for row in range(count - 2):
        stencil = np.array([1.0, -2.0, 1.0])
        for i in range(3):
            for j in range(i, 3):
                diagonals[row + i, j - i] += stencil[i] * stencil[j]
    return diagonals


def smoothness_gradient(states: Array) -> Array:
    """DᵀD·states (T×n): the gradient of half the squared second differences."""
    gradient = np.zeros_like(states)
    if len(states) >= 3:
        bend = states[:-2] - 2 * states[1:-1] + states[2:]
        gradient[:-2] += bend
        gradient[1:-1] -= 2 * bend
        gradient[2:] += bend
    return gradient


def solve_coupled(hessians: Array, gradient: Array, stiffness: Array) -> Array:
    """The step x (T×n) of (blockdiag(hessians) + DᵀD ⊗ diag(stiffness)) x = gradient.

    hessians: T×n×n, positive definite; gradient: T×n; stiffness: n, weight of each state's second differences.
    """
    frames, states = gradient.shape
    pairs = (frames + 1) // 2
    diagonals = second_difference_weights(frames)
    factors = np.empty((pairs, 2 * states, 2 * states), np.float32)  # inv(D) B, for the backward sweep
    reduced = np.zeros((pairs, 2 * states))
    carry_matrix, carry_vector = np.zeros((2 * states, 2 * states)), np.zeros(2 * states)
    for pair in range(pairs):
        block, coupling, right = _pair(hessians, gradient, diagonals, stiffness, pair)
        solved = np.linalg.solve(block - carry_matrix, np.column_stack([coupling, right - carry_vector]))
        factors[pair], reduced[pair] = solved[:, :-1], solved[:, -1]
        carry_matrix = coupling.T @ solved[:, :-1]
        carry_vector = coupling.T @ solved[:, -1]
    for pair in range(pairs - 2, -1, -1):
        reduced[pair] -= factors[pair] @ reduced[pair + 1]
    return reduced.reshape(2 * pairs, states)[:frames]


def _pair(
    hessians: Array, gradient: Array, diagonals: Array, stiffness: Array, pair: int
) -> tuple[Array, Array, Array]:
    """Diagonal block, coupling to the next pair, and right-hand side of frames 2·pair and 2·pair + 1."""
    frames, n = gradient.shape
    block, coupling, right = np.eye(2 * n), np.zeros((2 * n, 2 * n)), np.zeros(2 * n)
    for half in range(min(2, frames - 2 * pair)):
        frame, rows = 2 * pair + half, slice(half * n, (half + 1) * n)
        block[rows, rows] = hessians[frame] + np.diag(diagonals[frame, 0] * stiffness)
        right[rows] = gradient[frame]
        for ahead in (1, 2):
            if frame + ahead >= frames:
                continue
            link = np.diag(diagonals[frame, ahead] * stiffness)
            target = half + ahead
            columns = slice((target % 2) * n, (target % 2 + 1) * n)
            if target < 2:
                block[rows, columns] = block[columns, rows] = link
            else:
                coupling[rows, columns] = link
    return block, coupling, right
