"""The FACS CSV: action units, head, place and gaze by our own names; and sheets of FACS codes from elsewhere."""

from pathlib import Path
from typing import Literal

import numpy as np

from ..errors import InputError
from ..facs.affect import valence_arousal
from ..facs.channels import GAZE, HEAD, POSITION
from ..facs.codes import CODES, gaze_from_codes, head_from_codes, units_from_codes
from ..facs.derived import derived_units
from ..facs.levels import five_point, levels
from ..facs.performance import Performance
from ..facs.tables import DERIVED, UNITS
from .columns import Table, decimals, numbers, rate, rising, write_table

_MARKS = ("frame", "timestamp", "confidence", "success", "bridged")

Scale = Literal["0-5", "A-E"]
"""How intensities are written beside 0–1."""

CODES_MOST = 2.0
"""Strengths of FACS codes beyond this are on another scale than 0–1."""


def write_facs(performance: Performance, path: Path) -> None:
    """One row per frame: frame, seconds, confidence, success and bridged marks, every unit, head (radians, metres) and
    gaze (radians), and for information (their names end in _derived) derived units, valence and arousal.
    """
    header = [*_MARKS, *UNITS, *HEAD, *POSITION, *GAZE]
    header += [f"{name}_derived" for name in (*DERIVED, "valence", "arousal")]
    place = [performance.head, performance.position, performance.gaze.reshape(-1, 4)]
    known = [derived_units(performance), valence_arousal(performance)]
    values = np.column_stack([performance.units, *place, *known])
    write_table(path, header, [_marks(performance, row) + decimals(values[row]) for row in range(len(performance))])


def write_scale(performance: Performance, scale: Scale, path: Path) -> None:
    """Units and derived units as FACS' levels (A–E; empty below a trace) or on the scale of 0–5, for reading only: the
    columns' names end in the scale's.
    """
    values = np.column_stack([performance.units, derived_units(performance)])
    cells = levels(values).tolist() if scale == "A-E" else [decimals(row) for row in five_point(values)]
    header = [*_MARKS, *(f"{name}_{scale}" for name in (*UNITS, *DERIVED))]
    write_table(path, header, [_marks(performance, row) + cells[row] for row in range(len(performance))])


def _marks(performance: Performance, row: int) -> list[str]:
    return [
        str(performance.frames[row]),
        f"{performance.times[row]:.6f}",
        f"{performance.confidence[row]:.4f}",
        str(int(not performance.missing[row])),
        str(int(performance.bridged[row])),
    ]


def from_facs(table: Table, path: Path) -> Performance:
    values = {name: numbers(table, name, path) for name in ("timestamp", *UNITS)}
    known = (*HEAD, *POSITION, *GAZE, "confidence", "success")
    optional = {name: numbers(table, name, path) for name in known if name in table}
    times = rising(values["timestamp"], path) + values["timestamp"][0]
    count = len(times)
    zero, one = np.zeros(count), np.ones(count)
    marks = numbers(table, "bridged", path) if "bridged" in table else zero
    frames = numbers(table, "frame", path) if "frame" in table else np.arange(1, count + 1)
    if np.any(np.diff(frames) <= 0):
        raise InputError(f"{path}: column 'frame' doesn't rise from row to row")
    return Performance(
        units=np.stack([values[unit] for unit in UNITS], axis=1),
        head=np.stack([optional.get(name, zero) for name in HEAD], axis=1),
        position=np.stack([optional.get(name, zero) for name in POSITION], axis=1),
        gaze=np.stack([optional.get(name, zero) for name in GAZE], axis=1).reshape(-1, 2, 2),
        confidence=optional.get("confidence", one),
        bridged=marks > 0.5,
        missing=optional.get("success", one) < 0.5,
        frames=frames.astype(np.int64),
        times=times,
        fps=rate(times),
        source=path.name,
    )


def from_codes(table: Table, path: Path) -> Performance:
    """A sheet of FACS codes, both sides alike."""
    codes = {name: numbers(table, name, path) for name in table if name in CODES}
    if max(float(values.max()) for values in codes.values()) > CODES_MOST:
        raise InputError(f"{path}: strengths of FACS codes go beyond {CODES_MOST:g}; scale them to 0–1 first")
    seconds = numbers(table, "timestamp", path)
    times, count = rising(seconds, path) + seconds[0], len(seconds)
    head, position = head_from_codes(codes)
    return Performance(
        units=units_from_codes(codes),
        head=head,
        position=position,
        gaze=gaze_from_codes(codes),
        confidence=np.ones(count),
        bridged=np.zeros(count, bool),
        missing=np.zeros(count, bool),
        frames=np.arange(1, count + 1),
        times=times,
        fps=rate(times),
        source=path.name,
    )
