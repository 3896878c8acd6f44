"""Least squares over a whole shot: block-tridiagonal systems in time.

Second differences couple a frame with its two neighbours on either side, so two frames make one block and the
system is block-tridiagonal; one forward and one backward sweep solve it in O(frames).
"""

from dataclasses import dataclass

import numpy as np

from ..conventions import Array, Array32


def bends(states: Array) -> Array:
    """(T−2)×n: second differences of T×n; no rows where there are fewer than three."""
    return np.diff(states, n=2, axis=0) if len(states) >= 3 else states[:0]


def second_difference_weights(count: int, stiffness: Array) -> Array:
    """count×3×n: main, first and second upper diagonals of DᵀSD, D the second-difference operator of `count` rows, S
    the weights of its rows, state by state ((count−2)×n).
    """
    diagonals = np.zeros((count, 3, stiffness.shape[1]))
    stencil = (1.0, -2.0, 1.0)
    for i in range(3):
        for j in range(i, 3):
            diagonals[i : len(stiffness) + i, j - i] += stencil[i] * stencil[j] * stiffness
    return diagonals


def smoothness_gradient(states: Array, stiffness: Array) -> Array:
    """DᵀSD·states (T×n): the gradient of half the squared second differences, weighted by S ((T−2)×n)."""
    gradient = np.zeros_like(states)
    if len(states) >= 3:
        bend = stiffness * bends(states)
        gradient[:-2] += bend
        gradient[1:-1] -= 2 * bend
        gradient[2:] += bend
    return gradient


def solve_coupled(hessians: Array, gradient: Array, stiffness: Array) -> Array:
    """The step x (T×n) of (blockdiag(hessians) + DᵀSD) x = gradient.

    hessians: T×n×n, positive definite; gradient: T×n; stiffness: S, (T−2)×n weights of second differences.
    States are scaled to a unit diagonal first, so that single precision serves (a step's relative error is 1e-4).
    """
    frames, states = gradient.shape
    diagonals = second_difference_weights(frames, stiffness)
    scale = 1.0 / np.sqrt(np.diagonal(hessians, axis1=1, axis2=2) + diagonals[:, 0])
    blocks = _Blocks(hessians, gradient, diagonals, scale)
    pairs = (frames + 1) // 2
    factors = np.empty((pairs, 2 * states, 2 * states), np.float32)  # inv(D) B, for the backward sweep
    reduced = np.zeros((pairs, 2 * states), np.float32)
    carry_matrix, carry_vector = np.zeros(factors.shape[1:], np.float32), np.zeros(2 * states, np.float32)
    for pair in range(pairs):
        block, coupling, right = blocks.pair(pair)
        solved = np.linalg.solve(block - carry_matrix, np.column_stack([coupling, right - carry_vector]))
        factors[pair], reduced[pair] = solved[:, :-1], solved[:, -1]
        carry_matrix = coupling.T @ solved[:, :-1]
        carry_vector = coupling.T @ solved[:, -1]
    for pair in range(pairs - 2, -1, -1):
        reduced[pair] -= factors[pair] @ reduced[pair + 1]
    return np.asarray(reduced.reshape(2 * pairs, states)[:frames] * scale)


@dataclass(frozen=True)
class _Blocks:
    """The scaled system, two frames at a time."""

    hessians: Array
    gradient: Array
    diagonals: Array
    scale: Array

    def pair(self, pair: int) -> tuple[Array32, Array32, Array32]:
        """Diagonal block, coupling to the next pair, and right-hand side of frames 2·pair and 2·pair + 1."""
        frames, n = self.gradient.shape
        block = np.eye(2 * n, dtype=np.float32)
        coupling, right = np.zeros((2 * n, 2 * n), np.float32), np.zeros(2 * n, np.float32)
        states = np.arange(n)
        for half in range(min(2, frames - 2 * pair)):
            frame, rows = 2 * pair + half, slice(half * n, (half + 1) * n)
            scale = self.scale[frame]
            block[rows, rows] = self.hessians[frame] * scale[:, None] * scale
            block[rows, rows][states, states] = 1.0
            right[rows] = self.gradient[frame] * scale
            for ahead in range(1, min(3, frames - frame)):
                link = self.diagonals[frame, ahead] * scale * self.scale[frame + ahead]
                here, there = states + half * n, states + (half + ahead) % 2 * n
                if half + ahead < 2:
                    block[here, there] = block[there, here] = link
                else:
                    coupling[here, there] = link
        return block, coupling, right
