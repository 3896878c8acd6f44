"""What a video file holds, told by its packets alone: its frames in order, with their times."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error

from ..errors import InputError

TICK = Fraction(1, 90000)
"""s, of time stamps where a stream doesn't say."""

UNREADABLE = (av.error.InvalidDataError, av.error.EOFError)
"""What reading a broken file on raises."""
SHORT = 2
"""Frames that a duration may be longer than the frames: containers round it, and mean different things by it."""


@contextmanager
def opened(path: Path) -> Iterator[av.container.InputContainer]:
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    if path.stat().st_size == 0:
        raise InputError(f"{path}: the file is empty; copy or export it again")
    try:
        container = av.open(str(path))
    except (av.error.FFmpegError, OSError) as error:
        raise InputError(
            f"{path}: not readable as footage ({error.strerror}); give a video, image or sequence"
        ) from error
    with container:
        if not container.streams.video:
            raise InputError(f"{path}: holds no video; give a video, image or sequence")
        yield container


def packets(container: av.container.InputContainer) -> "Iterator[av.Packet[av.VideoStream]]":
    """The video's packets as far as they can be read, without one that the end of the file cuts off."""
    with suppress(*UNREADABLE):
        yield from _packets(container)


def _packets(container: av.container.InputContainer) -> "Iterator[av.Packet[av.VideoStream]]":
    held = None
    for packet in container.demux(container.streams.video[0]):
        if not packet.size:
            continue
        if held is not None:
            yield held
        held = packet
    if held is not None and not held.is_corrupt:
        yield held


@dataclass(frozen=True)
class Index:
    """What the packets of a file say of its frames, which are numbered from 1 in the order of their time stamps."""

    stamps: list[int] | None
    """Of the shown frames, rising; None where packets have none."""
    count: int
    """Frames that are shown."""
    tick: Fraction
    """s, of a time stamp."""
    origin: int
    """Where time starts."""
    missing: int
    """Frames that the header promises besides, by its count or else its duration."""
    broken: bool
    """The file can't be read on, so that there may be more frames."""

    def seconds(self, number: int, fps: Fraction) -> float:
        """From the clip's start; at the constant rate where there are no stamps."""
        return float((number - 1) / fps if self.stamps is None else (self.stamps[number - 1] - self.origin) * self.tick)


@dataclass(frozen=True)
class _Entry:
    """A packet without its data."""

    stamp: int | None
    duration: int
    hidden: bool
    """It comes before an edit's start: other frames need it, but it isn't shown."""


def read_index(path: Path) -> Index:
    with opened(path) as container:
        stream = container.streams.video[0]
        entries: list[_Entry] = []
        broken = False
        try:
            entries.extend(_Entry(each.pts, each.duration or 0, each.is_discard) for each in _packets(container))
        except UNREADABLE:
            broken = True
        shown = [entry for entry in entries if not entry.hidden]
        stamps = sorted(entry.stamp for entry in shown if entry.stamp is not None)
        start = stream.start_time
        return Index(
            stamps=stamps if len(stamps) == len(shown) else None,
            count=len(shown),
            tick=stream.time_base or TICK,
            origin=start if start is not None else stamps[0] if stamps else 0,
            missing=max(stream.frames - len(entries), 0) if stream.frames else _missing(container, shown),
            broken=broken,
        )


def _missing(container: av.container.InputContainer, shown: list[_Entry]) -> int:
    """Frames between the last one and the end by the header's clock; 0 where it doesn't say, or a rounding's worth."""
    stream, end = container.streams.video[0], _promised_end(container)
    stamps = {entry.stamp: entry.duration for entry in shown if entry.stamp is not None}
    if end is None or not stamps or not stream.average_rate or not stream.time_base:
        return 0
    last = max(stamps)
    until = last * stream.time_base + max(stamps[last] * stream.time_base, 1 / stream.average_rate)
    missing = round((end - until) * stream.average_rate)
    return missing if missing > SHORT else 0


def _promised_end(container: av.container.InputContainer) -> Fraction | None:
    """Seconds on the clock of the time stamps: the stream's own, Matroska's tag of it, or the file's if that is all."""
    stream = container.streams.video[0]
    if stream.duration and stream.time_base:
        return ((stream.start_time or 0) + stream.duration) * stream.time_base
    if tag := re.fullmatch(r"(\d+):(\d+):(\d+(?:\.\d+)?)", stream.metadata.get("DURATION", "")):
        return int(tag[1]) * 3600 + int(tag[2]) * 60 + Fraction(tag[3])
    if container.duration and len(container.streams) == 1:
        return Fraction((container.start_time or 0) + container.duration, av.time_base)
    return None
