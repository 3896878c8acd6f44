"""Valence and arousal of a face, from its action units.

No regression from units to valence and arousal is published with its coefficients, so two published tables are
combined: EMFACS' prototypes of emotions (Friesen & Ekman 1983) and where people place those emotions on the scales
(Russell & Mehrabian 1977, "Evidence for a three-factor theory of emotions", J. Research in Personality 11). How they
are combined is ours. It tells what a face shows, not what its owner feels.
"""

import numpy as np

from ..conventions import Array
from .performance import Performance
from .tables import UNITS

PROTOTYPES: dict[str, tuple[str, ...]] = {
    "happiness": ("AU6", "AU12"),
    "sadness": ("AU1", "AU4", "AU15"),
    "surprise": ("AU1", "AU2", "AU5", "AU26"),
    "fear": ("AU1", "AU2", "AU4", "AU5", "AU7", "AU20", "AU26"),
    "anger": ("AU4", "AU5", "AU7", "AU24"),
    "disgust": ("AU9", "AU15", "AU16"),
}
"""EMFACS; anger's AU23 is read as AU24 (one shape, mouthPress; FACS' table of prototypes has anger with either)."""

CIRCUMPLEX: dict[str, tuple[float, float]] = {
    "happiness": (0.76, 0.48),
    "sadness": (-0.63, -0.27),
    "surprise": (0.40, 0.67),
    "fear": (-0.64, 0.60),
    "anger": (-0.51, 0.59),
    "disgust": (-0.60, 0.35),
}
"""Mean pleasure and arousal, −1 to 1, of "joyful", "sad", "surprised", "fearful", "angry", "disgusted"."""

CODES: tuple[str, ...] = tuple(dict.fromkeys(code for codes in PROTOTYPES.values() for code in codes))
"""The units that tell."""


def valence_arousal(performance: Performance) -> Array:
    """T×2, −1 to 1; a face at rest is at (0, 0)."""
    shown = np.stack([_strength(performance, code) for code in CODES], axis=1)
    found = np.stack([_likeness(shown, codes) for codes in PROTOTYPES.values()], axis=1)
    places = np.array([CIRCUMPLEX[emotion] for emotion in PROTOTYPES])
    return np.asarray(found @ places / np.maximum(found.sum(axis=1, keepdims=True), 1.0))


def _strength(performance: Performance, code: str) -> Array:
    """T: the mean of both sides, at most 1."""
    columns = [column for column, unit in enumerate(UNITS) if unit.split("_")[0] == code]
    return np.asarray(np.minimum(performance.units[:, columns].mean(axis=1), 1.0))


def _likeness(shown: Array, codes: tuple[str, ...]) -> Array:
    """T: the mean strength of a prototype's units, times the share of the face's movement that lies along it (cos²)."""
    prototype = np.array([code in codes for code in CODES], dtype=float)
    along = shown @ prototype
    movement = np.maximum(np.sum(shown**2, axis=1), 1e-12)
    return np.asarray(along / prototype.sum() * along**2 / (prototype.sum() * movement))
