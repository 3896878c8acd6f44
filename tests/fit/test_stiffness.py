"""What trembles is held still, what acts is not: against the same smoothing with one weight for all."""

import numpy as np
from expression_transfer.core.fit.banded import bends, smoothness_gradient, solve_coupled
from expression_transfer.core.fit.normal import POSE
from expression_transfer.core.fit.priors import STILL, TREMOR, Stiffness

NAMES = ("eyeBlink_L", "mouthSmile_L")
BLINK, SMILE = POSE, POSE + 1
SIGMA = 0.02


def smoothed(seen: np.ndarray, weights) -> np.ndarray:
    """Maximum a posteriori of one curve (T) seen with noise SIGMA; `weights` of its bends (T−2) by the curve so far."""
    found = seen[:, None]
    for _ in range(3):
        held = weights(bends(found))
        pull = (seen[:, None] - found) / SIGMA**2 - smoothness_gradient(found, held)
        found = found + solve_coupled(np.full((len(seen), 1, 1), 1 / SIGMA**2), pull, held)
    return found[:, 0]


def test_weights_fall_with_the_bend():
    stiff = Stiffness.of(NAMES, 30.0)
    still, half, moving = (np.full((5, POSE + 2), bend) for bend in (0.0, TREMOR * stiff.usual[SMILE] ** -0.5, 0.3))
    np.testing.assert_allclose(stiff.at(still)[:, SMILE], STILL * stiff.usual[SMILE])
    np.testing.assert_allclose(stiff.at(half)[:, SMILE], STILL / 2 * stiff.usual[SMILE])
    assert (stiff.at(moving)[:, SMILE] < stiff.usual[SMILE]).all()
    for bend in (still, moving):
        np.testing.assert_allclose(stiff.at(bend)[:, : BLINK + 1], np.tile(stiff.usual[: BLINK + 1], (5, 1)))
    assert stiff.at(still[:0]).shape == (0, POSE + 2)


def test_rest_is_still_and_a_smile_keeps_its_height():
    stiff, rng = Stiffness.of(NAMES, 30.0), np.random.default_rng(3)
    truth = np.zeros(120)
    truth[60:72], truth[72:80] = np.linspace(0, 0.8, 12), 0.8
    seen = truth + rng.normal(0, 0.004, 120)

    def steady(bend: np.ndarray) -> np.ndarray:
        return stiff.at(np.repeat(bend, POSE + 2, axis=1))[:, [SMILE]]

    def even(bend: np.ndarray) -> np.ndarray:
        return np.full_like(bend, stiff.usual[SMILE])

    ours, gaussian = smoothed(seen, steady), smoothed(seen, even)
    tremor = [np.abs(np.diff(curve[:55], n=2)).mean() for curve in (ours, gaussian)]
    assert tremor[0] < tremor[1] / 3
    assert np.abs(ours - truth).max() < np.abs(gaussian - truth).max()
