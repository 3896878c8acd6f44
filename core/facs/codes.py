"""FACS codes from elsewhere → control channels, gaze and head: the way back from tables.ACTION_UNITS.

A derived code moves what it is derived from. Where several codes speak of one movement the stronger counts, so that a
sheet with both AU26 and AU27, or AU43 and AU45, opens the jaw and closes the lids once.
"""

from collections.abc import Callable, Mapping

import numpy as np

from ..conventions import Array
from .derived import HEAD_RANGE, LEAN_RANGE
from .tables import ACTION_UNITS, CENTRAL, GAZE_RANGE, UNITS

CODES: frozenset[str] = frozenset(unit.code for unit in ACTION_UNITS) - {"AU30"} | frozenset(CENTRAL)
"""What a sheet may hold: codes without sides, for both; and the channels that have none (the jaw goes to one)."""

Codes = Mapping[str, Array]
"""Strengths (each T, 0–1) by code."""


def units_from_codes(codes: Codes) -> Array:
    """T×len(UNITS); what no code speaks of stays at rest."""
    value = _reader({**codes, **_implied(codes)})
    return np.stack([value(unit if unit in CODES else unit.split("_")[0]) for unit in UNITS], axis=1)


def _implied(codes: Codes) -> dict[str, Array]:
    """Read units as the derived ones have them too."""
    value = _reader(codes)
    stretched = np.where(value("AU27") > 0, (1.0 + value("AU27")) / 2, 0.0)
    lifted = (value("AU10") + value("AU16")) / 2
    parted = value("AU25") / np.maximum(1.0 - value("AU8"), 1e-3) - lifted
    return {
        "AU6": np.maximum(value("AU6"), value("AU11")),
        "AU10": np.maximum(value("AU10"), value("AU11")),
        "AU24": np.maximum(value("AU24"), value("AU23")),
        "AU26": np.clip(np.maximum.reduce([value("AU26"), stretched, np.minimum(parted, 1.0)]), 0.0, None),
        "AU28_lower": codes.get("AU28_lower", value("AU28")),
        "AU28_upper": codes.get("AU28_upper", value("AU28")),
        "AU34": np.maximum(value("AU34"), value("AU33")),
        "AU45": np.maximum(value("AU45"), value("AU43")),
    }


def _reader(codes: Codes) -> Callable[[str], Array]:
    rest = np.zeros_like(next(iter(codes.values())))
    return lambda code: codes.get(code, rest)


def gaze_from_codes(codes: Codes) -> Array:
    """T×2×2 rad, as Performance.gaze: both eyes alike."""
    value = _reader(codes)
    yaw = (value("AU61") - value("AU62")) * GAZE_RANGE["Out"]
    pitch = value("AU64") * GAZE_RANGE["Down"] - value("AU63") * GAZE_RANGE["Up"]
    return np.repeat(np.stack([yaw, pitch], axis=-1)[:, None], 2, axis=1)


def head_from_codes(codes: Codes) -> tuple[Array, Array]:
    """T×3 rad and T×3 m, as Performance.head and position."""
    value = _reader(codes)
    yaw = (value("AU51") - value("AU52")) * HEAD_RANGE["turn"]
    pitch = value("AU54") * HEAD_RANGE["down"] - value("AU53") * HEAD_RANGE["up"]
    roll = (value("AU56") - value("AU55")) * HEAD_RANGE["tilt"]
    nearer = (value("AU57") - value("AU58")) * LEAN_RANGE
    none = np.zeros_like(nearer)
    return np.stack([yaw, pitch, roll], axis=1), np.stack([none, none, nearer], axis=1)
