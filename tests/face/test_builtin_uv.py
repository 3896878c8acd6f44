"""The built-in head's texture layout: inside the square, and no two triangles on each other, exactly."""

from itertools import product

import numpy as np
import pytest
from expression_transfer.core.face.library import load_builtin

CELLS = 200
ROUNDING = 1e-13
"""Of products of two differences of single-precision UVs, taken in double precision."""


def neighbours(corners: np.ndarray) -> np.ndarray:
    """Pairs (K×2) of triangles (F×3×2) with a cell of a grid in common."""
    low, high = (np.floor(f(axis=1) * CELLS).astype(int) for f in (corners.min, corners.max))
    cells: dict[tuple[int, int], list[int]] = {}
    for index, (start, end) in enumerate(zip(low, high, strict=True)):
        for cell in product(*(range(a, b + 1) for a, b in zip(start, end, strict=True))):
            cells.setdefault(cell, []).append(index)
    pairs = [np.stack(np.triu_indices(len(members), 1), axis=1) for members in cells.values()]
    whole = np.concatenate([np.array(members)[pair] for members, pair in zip(cells.values(), pairs, strict=True)])
    return np.unique(whole, axis=0)


def apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """K: some side of a triangle of `one` (K×3×2, counter-clockwise) has all of the other's triangle beyond it."""
    side = np.roll(one, -1, axis=1) - one
    away = other[:, None] - one[:, :, None]
    turn = side[:, :, None, 0] * away[..., 1] - side[:, :, None, 1] * away[..., 0]
    return (turn <= ROUNDING).all(axis=2).any(axis=1)


def overlapping(corners: np.ndarray) -> np.ndarray:
    """Pairs of triangles (F×3×2, counter-clockwise) whose insides meet: convex, so no side of either parts them."""
    pairs = neighbours(corners)
    one, other = corners[pairs[:, 0]], corners[pairs[:, 1]]
    return pairs[~(apart(one, other) | apart(other, one))]


def counter_clockwise(corners: np.ndarray) -> np.ndarray:
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    assert (area != 0).all()
    return np.where((area > 0)[:, None, None], corners, corners[:, ::-1])


def test_the_oracle_finds_a_planted_overlap() -> None:
    square = np.array([[[0, 0], [1, 0], [1, 1]], [[0, 0], [1, 1], [0, 1]]], dtype=float) / 2
    assert not len(overlapping(square))
    assert len(overlapping(np.concatenate([square, square[:1] * 0.5 + [0.01, 0.001]]))) == 1


def test_no_two_triangles_lie_on_each_other() -> None:
    model = load_builtin()
    corners = model.uv[model.uv_triangles].astype(np.float64)
    assert corners.min() >= 0 and corners.max() <= 1
    found = overlapping(counter_clockwise(corners))
    assert not len(found), [tuple(model.parts[model.part[index]] for index in pair) for pair in found[:5]]


@pytest.mark.parametrize("part", ["skin", "lips", "head", "teeth_upper", "tongue"])
def test_parts_are_not_mirrored_in_themselves(part: str) -> None:
    model = load_builtin()
    corners = model.uv[model.uv_triangles[model.part == model.parts.index(part)]].astype(np.float64)
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    assert (area > 0).all() or (area < 0).all()
