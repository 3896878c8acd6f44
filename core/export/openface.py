"""OpenFace's CSV (Baltrušaitis et al. 2018, OpenFace 2.0; the project's wiki, "Output Format").

Intensities are 0–5, angles radians, lengths millimetres, in the camera's axes (x right, y down, z away from it). The
head's rotation is Rx · Ry · Rz of a face that looks into the camera at zero; gazes are directions, eye 0 the left one
in the picture. OpenFace tells no sides: written is the stronger one (FACS 2002, chapter 10, scores an uneven action
so), read are both alike.
"""

from pathlib import Path

import numpy as np

from ..conventions import CAMERA_FROM_FACE, Array, rotation_matrices
from ..errors import InputError
from ..facs.codes import units_from_codes
from ..facs.derived import derived_units
from ..facs.levels import TRACE, five_point, from_five_point
from ..facs.performance import Performance
from ..facs.tables import DERIVED, UNITS
from .columns import Table, decimals, numbers, rate, rising, write_table

INTENSITIES = tuple(f"AU{code:02d}_r" for code in (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 45))
PRESENCES = (*(name[:-1] + "c" for name in INTENSITIES[:-1]), "AU28_c", "AU45_c")
_MARKS = ("frame", "face_id", "timestamp", "confidence", "success")
_EYES = ("gaze_0", "gaze_1")
_GAZE = (*(f"{eye}_{axis}" for eye in _EYES for axis in "xyz"), "gaze_angle_x", "gaze_angle_y")
_PLACE = ("pose_Tx", "pose_Ty", "pose_Tz")
_TURN = ("pose_Rx", "pose_Ry", "pose_Rz")
_MM = 1000.0


def is_openface(table: Table) -> bool:
    return "AU12_r" in table


def write_openface(performance: Performance, path: Path) -> None:
    """OpenFace's columns without its landmarks; places are against the usual one of the shot, presence is a trace."""
    turns = _turns(performance.head)
    rays = np.einsum("ij,tjk,tek->tei", CAMERA_FROM_FACE, turns, _directions(performance.gaze))[:, ::-1]
    place = performance.position @ CAMERA_FROM_FACE * _MM
    strengths = _strengths(performance)
    scores = five_point(np.stack([strengths[_code(name)] for name in INTENSITIES], axis=1))
    values = np.column_stack([rays.reshape(-1, 6), _mean_angles(rays), place, _euler(turns), scores])
    present = np.stack([strengths[_code(name)] >= TRACE for name in PRESENCES], axis=1).astype(int)
    rows = [
        [*_marks(performance, row), *decimals(values[row]), *map(str, present[row])] for row in range(len(performance))
    ]
    write_table(path, [*_MARKS, *_GAZE, *_PLACE, *_TURN, *INTENSITIES, *PRESENCES], rows)


def from_openface(table: Table, path: Path) -> Performance:
    """Presences are not read: they have no strength. Raises InputError, also where the file has several faces."""
    if len(set(table.get("face_id", []))) > 1:
        raise InputError(f"{path}: holds several faces; keep the rows of one face_id")
    seconds = numbers(table, "timestamp", path)
    times, count = rising(seconds, path) + seconds[0], len(seconds)
    seen = numbers(table, "success", path) > 0.5 if "success" in table else np.ones(count, bool)
    turns, place = _pose(table, count, path)
    codes = {_code(name): from_five_point(numbers(table, name, path)) for name in INTENSITIES if name in table}
    frames = numbers(table, "frame", path) if "frame" in table else np.arange(1, count + 1)
    if np.any(np.diff(frames) <= 0):
        raise InputError(f"{path}: column 'frame' doesn't rise from row to row")
    return Performance(
        units=np.where(seen[:, None], units_from_codes(codes), 0.0),
        head=np.where(seen[:, None], _yaw_pitch_roll(turns), 0.0),
        position=np.where(seen[:, None], place - np.median(place[seen], axis=0), 0.0) if seen.any() else 0.0 * place,
        gaze=np.where(seen[:, None, None], _gaze(table, turns, path), 0.0),
        confidence=numbers(table, "confidence", path) if "confidence" in table else np.ones(count),
        bridged=np.zeros(count, bool),
        missing=~seen,
        frames=frames.astype(np.int64),
        times=times,
        fps=rate(times) * float(frames[-1] - frames[0]) / max(count - 1, 1) if count > 1 else rate(times),
        source=path.name,
    )


def _code(column: str) -> str:
    """AU01_r → AU1."""
    return f"AU{int(column[2:4])}"


def _strengths(performance: Performance) -> dict[str, Array]:
    """T by code, the stronger of what a code has."""
    strengths = dict(zip(DERIVED, derived_units(performance).T, strict=True))
    for code in {unit.split("_")[0] for unit in UNITS}:
        columns = [column for column, unit in enumerate(UNITS) if unit.split("_")[0] == code and unit != "AU17_upper"]
        strengths[code] = performance.units[:, columns].max(axis=1)
    return strengths


def _marks(performance: Performance, row: int) -> list[str]:
    seen = int(not performance.missing[row])
    time, confidence = performance.times[row], performance.confidence[row]
    return [str(performance.frames[row]), "0", f"{time:.6f}", f"{confidence:.4f}", str(seen)]


def _pose(table: Table, count: int, path: Path) -> tuple[Array, Array]:
    """Head turns in face space (T×3×3) and places (T×3 m: right, up, towards the camera)."""

    def of(names: tuple[str, ...]) -> Array:
        return np.stack([numbers(table, name, path) if name in table else np.zeros(count) for name in names], axis=1)

    x, y, z = (_about(axis, angle) for axis, angle in enumerate(of(_TURN).T))
    return CAMERA_FROM_FACE @ (x @ y @ z) @ CAMERA_FROM_FACE, of(_PLACE) @ CAMERA_FROM_FACE / _MM


def _gaze(table: Table, turns: Array, path: Path) -> Array:
    """T×2×2 rad in the head, left eye first; at rest where the file tells none."""
    names = _GAZE[:6]
    if not all(name in table for name in names):
        return np.zeros((len(turns), 2, 2))
    rays = np.stack([numbers(table, name, path) for name in names], axis=1).reshape(-1, 2, 3)[:, ::-1]
    x, y, z = np.moveaxis(np.einsum("tji,jk,tek->tei", turns, CAMERA_FROM_FACE, rays), -1, 0)
    return np.stack([np.arctan2(x, z), np.arctan2(-y, np.hypot(x, z))], axis=-1)


def _directions(gaze: Array) -> Array:
    """T×2×3 unit vectors in the head of gazes (T×2×2 rad)."""
    yaw, pitch = np.moveaxis(gaze, -1, 0)
    return np.stack([np.sin(yaw) * np.cos(pitch), -np.sin(pitch), np.cos(yaw) * np.cos(pitch)], axis=-1)


def _mean_angles(rays: Array) -> Array:
    """gaze_angle_x and _y (T×2 rad, to the picture's right and down) of both eyes' directions."""
    x, y, z = rays.mean(axis=1).T
    return np.column_stack([np.arctan2(x, -z), np.arctan2(y, -z)])


def _turns(head: Array) -> Array:
    """T×3×3 rotations in face space of yaw, pitch, roll (T×3 rad)."""
    yaw, pitch, roll = head.T
    return np.asarray(_about(1, yaw) @ _about(0, pitch) @ _about(2, roll))


def _yaw_pitch_roll(turns: Array) -> Array:
    """The inverse of _turns."""
    pitch = np.arcsin(np.clip(-turns[:, 1, 2], -1.0, 1.0))
    yaw, roll = np.arctan2(turns[:, 0, 2], turns[:, 2, 2]), np.arctan2(turns[:, 1, 0], turns[:, 1, 1])
    return np.column_stack([yaw, pitch, roll])


def _euler(turns: Array) -> Array:
    """OpenFace's angles (T×3 rad) of turns in face space: the camera's Rx · Ry · Rz."""
    r = CAMERA_FROM_FACE @ turns @ CAMERA_FROM_FACE
    y = np.arcsin(np.clip(r[:, 0, 2], -1.0, 1.0))
    return np.column_stack([np.arctan2(-r[:, 1, 2], r[:, 2, 2]), y, np.arctan2(-r[:, 0, 1], r[:, 0, 0])])


def _about(axis: int, angles: Array) -> Array:
    """T×3×3 rotations about one axis by T angles (rad)."""
    return rotation_matrices(np.outer(angles, np.eye(3)[axis]))
