"""SMPTE timecodes (ST 12-1): as text, and as the headers of OpenEXR and DPX hold them."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:  # Blender reads curves; video's library stays out of it
    from ..clip import Clip

DROPPED_PER_MINUTE = 2
"""Frame numbers left out at 29.97 frames a second, but not each tenth minute; at 59.94 twice as many."""


@dataclass(frozen=True)
class Timecode:
    """A frame's number on the clock that `base` frames a second make; `drop`: with numbers left out."""

    hours: int
    minutes: int
    seconds: int
    frames: int
    drop: bool

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """HH:MM:SS:FF, a ; or . before the frames where numbers are left out; None where it is none."""
        match = re.fullmatch(r"(\d\d):(\d\d):(\d\d)([:;.])(\d\d)", text.strip())
        if match is None:
            return None
        hours, minutes, seconds, frames = (int(match[k]) for k in (1, 2, 3, 5))
        return cls(hours, minutes, seconds, frames, match[4] != ":")

    @classmethod
    def of(cls, count: int, base: int, *, drop: bool) -> Self:
        """The timecode `count` frames after 00:00:00:00; around midnight from the other side."""
        if drop:
            lost = DROPPED_PER_MINUTE * base // 30
            tens, rest = divmod(count, 600 * base - 9 * lost)
            count += 9 * lost * tens + max(0, (rest - lost) // (60 * base - lost)) * lost
        count %= 86400 * base
        seconds, frames = divmod(count, base)
        return cls(seconds // 3600, seconds // 60 % 60, seconds % 60, frames, drop)

    def count(self, base: int) -> int:
        """Frames since 00:00:00:00."""
        minutes = 60 * self.hours + self.minutes
        lost = DROPPED_PER_MINUTE * base // 30 * (minutes - minutes // 10) if self.drop else 0
        return (60 * minutes + self.seconds) * base + self.frames - lost

    def later(self, frames: int, rate: Fraction) -> "Timecode":
        """So many frames on, at a rate."""
        base = round(rate)
        return Timecode.of(self.count(base) + frames, base, drop=self.drop)

    def packed(self) -> int:
        """32 bits of packed decimals, drop flag in bit 6 (ST 12-1's television 60 packing)."""
        digits = (self.hours, self.minutes, self.seconds, self.frames)
        value = 0
        for number in digits:
            value = value << 8 | (number // 10) << 4 | number % 10
        return value | self.drop << 6

    def __str__(self) -> str:
        mark = ";" if self.drop else ":"
        return f"{self.hours:02}:{self.minutes:02}:{self.seconds:02}{mark}{self.frames:02}"


@dataclass(frozen=True)
class Clock:
    """What time a shot's frames have in every file: the plate's own timecode; without one, the source frame's number on
    a clock that is 0 at frame 0, as Nuke has it.
    """

    rate: Fraction
    start: Timecode | None = None
    first: int = 0
    """The source frame at which it is `start`."""

    @classmethod
    def of(cls, clip: "Clip", fps: float) -> Self:
        """`fps`: at which a still is held, which has no time of its own."""
        if clip.kind == "still":
            return cls(Fraction(fps).limit_denominator(1001))
        start = Timecode.parse(clip.timecode or "")
        if start is None:
            return cls(clip.fps)
        return cls(clip.fps, start, 1 if clip.kind == "video" else clip.first)

    def at(self, number: int) -> Timecode:
        """Of a source frame."""
        start = self.start or Timecode(0, 0, 0, 0, drop=False)
        return start.later(number - self.first, self.rate)
