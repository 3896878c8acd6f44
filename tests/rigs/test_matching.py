"""The small solvers against SciPy's."""

import numpy as np
import pytest
from expression_transfer.core.rigs.matching import assigned, non_negative
from scipy.optimize import linear_sum_assignment, nnls


@pytest.mark.parametrize("seed", range(20))
def test_assignment_is_the_best(seed):
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(1, 20))
    score = rng.normal(size=(rows, rows + int(rng.integers(0, 20))))
    if seed % 3 == 0:
        score = np.round(score)  # many equal ones
    found = assigned(score)
    assert len(set(found)) == rows
    best = score[linear_sum_assignment(score, maximize=True)].sum()
    assert score[np.arange(rows), found].sum() == pytest.approx(best)


@pytest.mark.parametrize("seed", range(20))
def test_weights_are_the_best_that_are_not_negative(seed):
    rng = np.random.default_rng(seed)
    parts, whole = rng.normal(size=(rng.integers(1, 9), 25)), rng.normal(size=25)
    if seed % 4 == 0:
        parts = np.concatenate([parts, parts[:1]])  # one twice
    found = non_negative(parts, whole)
    assert found.min() >= 0
    assert np.linalg.norm(found @ parts - whole) <= nnls(parts.T, whole)[1] + 1e-9


def test_nothing_to_mix():
    assert non_negative(np.zeros((0, 5)), np.ones(5)).shape == (0,)
    assert non_negative(-np.ones((1, 5)), np.ones(5)) == pytest.approx([0.0])
