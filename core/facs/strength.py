"""From a fitted weight to how strong the action was: whoever is unsure reads everything towards its mean.

Of people that the encoder had not learnt from, what is fitted at 0.25 was 0.4 on average and what is fitted at 0.45 was
0.6, while what is fitted below 0.1 mostly was nothing, and 0 and 1 are what they say (docs/fitting.md, Strength). The
curve is the same on two sets of people, of other skins and other faces. It rises everywhere, so that of two frames
the stronger one stays the stronger.
"""

import numpy as np

from ..conventions import Array
from .tables import UNITS

GAIN = 5.3
"""Chosen on the validation people of benchmarks/expression; 4 to 6.3 do alike."""
FIRM = {"AU26": 0.9, "AU17_upper": 0.8, "AU30_L": 0.8, "AU30_R": 0.8, "AU10_L": 2.7, "AU10_R": 2.7}
"""The gain of units that are fitted nearly as strong as they are, by least squares on the same people."""

_GAINS: Array = np.array([FIRM.get(unit, GAIN) for unit in UNITS])


def at_strength(fitted: Array) -> Array:
    """Units (T×len(UNITS), 0–1) of what was fitted (the same): u + gain·u²·(1 − u)³."""
    return np.asarray(fitted + _GAINS * fitted**2 * (1.0 - fitted) ** 3)
