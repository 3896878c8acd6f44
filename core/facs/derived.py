"""Units that follow from others, from gaze and from the head (tables.ACTION_UNITS says from what)."""

import numpy as np

from ..conventions import Array
from .levels import SLIGHT, TRACE
from .performance import Performance
from .tables import DERIVED, GAZE_RANGE, UNITS

CLOSED = 0.5
"""AU45 from which an eye counts as closed."""

CLOSURE_SECONDS = 0.5
"""Eyes that stay closed for longer are AU43, not a blink (FACS 2002, AU45)."""

HEAD_RANGE = {"turn": np.deg2rad(80.0), "up": np.deg2rad(60.0), "down": np.deg2rad(50.0), "tilt": np.deg2rad(45.0)}
"""rad at strength 1: the neck's normal range of motion (AMA, Guides to the Evaluation of Permanent Impairment, 5th
ed.)."""

LEAN_RANGE = 0.10
"""m at strength 1 of head forward and back; ours, about what the neck alone can do."""


def derived_units(performance: Performance) -> Array:
    """T×len(tables.DERIVED), 0–1."""
    curves = _of_units(performance) | _of_gaze(performance.gaze) | _of_head(performance)
    return np.clip(np.stack([curves[name] for name in DERIVED], axis=1), 0.0, 1.0)


def _of_units(performance: Performance) -> dict[str, Array]:
    unit = {name: performance.units[:, column] for column, name in enumerate(UNITS)}
    lifted = np.mean([unit["AU10_L"], unit["AU10_R"], unit["AU16_L"], unit["AU16_R"]], axis=0)
    parted = np.clip((unit["AU26"] + lifted) * (1.0 - unit["AU8"]), 0.0, 1.0)
    apart = np.clip((parted - TRACE) / (SLIGHT - TRACE), 0.0, 1.0)
    curves = {
        "AU23": apart * (unit["AU24_L"] + unit["AU24_R"]) / 2,
        "AU25": parted,
        "AU27": 2.0 * unit["AU26"] - 1.0,
    }
    for side in ("_L", "_R"):
        curves["AU11" + side] = np.minimum(unit["AU10" + side], unit["AU6" + side]) * (1.0 - unit["AU12" + side])
        curves["AU33" + side] = apart * unit["AU34" + side]
        curves["AU43" + side] = long_closures(unit["AU45" + side], performance.times)
    return curves


def long_closures(lid: Array, times: Array) -> Array:
    """The part of an AU45 curve (T; `times`: T s) where the eye stays closed for longer than a blink."""
    kept = np.zeros_like(lid)
    edges = np.flatnonzero(np.diff(lid >= CLOSED, prepend=False, append=False)).reshape(-1, 2)
    for first, beyond in edges:
        if times[beyond - 1] - times[first] > CLOSURE_SECONDS:
            kept[first:beyond] = lid[first:beyond]
    return kept


def _of_gaze(gaze: Array) -> dict[str, Array]:
    yaw, pitch = np.moveaxis(gaze.mean(axis=1), -1, 0)
    return {
        "AU61": yaw / GAZE_RANGE["Out"],
        "AU62": -yaw / GAZE_RANGE["Out"],
        "AU63": -pitch / GAZE_RANGE["Up"],
        "AU64": pitch / GAZE_RANGE["Down"],
    }


def _of_head(performance: Performance) -> dict[str, Array]:
    """Turns against the camera's axis; forward and back against the shot's usual distance."""
    yaw, pitch, roll = performance.head.T
    nearer = performance.position[:, 2]
    return {
        "AU51": yaw / HEAD_RANGE["turn"],
        "AU52": -yaw / HEAD_RANGE["turn"],
        "AU53": -pitch / HEAD_RANGE["up"],
        "AU54": pitch / HEAD_RANGE["down"],
        "AU55": -roll / HEAD_RANGE["tilt"],
        "AU56": roll / HEAD_RANGE["tilt"],
        "AU57": nearer / LEAN_RANGE,
        "AU58": -nearer / LEAN_RANGE,
    }
