"""What a person saw in the shared footage, and how far curves agree with it. How it was made: truth/README.md."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ..core.conventions import Array
from ..core.facs.derived import derived_units
from ..core.facs.events import Event, events_of
from ..core.facs.performance import Performance
from ..core.facs.tables import DERIVED, UNITS

TRUTH = Path(__file__).resolve().parent / "truth"

LIDS = ("AU45", "AU43")
"""A blink, and eyes that stay shut: both are lids that meet and part."""


@dataclass(frozen=True)
class Blink:
    """Lids that meet (full) or come down and go up again without meeting (partial)."""

    clip: str
    first: int
    closest: int
    last: int
    """Source frames: the lid visibly on its way, at its lowest, and the last one in which it is lower than it then
    stays."""
    eyes: str
    closure: Literal["full", "partial"]


@dataclass(frozen=True)
class Pair:
    """Two frames of one clip, and in which of them an action unit is stronger."""

    clip: str
    unit: str
    """As in tables.UNITS or DERIVED; without a side: both sides together."""
    a: int
    b: int
    stronger: Literal["a", "b"]
    certainty: Literal["sure", "fair"]
    again: str = ""
    """What a second look said; empty where there was none."""

    @property
    def order(self) -> tuple[int, int]:
        """The weaker frame, the stronger one."""
        return (self.a, self.b) if self.stronger == "b" else (self.b, self.a)


@dataclass(frozen=True)
class Passage:
    """Frames in which a face holds still: no expression comes, goes or changes."""

    clip: str
    first: int
    last: int


@dataclass(frozen=True)
class Absent:
    """Action units that are clearly not there in a frame."""

    clip: str
    frame: int
    units: tuple[str, ...]


def _read(file: str) -> dict[str, Any]:
    return dict(json.loads((TRUTH / file).read_text(encoding="utf-8")))


def counted_clips() -> dict[str, int]:
    """The clips that were searched for blinks, and how many frames each has."""
    return {str(clip): int(frames) for clip, frames in _read("blinks.json")["clips"].items()}


def acting_channels() -> dict[str, tuple[str, ...]]:
    """Stems of ARKit's names that visibly act, by clip."""
    return {str(clip): tuple(channels) for clip, channels in _read("acting.json")["clips"].items()}


def read_blinks() -> list[Blink]:
    return [Blink(**row) for row in _read("blinks.json")["blinks"]]


def read_pairs() -> list[Pair]:
    return [Pair(**row) for row in _read("pairs.json")["pairs"]]


def read_passages() -> list[Passage]:
    return [Passage(**row) for row in _read("still.json")["passages"]]


def read_absent() -> list[Absent]:
    return [Absent(row["clip"], row["frame"], tuple(row["units"])) for row in _read("still.json")["absent"]]


def strength(acted: Performance, unit: str) -> Array:
    """T: a unit's curve; the mean of its parts (sides, or upper and lower lip) where it is named without them."""
    names = (*UNITS, *DERIVED)
    parts = [unit] if unit in names else [name for name in names if name.startswith(f"{unit}_")]
    curves = np.column_stack([acted.units, derived_units(acted)])
    return np.asarray(curves[:, [names.index(part) for part in parts]].mean(axis=1))


def rows_of(acted: Performance, *frames: int) -> list[int]:
    """Rows of source frames."""
    return [int(row) for row in np.searchsorted(acted.frames, frames)]


def agrees(acted: Performance, pair: Pair) -> bool:
    """Whether the curve ranks the two frames as the person did; a curve that sees no difference does not."""
    curve = strength(acted, pair.unit)
    weaker, stronger = rows_of(acted, *pair.order)
    return bool(curve[stronger] > curve[weaker])


def blinks_found(acted: Performance) -> list[Event]:
    """Of either eye, by core/facs/events' rules."""
    return [event for event in events_of(acted) if event.unit in LIDS]


def hits(found: Sequence[Event], blinks: Sequence[Blink]) -> int:
    """How many blinks have a found event over the frame in which the lids are closest."""
    return sum(any(event.onset <= blink.closest <= event.offset for event in found) for blink in blinks)


def jitter(curves: Array) -> float:
    """Mean absolute second difference of curves (T×channels), per frame²."""
    return float(np.abs(np.diff(curves, n=2, axis=0)).mean())
