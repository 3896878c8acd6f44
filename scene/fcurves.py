"""Pieces of F-curves rewritten: what lies outside of them stays as it is at every whole frame."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.conventions import Array
from ..core.facs.reduce import Keys, reduced

_BEZIER = 2
_FREE = 0
"""Keyframe.interpolation 'BEZIER' and handle type 'FREE' as foreach_set takes them."""
_AS_BEFORE = 1e-6
"""How far a piece may be off that is cut out of a longer one."""


@dataclass(frozen=True)
class _Points:
    """K keyframes as Blender has them."""

    co: Array
    """K×2 (frame, value), and so are the handles."""
    handle_left: Array
    handle_right: Array
    interpolation: NDArray[np.int32]
    handle_left_type: NDArray[np.int32]
    handle_right_type: NDArray[np.int32]


_PLACES = ("co", "handle_left", "handle_right")
_KINDS = ("interpolation", "handle_left_type", "handle_right_type")


def sampled(curve: Any, frames: Array) -> Array:
    """T values of an F-curve at frames; 0 where there is none, or it is empty."""
    if curve is None or len(curve.keyframe_points) == 0:
        return np.zeros(len(frames))
    return np.array([curve.evaluate(frame) for frame in frames.tolist()])


def put_values(curve: Any, first: int, values: Array, tolerance: float) -> None:
    """Give a curve values (T) at whole frames from `first`, each within a tolerance, in as few keys as that takes.

    Before and after them it stays as it was.
    """
    last = first + len(values) - 1
    pieces = [_beside(curve, first - 1, -1), reduced(np.arange(first, last + 1.0), values, tolerance)]
    pieces.append(_beside(curve, last + 1, 1))
    _splice(curve, _joined(pieces))


def reduce_keys(curve: Any, first: float, last: float, tolerance: float) -> tuple[int, int]:
    """Take keys away in a range of frames so that the curve is nowhere at a whole frame further off than a tolerance;
    how many keys there were and are.
    """
    points = _read(curve)
    inside = points.co[(points.co[:, 0] >= first) & (points.co[:, 0] <= last), 0]
    if len(inside) < 3:  # its ends stay
        return len(inside), len(inside)
    frames = np.union1d(np.arange(np.ceil(inside[0]), np.floor(inside[-1]) + 1.0), inside)
    keys = reduced(frames, sampled(curve, frames), tolerance)
    if len(keys.frames) >= len(inside):
        return len(inside), len(inside)
    _splice(curve, keys)
    return len(inside), len(keys.frames)


def remove_keys(curve: Any, first: float, last: float) -> int:
    """Take all keys in a range of frames away; how many there were."""
    points = _read(curve)
    kept = (points.co[:, 0] < first) | (points.co[:, 0] > last)
    _write(curve, [{name: getattr(points, name)[kept] for name in (*_PLACES, *_KINDS)}])
    return int(np.count_nonzero(~kept))


def put_key(curve: Any, frame: float, value: float, reach: int) -> None:
    """Key a value; what it changes fades over `reach` frames to each side, unless another key is nearer."""
    frames = _read(curve).co[:, 0]
    for beside, nearer in ((frame - reach, frames < frame), (frame + reach, frames > frame)):
        if reach > 0 and not np.any(nearer & (np.abs(frames - frame) <= reach)):
            stays = float(sampled(curve, np.array([float(beside)]))[0])
            curve.keyframe_points.insert(beside, stays)
    curve.keyframe_points.insert(frame, value)
    curve.update()


def _beside(curve: Any, edge: int, way: int) -> Keys:
    """The piece between a whole frame and the nearest key before (`way` −1) or after it, as it is now."""
    frames = _read(curve).co[:, 0]
    beyond = frames[frames <= edge] if way < 0 else frames[frames >= edge]
    far = float(edge) if len(beyond) == 0 else float(beyond.max() if way < 0 else beyond.min())
    low, high = min(far, edge), max(far, edge)
    steps = np.union1d(np.arange(np.ceil(low), np.floor(high) + 1.0), [low, high])
    return reduced(steps, sampled(curve, steps), _AS_BEFORE)


def _joined(pieces: list[Keys]) -> Keys:
    """Pieces one after the other, straight lines between them."""
    for left, right in pairwise(pieces):
        slope = (right.values[0] - left.values[-1]) / (right.frames[0] - left.frames[-1])
        left.after[-1] = right.before[0] = slope
    return Keys(*(np.concatenate([getattr(piece, name) for piece in pieces]) for name in Keys.__dataclass_fields__))


def _splice(curve: Any, keys: Keys) -> None:
    """Put keys where a curve's own are between their first and last; those at the very ends keep their outer side."""
    points = _read(curve)
    first, last = keys.frames[0], keys.frames[-1]
    before, after = points.co[:, 0] < first, points.co[:, 0] > last
    middle = _points(keys)
    for end, outer in ((0, "left"), (-1, "right")):
        own = np.flatnonzero(points.co[:, 0] == keys.frames[end])
        if len(own):
            middle[f"handle_{outer}"][end] = getattr(points, f"handle_{outer}")[own[0]]
            middle["interpolation"][end] = points.interpolation[own[0]] if end else _BEZIER
    parts = [{name: getattr(points, name)[before] for name in (*_PLACES, *_KINDS)}, middle]
    parts.append({name: getattr(points, name)[after] for name in (*_PLACES, *_KINDS)})
    _write(curve, parts)


def _points(keys: Keys) -> dict[str, Array | NDArray[np.int32]]:
    """Handles at a third of each piece make Blender's Bézier the cubic with these slopes."""
    count, third = len(keys.frames), np.diff(keys.frames) / 3
    into, out = np.append(1.0, third), np.append(third, 1.0)
    places = np.column_stack([keys.frames, keys.values])
    return {
        "co": places,
        "handle_left": places - np.column_stack([into, into * keys.before]),
        "handle_right": places + np.column_stack([out, out * keys.after]),
        "interpolation": np.full(count, _BEZIER, dtype=np.int32),
        "handle_left_type": np.full(count, _FREE, dtype=np.int32),
        "handle_right_type": np.full(count, _FREE, dtype=np.int32),
    }


def _read(curve: Any) -> _Points:
    count = len(curve.keyframe_points)
    read: dict[str, Any] = {}
    for name in (*_PLACES, *_KINDS):
        read[name] = np.empty(count * 2, np.float32) if name in _PLACES else np.empty(count, np.int32)
        curve.keyframe_points.foreach_get(name, read[name])
    return _Points(**read | {name: read[name].reshape(-1, 2).astype(float) for name in _PLACES})


def _write(curve: Any, parts: list[dict[str, Any]]) -> None:
    points = curve.keyframe_points
    points.clear()
    points.add(sum(len(part["co"]) for part in parts))
    for name in (*_KINDS, *_PLACES):
        values = np.concatenate([part[name] for part in parts])
        kind = np.float32 if name in _PLACES else np.int32
        points.foreach_set(name, values.astype(kind).ravel())
    curve.update()
