"""What happened when, and how strongly: action units' onset, apex and offset, found in their curves.

The unit is present from the curve's rise above a trace to its return, if it becomes at least slight in between
(hysteresis; DISFA's annotations, too, are usually read as present from B on). A blink counts once the lid is half down.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from .derived import derived_units
from .levels import SLIGHT, TRACE, level
from .performance import Performance
from .tables import ALTERNATIVES, DERIVED, UNITS

Marks = NDArray[np.bool_]

OVERLAP = 0.5
"""A found event is a planted one where they share this part of their union (and the unit)."""


@dataclass(frozen=True)
class Rules:
    """When a unit is present. Strengths are 0–1."""

    off: float = TRACE
    """An event lasts while the curve is at least here …"""
    on: float = SLIGHT
    """… and counts if it comes up to here."""
    on_of: Mapping[str, float] = field(default_factory=lambda: {"AU45": 0.5})
    """Units that count from elsewhere on."""
    valley: float = 0.5
    """Between two peaks the curve must fall below this part of the lower one to make them two events."""
    shortest: float = 0.075
    """s; shorter ones are noise, unless …"""
    frames: int = 3
    """… they last so many frames: at high rates a blink of three counts."""

    def least(self, unit: str) -> float:
        return self.on_of.get(unit, self.on)


@dataclass(frozen=True)
class Event:
    """One appearance of an action unit, both sides of the face together."""

    unit: str
    """Without side: "AU12"."""
    strengths: Mapping[str, float]
    """Peak of each side that shows more than nothing ("L", "R"; "" where the unit has no sides), 0–1."""
    onset: int
    apex: int
    offset: int
    """Source frame numbers: the first, the strongest that was seen, the last."""
    times: tuple[float, float, float]
    """Seconds of these three frames."""
    begun: bool
    """It was under way at the shot's first frame, or when the face came into view: the onset isn't the true one."""
    unfinished: bool
    """It was under way at the shot's last frame, or when the face was lost."""
    bridged: int
    """Frames of it that were interpolated."""

    @property
    def sides(self) -> str:
        """The sides that take part: "L+R", "L" or "R"; "" where the unit has none."""
        return "+".join(self.strengths)

    @property
    def peak(self) -> float:
        return max(self.strengths.values())

    def __str__(self) -> str:
        who = f"{self.unit} {self.sides}".strip()
        return f"{who}, frames {self.onset}–{self.offset}, apex {self.apex}, {level(self.peak)}"


@dataclass(frozen=True)
class _Shot:
    """T frames that events lie in."""

    frames: NDArray[np.int64]
    times: Array
    there: Marks
    """A face, seen or bridged."""
    seen: Marks

    def holds(self, span: slice, rules: Rules) -> bool:
        """Whether a span was seen and is long enough for an event; a still's only frame is."""
        frame = float(np.median(np.diff(self.times))) if len(self.times) > 1 else np.inf
        seconds = float(self.times[span.stop - 1] - self.times[span.start]) + frame
        lasting = seconds >= rules.shortest or span.stop - span.start >= rules.frames
        return lasting and bool(self.seen[span].any())


def events_of(performance: Performance) -> tuple[Event, ...]:
    """Everything that happened in a shot, each thing once: where FACS scores a derived unit instead of the one it is
    derived from (AU43 instead of AU45, …), by what the face does at the apex, the event is the derived unit's.
    """
    derived = derived_units(performance)
    beside = [column for column, name in enumerate(DERIVED) if name.split("_")[0] not in ALTERNATIVES]
    curves = np.column_stack([performance.units, derived[:, beside]])
    names = (*UNITS, *(DERIVED[column] for column in beside))
    shot = (performance.frames, performance.times, performance.missing, performance.bridged)
    events = find_events(curves, names, *shot)
    rows = {int(frame): row for row, frame in enumerate(performance.frames)}
    return tuple(_scored(event, derived[rows[event.apex]]) for event in events)


def _scored(event: Event, derived: Array) -> Event:
    """The event under the code that FACS gives it; `derived`: the derived units at its apex."""
    for code, usual in ALTERNATIVES.items():
        shown = zip(DERIVED, derived.tolist(), strict=True)
        sides = {name.partition("_")[2]: value for name, value in shown if name.split("_")[0] == code}
        if event.unit == usual and max(sides.values()) >= SLIGHT:
            return replace(event, unit=code, strengths={side: value for side, value in sides.items() if value >= TRACE})
    return event


def find_events(
    units: Array,
    names: Sequence[str],
    frames: NDArray[np.int64],
    times: Array,
    missing: Marks | None = None,
    bridged: Marks | None = None,
    rules: Rules | None = None,
) -> tuple[Event, ...]:
    """Events of units (T×U, 0–1; names as in tables.UNITS, "AU12_L") in order of onset.

    `frames`, `times`: T source frame numbers and seconds. An event ends where the face is `missing` (T); `bridged` (T)
    frames carry it on, but one that was never seen doesn't count.
    """
    rules = rules or Rules()
    there = np.ones(len(frames), bool) if missing is None else ~missing
    shot = _Shot(frames, times, there, there if bridged is None else there & ~bridged)
    events = []
    for unit, columns in _sides(names).items():
        curves = {side: np.where(there, units[:, column], 0.0) for side, column in columns.items()}
        both = np.max(list(curves.values()), axis=0)
        for span in _spans(both, rules, rules.least(unit)):
            here = {side: curve[span] for side, curve in curves.items()}
            events += [_event(unit, here, span, shot, rules)] if shot.holds(span, rules) else []
    return tuple(sorted(events, key=lambda event: (event.onset, event.offset, event.unit)))


def match(found: Sequence[Event], planted: Sequence[Event]) -> tuple[int, int, int]:
    """How many found events are planted ones, how many aren't, and how many planted ones were missed.

    Two events are the same where the unit is, and the frames they share are at least OVERLAP of those that either
    covers (sides and strengths don't matter). Each counts once; the best overlaps are matched first.
    """
    pairs = [
        (overlap(one, other), left, right)
        for left, one in enumerate(found)
        for right, other in enumerate(planted)
        if one.unit == other.unit
    ]
    taken: set[int] = set()
    hit: set[int] = set()
    for share, left, right in sorted(pairs, key=lambda pair: -pair[0]):
        if share >= OVERLAP and left not in taken and right not in hit:
            taken.add(left)
            hit.add(right)
    return len(taken), len(found) - len(taken), len(planted) - len(hit)


def overlap(one: Event, other: Event) -> float:
    """Frames both cover, as a share of those that either does."""
    shared = min(one.offset, other.offset) - max(one.onset, other.onset) + 1
    union = max(one.offset, other.offset) - min(one.onset, other.onset) + 1
    return max(shared, 0) / union


def _sides(names: Sequence[str]) -> dict[str, dict[str, int]]:
    """Unit → side → column. Jaw and mouth to the left or right (AU30_L, mouthLeft) are units without sides."""
    found: dict[str, dict[str, int]] = {}
    for column, name in enumerate(names):
        stem, _, side = name.rpartition("_")
        paired = side in ("L", "R") and stem != "AU30"
        found.setdefault(stem if paired else name, {})[side if paired else ""] = column
    return found


def _spans(curve: Array, rules: Rules, least: float) -> Iterator[slice]:
    """Passages of a curve (T) above `off` that reach `least`, parted at deep valleys."""
    edges = np.flatnonzero(np.diff(curve >= rules.off, prepend=False, append=False)).reshape(-1, 2)
    for first, beyond in edges.tolist():
        for span in _parted(curve, first, beyond, rules.valley, least):
            if curve[span].max() >= least:
                yield span


def _parted(curve: Array, first: int, beyond: int, valley: float, least: float) -> Iterator[slice]:
    """A passage cut at the lowest row between each two peaks that both stand out of it."""
    peak = low = first
    for row in range(first, beyond):
        value = curve[row]
        if low > peak and min(curve[peak], value) >= max(least, curve[low] / valley):
            yield slice(first, low + 1)
            first, peak, low = low + 1, row, row
        if value >= curve[peak]:
            peak = low = row
        elif value < curve[low]:
            low = row
    yield slice(first, beyond)


def _event(unit: str, curves: Mapping[str, Array], span: slice, shot: _Shot, rules: Rules) -> Event:
    """The event of one span, of which `curves` are each side's."""
    seen = shot.seen[span]
    peaks = {side: float(curve[seen].max()) for side, curve in curves.items()}
    both = np.where(seen, np.max(list(curves.values()), axis=0), -1.0)
    rows = [span.start, span.start + int(both.argmax()), span.stop - 1]
    onset, apex, offset = shot.frames[rows].tolist()
    return Event(
        unit=unit,
        strengths={side: peak for side, peak in peaks.items() if peak >= rules.off} or peaks,
        onset=onset,
        apex=apex,
        offset=offset,
        times=tuple(shot.times[rows].tolist()),
        begun=span.start == 0 or not shot.there[span.start - 1],
        unfinished=span.stop == len(shot.there) or not shot.there[span.stop],
        bridged=int(np.count_nonzero(~seen)),
    )
