import numpy as np
from expression_transfer.core.facs.strength import at_strength

FITTED = np.linspace(0, 1, 1001)


def test_none_and_full_are_what_they_say():
    assert np.array_equal(at_strength(np.array([0.0, 1.0])), [0.0, 1.0])


def test_of_two_frames_the_stronger_stays_the_stronger():
    assert (np.diff(at_strength(FITTED)) > 0).all()


def test_nothing_is_weakened_and_the_middle_gains_most():
    gained = at_strength(FITTED) - FITTED
    assert (gained >= 0).all()
    assert 0.3 < FITTED[gained.argmax()] < 0.5


def test_validation_people_are_met_on_average():
    """Truth by what was fitted, means over the six shots (docs/fitting.md, Strength)."""
    fitted, true = np.array([[0.24, 0.35, 0.45, 0.55, 0.64, 0.75], [0.43, 0.53, 0.59, 0.69, 0.79, 0.83]])
    assert np.abs(at_strength(fitted) - true).max() < 0.06
