"""Points of a face as Nuke's Tracker4, and a card on the head as CornerPin2D.

The layout of the knob `tracks` follows what Nuke itself saves: 31 columns, of which those that only its own tracking
uses are empty.
"""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from .nk import Node, curve, curves, number, quoted
from .points import HEAD, Points

_COLUMNS = (
    ("5 1 20", "enable", "e"), ("3 1 75", "name", "name"),
    ("2 1 58", "track_x", "track_x"), ("2 1 58", "track_y", "track_y"),
    ("2 1 63", "offset_x", "offset_x"), ("2 1 63", "offset_y", "offset_y"),
    ("4 1 27", "T", "T"), ("4 1 27", "R", "R"), ("4 1 27", "S", "S"),
    ("2 0 45", "error", "error"), ("1 1 0", "error_min", "error_min"), ("1 1 0", "error_max", "error_max"),
    *(("1 1 0", f"{box}_{side}", f"{box}_{side}") for box in ("pattern", "search") for side in "xyrt"),
    ("2 1 0", "key_track", "key_track"),
    *(("2 1 0", f"key_{box}_{side}", f"key_{box}_{side}") for box in ("search", "track") for side in "xyrt"),
    *(("2 1 0", f"key_centre_offset_{axis}", f"key_centre_offset_{axis}") for axis in "xy"),
)  # fmt: skip
"""Type, name and label of Tracker4's columns."""
_BOXES = "-15 -15 15 15 -25 -25 25 25"
"""px round a track: where Nuke would look for it, were it asked to."""
_OWN = " ".join(["{}"] * 11)


def trackers(main: Points, every: Points, pin: Points) -> list[Node]:
    """Tracker4 for what moves with the skull (set to stabilise by), for the main points and for all landmarks, and a
    CornerPin2D that fastens a picture to the head.
    """
    return [
        _tracker("Track_head", main.only(HEAD), (0, 0), used=HEAD),
        _tracker("Track_face", main, (150, 0)),
        _tracker("Track_all", every, (300, 0)),
        _corner_pin("Card_on_head", pin, (450, 0)),
    ]


def in_nuke(places: Array, height: int) -> Array:
    """Nuke's coordinates (origin bottom left, centres at +0.5) of image coordinates, both px."""
    return np.asarray(places * [1, -1] + [0, height])


def _tracker(name: str, points: Points, at: tuple[int, int], used: Collection[str] = ()) -> Node:
    kept = np.flatnonzero(points.seen.any(axis=0))
    rows = "\n".join(_row(points, int(k), points.names[k] in used) for k in kept)
    head = "\n".join(f"{{ {kind} {column} {label} 1 }} " for kind, column, label in _COLUMNS)
    tracks = f"{{ {{ 1 31 {len(kept)} }} \n{{ {head}\n}} \n{{ \n{rows}\n}} \n}}"
    first = str(int(points.frames[np.flatnonzero(points.seen.any(axis=1))[0]])) if kept.size else "1"
    return Node("Tracker4", name, {"tracks": tracks, "reference_frame": first}, (None,), at)


def _row(points: Points, k: int, used: bool) -> str:
    """A track is disabled where the point wasn't seen."""
    seen, places = points.seen[:, k], in_nuke(points.places[:, k], points.height)
    frames = points.frames[seen]
    x, y = (curve(frames, places[seen, axis]) for axis in (0, 1))
    enabled = _switched(points.frames, seen)
    still, ways = f"{{curve K x{points.frames[0]} 0}}", " ".join(["1" if used else "0"] * 3)
    name = f'"{points.names[k]}"'
    return f" {{ {enabled} {name} {x} {y} {still} {still} {ways} {still} 0 0 {_BOXES} {_OWN} }} "


def _switched(frames: NDArray[np.int64], on: NDArray[np.bool_]) -> str:
    """0 or 1, with a key wherever it changes."""
    changes = np.flatnonzero(np.r_[True, on[1:] != on[:-1]])
    keys = " ".join(f"x{frames[k]} {int(on[k])}" for k in changes)
    return f"{{curve K {keys}}}"


def _corner_pin(name: str, pin: Points, at: tuple[int, int]) -> Node:
    """It leaves the first frame with a face as it is, and carries that frame's card along."""
    rows = np.flatnonzero(pin.seen.all(axis=1))
    places = in_nuke(pin.places[rows], pin.height)
    to = {f"to{k + 1}": curves(pin.frames[rows], places[:, k]) for k in range(4)}
    start = {f"from{k + 1}": "{" + " ".join(number(value) for value in places[0, k]) + "}" for k in range(4)}
    label = quoted(f"paint on frame {pin.frames[rows[0]]}")
    return Node("CornerPin2D", name, {**to, **start, "label": label}, (None,), at)
