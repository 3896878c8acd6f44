"""Curves as JSON: a performance with names, for scripts and other programs.

    {"schema": "curves/1", "source": "take.mp4", "fps": 24.0,
     "frames": [1001, …], "times": [0.0, …], "confidence": [1.0, …], "bridged": [], "missing": [1007, …],
     "channels": {"AU12_L": [0.0, …], "gaze_L_yaw": […], "head_yaw": […], "head_x": […], …}}

`times` (s), `confidence` and every channel have one number per frame: action units 0–1, gaze and head turn in radians,
the head's place in metres (core.facs.channels). `bridged` and `missing` list frame numbers. `frames` (1, 2, …),
`source`, `confidence`, `bridged`, `missing` and any channel may be left out; a channel that isn't there is at rest.
Where a plate was made to act so, `provenance` says that its face is altered.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from ..errors import InputError
from ..facs.channels import CHANNELS, curves_of, resting, with_curves
from ..facs.performance import Performance
from ..provenance import properties
from ..storage import write_text
from .columns import rising

SCHEMA = "curves/1"
_NEEDED = ("fps", "times", "channels")
_NEEDS = f"needs 'schema' (\"{SCHEMA}\"), 'fps', 'times' (s) and 'channels'"
_DIGITS = 6


def write_curves_json(performance: Performance, path: Path, *, altered: bool = False) -> None:
    """`altered`: the file says that this isn't how the face acted (core/provenance.py)."""
    frames = performance.frames
    value: dict[str, Any] = {
        "schema": SCHEMA,
        "source": performance.source,
        "fps": performance.fps,
        "frames": frames.tolist(),
        "times": _rounded(performance.times),
        "confidence": _rounded(performance.confidence),
        "bridged": frames[performance.bridged].tolist(),
        "missing": frames[performance.missing].tolist(),
        "channels": {name: _rounded(curve) for name, curve in curves_of(performance).items()},
    }
    if altered:
        value["provenance"] = properties()
    write_text(path, json.dumps(value, ensure_ascii=False) + "\n")


def read_curves_json(path: Path) -> Performance:
    """Raises InputError naming the file and what is wrong in it."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: not a readable JSON file ({error})") from error
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise InputError(f"{path}: holds no curves of this version; the file {_NEEDS}")
    lacking = [name for name in _NEEDED if name not in value]
    if lacking:
        raise InputError(f"{path}: lacks '{lacking[0]}'; the file {_NEEDS}")
    try:
        return _performance(value, path)
    except (LookupError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise InputError(f"{path}: damaged curves ({type(error).__name__}: {error})") from error


def _performance(value: dict[str, Any], path: Path) -> Performance:
    times = _numbers("times", value["times"], None, path)
    count = len(times)
    rising(times, path)
    curves = {name: _numbers(name, numbers, count, path) for name, numbers in value["channels"].items()}
    unknown = sorted(set(curves) - set(CHANNELS))
    if unknown:
        raise InputError(f"{path}: there is no channel '{unknown[0]}'; known are AU1_L … head_z")
    frames = np.array([int(frame) for frame in value.get("frames", range(1, count + 1))], dtype=np.int64)
    if len(frames) != count or np.any(np.diff(frames) <= 0):
        raise InputError(f"{path}: 'frames' has to hold {count} numbers that rise")
    fps = float(value["fps"])
    if not 0.0 < fps < np.inf:
        raise InputError(f"{path}: 'fps' has to be above 0")
    acted = with_curves(resting(frames, times, fps, str(value.get("source", path.name))), curves)
    return replace(
        acted,
        confidence=_numbers("confidence", value.get("confidence", acted.confidence.tolist()), count, path),
        bridged=_marked(value.get("bridged", []), frames),
        missing=_marked(value.get("missing", []), frames),
    )


def _numbers(name: str, values: Any, count: int | None, path: Path) -> Array:
    numbers = np.array(values, dtype=np.float64)
    if numbers.ndim != 1 or len(numbers) == 0 or not np.isfinite(numbers).all():
        raise InputError(f"{path}: '{name}' has to be a list of numbers")
    if count is not None and len(numbers) != count:
        raise InputError(f"{path}: '{name}' has {len(numbers)} numbers for {count} frames")
    return numbers


def _marked(chosen: Any, frames: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.isin(frames, np.array([int(frame) for frame in chosen], dtype=np.int64))


def _rounded(values: Array) -> list[float]:
    return [round(value, _DIGITS) for value in values.tolist()]
