"""Curves as text: Live Link Face's CSV (ARKit) and a FACS CSV, both written and read back by column name."""

import csv
import io
from pathlib import Path
from typing import Literal

import numpy as np

from ..conventions import Array
from ..errors import InputError
from ..facs.affect import valence_arousal
from ..facs.codes import CODES, gaze_from_codes, head_from_codes, units_from_codes
from ..facs.convert import arkit_weights, gaze_from_weights, shapes_from_arkit
from ..facs.derived import derived_units
from ..facs.levels import five_point, levels
from ..facs.performance import Performance
from ..facs.tables import ARKIT, DERIVED, UNIT_SHAPES, UNITS
from ..storage import write_text

LIVE_LINK_ARKIT = tuple(name[0].upper() + name[1:] for name in ARKIT)
LIVE_LINK_ANGLES = tuple(
    f"{part}{angle}" for part in ("Head", "LeftEye", "RightEye") for angle in ("Yaw", "Pitch", "Roll")
)
LIVE_LINK_FPS = 60.0
"""Live Link Face's own rate."""

HEAD = ("head_yaw", "head_pitch", "head_roll")
POSITION = ("head_x", "head_y", "head_z")
GAZE = ("gaze_L_yaw", "gaze_L_pitch", "gaze_R_yaw", "gaze_R_pitch")
_MARKS = ("frame", "timestamp", "confidence", "success", "bridged")

Scale = Literal["0-5", "A-E"]
"""How intensities are written beside 0–1."""

CODES_MOST = 2.0
"""Strengths of FACS codes beyond this are on another scale than 0–1."""


def write_arkit(performance: Performance, path: Path) -> None:
    """Live Link Face's 63 columns; one row per frame. Angles in radians (conventions.py), eye roll 0."""
    weights = arkit_weights(performance)
    eyes = np.concatenate([performance.gaze, np.zeros((len(performance), 2, 1))], axis=2)
    angles = np.column_stack([performance.head, eyes.reshape(-1, 6)])
    rows = [
        [_timecode(time, performance.fps), str(len(ARKIT)), *_decimals(row)]
        for time, row in zip(performance.times, np.column_stack([weights, angles]), strict=True)
    ]
    _write(path, ["Timecode", "BlendShapeCount", *LIVE_LINK_ARKIT, *LIVE_LINK_ANGLES], rows)


def write_facs(performance: Performance, path: Path) -> None:
    """One row per frame: frame, seconds, confidence, success and bridged marks, every unit, head (radians, metres) and
    gaze (radians), and for information (their names end in _derived) derived units, valence and arousal.
    """
    header = [*_MARKS, *UNITS, *HEAD, *POSITION, *GAZE]
    header += [f"{name}_derived" for name in (*DERIVED, "valence", "arousal")]
    place = [performance.head, performance.position, performance.gaze.reshape(-1, 4)]
    known = [derived_units(performance), valence_arousal(performance)]
    values = np.column_stack([performance.units, *place, *known])
    _write(path, header, [_marks(performance, row) + _decimals(values[row]) for row in range(len(performance))])


def write_scale(performance: Performance, scale: Scale, path: Path) -> None:
    """Units and derived units as FACS' levels (A–E; empty below a trace) or on the scale of 0–5, for reading only: the
    columns' names end in the scale's.
    """
    values = np.column_stack([performance.units, derived_units(performance)])
    cells = levels(values).tolist() if scale == "A-E" else [_decimals(row) for row in five_point(values)]
    header = [*_MARKS, *(f"{name}_{scale}" for name in (*UNITS, *DERIVED))]
    _write(path, header, [_marks(performance, row) + cells[row] for row in range(len(performance))])


def _marks(performance: Performance, row: int) -> list[str]:
    return [
        str(performance.frames[row]),
        f"{performance.times[row]:.6f}",
        f"{performance.confidence[row]:.4f}",
        str(int(not performance.missing[row])),
        str(int(performance.bridged[row])),
    ]


def read_performance(path: Path, short_fps: float = LIVE_LINK_FPS) -> Performance:
    """A performance from performance.npz, a Live Link Face CSV, a facs.csv or a sheet of FACS codes (`timestamp` and
    any of codes.CODES, 0–1); told apart by what is inside.

    `short_fps` is taken for the rate of a Live Link Face file of less than a second, whose timecodes don't tell it.
    Raises InputError naming the file where it is none of them or a value is missing or not a number.
    """
    if path.suffix.lower() == ".npz":
        return Performance.load(path)
    table = _read(path)
    if "AU12_L" in table:
        return _from_facs(table, path)
    if "BlendShapeCount" in table or "JawOpen" in table:
        return _from_arkit(table, short_fps, path)
    if CODES & set(table):
        return _from_codes(table, path)
    raise InputError(f"{path}: neither performance.npz, nor a Live Link Face CSV, nor a facs.csv")


def _from_facs(table: dict[str, list[str]], path: Path) -> Performance:
    values = {name: _numbers(table, name, path) for name in ("timestamp", *UNITS)}
    known = (*HEAD, *POSITION, *GAZE, "confidence", "success")
    optional = {name: _numbers(table, name, path) for name in known if name in table}
    times = _rising(values["timestamp"], path) + values["timestamp"][0]
    count = len(times)
    zero, one = np.zeros(count), np.ones(count)
    marks = _numbers(table, "bridged", path) if "bridged" in table else zero
    frames = _numbers(table, "frame", path) if "frame" in table else np.arange(1, count + 1)
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
        fps=_rate(times),
        source=path.name,
    )


def _from_codes(table: dict[str, list[str]], path: Path) -> Performance:
    """A sheet of FACS codes, both sides alike."""
    codes = {name: _numbers(table, name, path) for name in table if name in CODES}
    if max(float(values.max()) for values in codes.values()) > CODES_MOST:
        raise InputError(f"{path}: strengths of FACS codes go beyond {CODES_MOST:g}; scale them to 0–1 first")
    seconds = _numbers(table, "timestamp", path)
    times, count = _rising(seconds, path) + seconds[0], len(seconds)
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
        fps=_rate(times),
        source=path.name,
    )


def _from_arkit(table: dict[str, list[str]], short_fps: float, path: Path) -> Performance:
    arkit = np.stack([_numbers(table, name, path) for name in LIVE_LINK_ARKIT], axis=1)
    shapes = shapes_from_arkit(arkit)
    count = len(arkit)
    zero = np.zeros(count)
    times, fps = _times_of_timecodes(table.get("Timecode", []), count, short_fps, path)
    head = [_numbers(table, name, path) if name in table else zero for name in LIVE_LINK_ANGLES[:3]]
    return Performance(
        units=np.stack([shapes[shape] for shape in UNIT_SHAPES.values()], axis=1),
        head=np.stack(head, axis=1),
        position=np.zeros((count, 3)),
        gaze=_arkit_gaze(table, shapes, path),
        confidence=np.ones(count),
        bridged=np.zeros(count, bool),
        missing=np.zeros(count, bool),
        frames=np.arange(1, count + 1),
        times=times,
        fps=fps,
        source=path.name,
    )


def _arkit_gaze(table: dict[str, list[str]], shapes: dict[str, Array], path: Path) -> Array:
    """The eyes' own angles where the file has them (not all 0), else from the eyeLook shapes."""
    names = [f"{eye}Eye{angle}" for eye in ("Left", "Right") for angle in ("Yaw", "Pitch")]
    if all(name in table for name in names):
        angles = np.stack([_numbers(table, name, path) for name in names], axis=1)
        if np.any(angles):
            return angles.reshape(-1, 2, 2)
    return gaze_from_weights(shapes)


def _timecode(seconds: float, fps: float) -> str:
    """HH:MM:SS:FF.mmm, where mmm are thousandths of a frame."""
    whole = int(seconds + 1e-9)
    thousandths = round((seconds - whole) * fps * 1000)
    clock = f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    return f"{clock}:{thousandths // 1000:02d}.{thousandths % 1000:03d}"


def _times_of_timecodes(codes: list[str], count: int, short_fps: float, path: Path) -> tuple[Array, float]:
    """Seconds from the first row, and rows per second; `short_fps` where no whole second begins inside the file.

    The timecode's base (frames a second) is read off the rows where the second changes: there the frame number falls
    by the base less one row's step.
    """
    if not codes:
        return np.arange(count) / short_fps, short_fps
    try:
        parts = np.array([[float(part) for part in code.split(":")] for code in codes]).reshape(count, 4)
    except ValueError as error:
        raise InputError(f"{path}: a Timecode is not HH:MM:SS:FF.mmm") from error
    seconds, frames = parts[:, :3] @ np.array([3600.0, 60.0, 1.0]), parts[:, 3]
    ticks = np.diff(seconds) == 1
    steps = np.diff(frames)[np.diff(seconds) == 0]
    step = float(np.median(steps)) if len(steps) else 1.0
    base = float(np.median(step - np.diff(frames)[ticks])) if ticks.any() else short_fps * step
    if step <= 0 or base <= 0:
        raise InputError(f"{path}: the Timecode does not rise from row to row")
    return _rising(seconds + frames / base, path), base / step


def _rising(times: Array, path: Path) -> Array:
    """Seconds from the first row."""
    if np.any(np.diff(times) < 0):
        raise InputError(f"{path}: time runs backwards after row {int(np.diff(times).argmin()) + 2}; sort the rows")
    return np.asarray(times - times[0])


def _rate(times: Array) -> float:
    return float((len(times) - 1) / (times[-1] - times[0])) if len(times) > 1 and times[-1] > times[0] else 24.0


def _decimals(row: Array) -> list[str]:
    return [f"{value:.6f}" for value in row]


def _write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_text(path, text.getvalue())


def _read(path: Path) -> dict[str, list[str]]:
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: not a readable CSV file ({error})") from error
    if len(rows) < 2:
        raise InputError(f"{path}: holds no rows of curves")
    header, body = [name.strip() for name in rows[0]], [row for row in rows[1:] if row]
    if any(len(row) != len(header) for row in body):
        raise InputError(
            f"{path}: row {next(i for i, row in enumerate(body, 2) if len(row) != len(header))} is incomplete"
        )
    return dict(zip(header, map(list, zip(*body, strict=True)), strict=True))


def _numbers(table: dict[str, list[str]], name: str, path: Path) -> Array:
    if name not in table:
        raise InputError(f"{path}: column '{name}' is missing")
    try:
        values = np.array(table[name], dtype=np.float64)
    except ValueError as error:
        raise InputError(f"{path}: column '{name}' holds something that is not a number") from error
    if not np.isfinite(values).all():
        raise InputError(f"{path}: column '{name}' holds a value that is not finite")
    return values
