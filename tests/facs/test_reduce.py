"""Keys within a tolerance, against the curves they stand for and SciPy's Hermite splines."""

import numpy as np
import pytest
from expression_transfer.core.facs.reduce import reduced


def acted(count=400, seed=0):
    """Bursts, pauses and tremor, as a face has them."""
    rng = np.random.default_rng(seed)
    walk = np.cumsum(rng.normal(0, 0.03, count)) * (np.sin(np.arange(count) / 40) > -0.3)
    return np.clip(0.5 + walk, 0, 1)


@pytest.mark.parametrize("tolerance", [0.1, 0.02, 0.001, 0.0])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_no_sample_is_further_off_than_the_tolerance(tolerance, seed):
    frames, values = np.arange(400.0), acted(seed=seed)
    keys = reduced(frames, values, tolerance)
    assert np.abs(keys.at(frames) - values).max() <= tolerance + 1e-12
    assert set(keys.frames) <= set(frames)


def test_wider_tolerances_need_fewer_keys():
    frames, values = np.arange(400.0), acted()
    counts = [len(reduced(frames, values, tolerance).frames) for tolerance in (0.001, 0.01, 0.05)]
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] < 100


def test_a_cubic_is_two_keys():
    frames = np.arange(50.0)
    values = 0.3 + 0.01 * frames - 4e-4 * frames**2 + 5e-6 * frames**3
    keys = reduced(frames, values, 1e-9)
    assert len(keys.frames) == 2
    assert keys.after[0] == pytest.approx(0.01)


def test_between_keys_the_curve_is_scipys_hermite_spline():
    interpolate = pytest.importorskip("scipy.interpolate")
    keys = reduced(np.arange(60.0), np.sin(np.arange(60) / 5), 0.05)
    for piece in range(len(keys.frames) - 1):
        ends = slice(piece, piece + 2)
        slopes = [keys.after[piece], keys.before[piece + 1]]
        spline = interpolate.CubicHermiteSpline(keys.frames[ends], keys.values[ends], slopes)
        inside = np.linspace(*keys.frames[ends], 9)
        np.testing.assert_allclose(keys.at(inside), spline(inside), atol=1e-12)


def test_one_frame_is_one_key():
    keys = reduced(np.array([7.0]), np.array([0.4]), 0.1)
    np.testing.assert_array_equal(keys.at(np.array([0.0, 7.0, 9.0])), 0.4)
