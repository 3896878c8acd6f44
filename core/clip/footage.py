"""What footage is, whatever it is stored in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, Protocol

from numpy.typing import NDArray

from ..errors import InputError

Pixels = NDArray[Any]
"""H×W×3 RGB (or ×4 with alpha), uint8, uint16, float16 or float32, as stored."""


class FrameError(InputError):
    """One frame of a clip can't be read; the clip's other frames may be fine."""


@dataclass(frozen=True)
class Frame:
    number: int
    """The source's own frame number; a video's first frame is 1, as in Blender and Nuke."""
    time: float
    """Seconds from the clip's first frame."""
    pixels: Pixels


class Source(Protocol):
    """Where a clip's frames come from. All methods raise InputError naming the file."""

    def frames(self, first: int, last: int | None) -> Iterator[Frame]:
        """Frames `first` to `last`, both included; to the end where `last` is None."""

    def read(self, number: int) -> Frame:
        """One frame, in any order; neighbours in rising order are cheap."""

    def location(self, number: int) -> Path:
        """The file that holds the frame."""


@dataclass(frozen=True)
class Clip:
    """Footage, read one frame at a time; iterating again starts over."""

    path: Path
    kind: Literal["video", "sequence", "still"]
    width: int
    height: int
    """px as displayed: rotation flags and EXIF orientation are applied."""
    channels: int
    """3 (RGB) or 4 (RGB and alpha, as stored). Other channels of an image are left where they are."""
    dtype: str
    """'uint8', 'uint16', 'float16' or 'float32'."""
    fps: Fraction
    first: int
    last: int | None
    """Source frame numbers of the range asked for, both included; None: to the end of the file."""
    frame_count: int | None
    """Frames in that range as the container tells it; None where it doesn't."""
    has_audio: bool
    focal: float | None
    """px, from EXIF FocalLengthIn35mmFilm; None where absent."""
    timecode: str | None
    colour_space: str
    """As OpenColorIO or OpenImageIO names it, or the video stream's matrix; '' where unknown."""
    source: Source
    warnings: list[str] = field(default_factory=list, compare=False)
    """What was wrong but could be read around; complete after an iteration."""

    def __iter__(self) -> Iterator[Frame]:
        return self.frames()

    def frames(self) -> Iterator[Frame]:
        return self.source.frames(self.first, self.last)

    def read(self, number: int) -> Frame:
        """The frame with a source number, also outside first–last."""
        return self.source.read(number)
