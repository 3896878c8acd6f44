import numpy as np
from expression_transfer.core.facs.strength import FIRM, at_strength
from expression_transfer.core.facs.tables import UNITS

FITTED = np.tile(np.linspace(0, 1, 1001)[:, None], len(UNITS))
TIMID = [column for column, unit in enumerate(UNITS) if unit not in FIRM]


def test_none_and_full_are_what_they_say():
    ends = FITTED[[0, -1]]
    assert np.array_equal(at_strength(ends), ends)


def test_of_two_frames_the_stronger_stays_the_stronger():
    assert (np.diff(at_strength(FITTED), axis=0) > 0).all()


def test_nothing_is_weakened_and_the_middle_gains_most():
    gained = at_strength(FITTED) - FITTED
    assert (gained >= 0).all()
    assert (np.abs(FITTED[gained.argmax(axis=0), 0] - 0.4) < 0.01).all()


def test_validation_people_are_met_on_average():
    """Truth by what was fitted, means over the six shots (docs/fitting.md, Strength)."""
    fitted, true = np.array([[0.24, 0.35, 0.45, 0.55, 0.64, 0.75], [0.43, 0.53, 0.59, 0.69, 0.79, 0.83]])
    found = at_strength(np.tile(fitted[:, None], len(UNITS)))[:, TIMID]
    assert np.abs(found - true[:, None]).max() < 0.06


def test_the_jaw_is_read_at_its_strength():
    """Least squares on the same people without intercept: truth 0.97 of what was fitted."""
    jaw = UNITS.index("AU26")
    assert np.abs(at_strength(FITTED) - FITTED)[:, jaw].max() < 0.05
