"""Live Link Face's CSV: ARKit's 52 shapes, head and eyes."""

from pathlib import Path

import numpy as np

from ..conventions import Array
from ..errors import InputError
from ..facs.convert import arkit_weights, gaze_from_weights, shapes_from_arkit
from ..facs.performance import Performance
from ..facs.tables import ARKIT, UNIT_SHAPES
from .columns import Table, decimals, numbers, rising, write_table
from .timecode import Clock

LIVE_LINK_ARKIT = tuple(name[0].upper() + name[1:] for name in ARKIT)
LIVE_LINK_ANGLES = tuple(
    f"{part}{angle}" for part in ("Head", "LeftEye", "RightEye") for angle in ("Yaw", "Pitch", "Roll")
)
LIVE_LINK_FPS = 60.0
"""Live Link Face's own rate."""


def write_arkit(performance: Performance, path: Path, clock: Clock | None = None) -> None:
    """Live Link Face's 63 columns; one row per frame. Angles in radians (conventions.py), eye roll 0. Timecodes are the
    shot's by its clock; without one, seconds and frames from the clip's start.
    """
    weights = arkit_weights(performance)
    eyes = np.concatenate([performance.gaze, np.zeros((len(performance), 2, 1))], axis=2)
    angles = np.column_stack([performance.head, eyes.reshape(-1, 6)])
    rows = [
        [code, str(len(ARKIT)), *decimals(row)]
        for code, row in zip(_timecodes(performance, clock), np.column_stack([weights, angles]), strict=True)
    ]
    write_table(path, ["Timecode", "BlendShapeCount", *LIVE_LINK_ARKIT, *LIVE_LINK_ANGLES], rows)


def is_live_link(table: Table) -> bool:
    return "BlendShapeCount" in table or "JawOpen" in table


def from_live_link(table: Table, short_fps: float, path: Path) -> Performance:
    """`short_fps`: the rate of less than a second, whose timecodes don't tell it. Raises InputError."""
    arkit = np.stack([numbers(table, name, path) for name in LIVE_LINK_ARKIT], axis=1)
    shapes = shapes_from_arkit(arkit)
    count = len(arkit)
    zero = np.zeros(count)
    times, fps = _times_of_timecodes(table.get("Timecode", []), count, short_fps, path)
    head = [numbers(table, name, path) if name in table else zero for name in LIVE_LINK_ANGLES[:3]]
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


def _arkit_gaze(table: Table, shapes: dict[str, Array], path: Path) -> Array:
    """The eyes' own angles where the file has them (not all 0), else from the eyeLook shapes."""
    names = [f"{eye}Eye{angle}" for eye in ("Left", "Right") for angle in ("Yaw", "Pitch")]
    if all(name in table for name in names):
        angles = np.stack([numbers(table, name, path) for name in names], axis=1)
        if np.any(angles):
            return angles.reshape(-1, 2, 2)
    return gaze_from_weights(shapes)


def _timecodes(performance: Performance, clock: Clock | None) -> list[str]:
    """The first row's is the clock's; the others follow by their times, also where a video's rate varies."""
    if clock is None:
        return [_timecode(time, performance.fps) for time in performance.times]
    first, since = int(performance.frames[0]), performance.times - performance.times[0]
    counts = [divmod(round(float(each) * 1000), 1000) for each in since * float(clock.rate)]
    return [f"{clock.at(first + frames)}.{thousandths:03d}" for frames, thousandths in counts]


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
        cells = [code.replace(";", ":").split(":") for code in codes]
        parts = np.array([[float(part) for part in cell] for cell in cells]).reshape(count, 4)
    except ValueError as error:
        raise InputError(f"{path}: a Timecode is not HH:MM:SS:FF.mmm") from error
    seconds, frames = parts[:, :3] @ np.array([3600.0, 60.0, 1.0]), parts[:, 3]
    ticks = np.diff(seconds) == 1
    steps = np.diff(frames)[np.diff(seconds) == 0]
    step = float(np.median(steps)) if len(steps) else 1.0
    base = float(np.median(step - np.diff(frames)[ticks])) if ticks.any() else short_fps * step
    if step <= 0 or base <= 0:
        raise InputError(f"{path}: the Timecode does not rise from row to row")
    return rising(seconds + frames / base, path), base / step
