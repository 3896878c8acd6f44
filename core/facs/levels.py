"""FACS' five levels of intensity, A–E, and the 0–5 scale of annotated data sets, for values of 0–1."""

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array

LEVELS = ("A", "B", "C", "D", "E")
NAMES = ("trace", "slight", "marked or pronounced", "severe or extreme", "maximum")
EDGES = (0.100, 0.217, 0.334, 0.622, 0.910)
"""Where each level begins. FACS (Ekman, Friesen & Hager 2002) names the levels and draws C and D wider than the rest,
without numbers; these are Noldus FaceReader's (Reference Manual, "Action Unit intensity")."""

TRACE, SLIGHT = EDGES[:2]

_VALUES, _FIVE = (0.0, *EDGES, 1.0), (0.0, 0.5, 1.5, 2.5, 3.5, 4.5, 5.0)


def levels(values: Array) -> NDArray[np.str_]:
    """Letters of intensities (any shape); "" below a trace."""
    return np.array(["", *LEVELS])[np.searchsorted(EDGES, values, side="right")]


def level(value: float) -> str:
    """The letter of one intensity; "" below a trace."""
    return str(levels(np.asarray(value)))


def five_point(values: Array) -> Array:
    """Intensities (any shape) on the scale of DISFA and BP4D, 0–5, where 1–5 are A–E: rounded, they are the level.

    Linear between the levels' edges; 1 is 5, and what artists push beyond 1 stays 5.
    """
    return np.asarray(np.interp(values, _VALUES, _FIVE))


def from_five_point(scores: Array) -> Array:
    """Values of intensities on the scale of 0–5: the inverse of five_point; what lies outside is taken for its end."""
    return np.asarray(np.interp(scores, _FIVE, _VALUES))
