"""Video files through PyAV."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import av.error
import av.filter
import numpy as np

from ..errors import InputError
from .footage import Clip, Frame, FrameError, Pixels

DEFAULT_FPS = Fraction(24)
MATRICES = {1: "bt709", 5: "bt601", 6: "bt601", 9: "bt2020"}
"""Names of FFmpeg's AVColorSpace numbers (ITU-T H.273, MatrixCoefficients); others are not said."""
NEAR = 48
"""Frames ahead that are cheaper to decode through than to seek to."""


def open_video(path: Path, start: int | None, end: int | None, fps: Fraction | None) -> Clip:
    """A clip of the file's first video stream. Its alpha, if any, is not read; pixels are taken as square.

    8-bit video gives uint8 RGB, deeper video uint16 RGB: the values of `ffmpeg -pix_fmt rgb24` and `rgb48`
    with its default scaler flags, as `ffmpeg` applies them by itself.
    """
    with _opened(path) as container:
        stream = container.streams.video[0]
        image = _first_image(container, path)
        rate = fps or stream.average_rate or stream.guessed_rate or DEFAULT_FPS
        promised = stream.frames
        count = promised or _duration_in_frames(container, rate)
        sound = bool(container.streams.audio)
        timecode = stream.metadata.get("timecode") or container.metadata.get("timecode")
    warnings: list[str] = []
    source = VideoSource(path, Fraction(rate), promised, warnings)
    if start is not None or end is not None:
        count = source.count()
    first, last = frame_range(path, 1, count, start, end)
    turned = image.rotation % 180 != 0
    return Clip(
        path=path,
        kind="video",
        width=image.height if turned else image.width,
        height=image.width if turned else image.height,
        channels=3,
        dtype="uint16" if _is_deep(image) else "uint8",
        fps=Fraction(rate),
        first=first,
        last=last if end is not None else None,
        frame_count=None if last is None else last - first + 1,
        has_audio=sound,
        focal=None,
        timecode=timecode,
        colour_space=MATRICES.get(int(image.colorspace), ""),
        source=source,
        warnings=warnings,
    )


def frame_range(
    path: Path, lowest: int, count: int | None, start: int | None, end: int | None
) -> tuple[int, int | None]:
    """First and last frame number of start–end (both included) in footage of `count` frames from `lowest`."""
    highest = None if count is None else lowest + count - 1
    first = lowest if start is None else start
    last = highest if end is None else end if highest is None else min(end, highest)
    if first < lowest or (highest is not None and first > highest):
        held = f"its {count} frames are {lowest}–{highest}" if highest is not None else f"its first frame is {lowest}"
        raise InputError(f"{path}: has no frame {first}; {held}")
    if last is not None and last < first:
        raise InputError(f"{path}: the range {first}–{end} is empty; give an end at or after the start")
    return first, last


class VideoSource:
    """Decodes a file's first video stream; holds one open decoder for `read` and no frames."""

    def __init__(self, path: Path, fps: Fraction, promised: int, warnings: list[str]) -> None:
        self._path = path
        self._fps = fps
        self._promised = promised
        self._warnings = warnings
        self._stamps: list[int | None] | None = None
        self._cursor: Iterator[Frame] | None = None
        self._next = 0

    def location(self, number: int) -> Path:  # noqa: ARG002 - every frame is in the one file
        return self._path

    def count(self) -> int:
        """How many frames the file really holds, counted by its packets (no decoding)."""
        return len(self._index())

    def frames(self, first: int, last: int | None) -> Iterator[Frame]:
        number = first - 1
        with _opened(self._path) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            convert = _Converter(self._path)
            origin = stream.start_time
            for image in self._images(container, first):
                number += 1
                if last is not None and number > last:
                    return
                if origin is None:
                    origin = image.pts
                yield Frame(number, self._seconds(image, origin, number), convert(image, stream))
        if last is None or number < last:
            self._note_end(number, last)

    def read(self, number: int) -> Frame:
        if number < 1:
            raise InputError(f"{self._path}: has no frame {number}; a video's first frame is 1")
        if self._cursor is None or not 0 <= number - self._next < NEAR:
            self._cursor, self._next = self.frames(number, None), number
        for frame in self._cursor:
            self._next = frame.number + 1
            if frame.number == number:
                return frame
        self._cursor = None
        raise FrameError(f"{self._path}: frame {number} can't be read; the file holds {self.count()} frames")

    def _images(self, container: av.container.InputContainer, first: int) -> Iterator[av.VideoFrame]:
        """Decoded images from frame `first` on, through the nearest key frame where time stamps allow."""
        target, skip = None, first - 1
        if first > 1:
            index = self._index()
            if first > len(index):
                raise FrameError(f"{self._path}: has no frame {first}; it holds {len(index)} frames")
            if None not in index:
                target, skip = index[first - 1], 0
                container.seek(target or 0, stream=container.streams.video[0], backward=True)
        for image in self._decoded(container):
            if target is not None and image.pts is not None and image.pts < target:
                continue
            if skip:
                skip -= 1
                continue
            yield image

    def _decoded(self, container: av.container.InputContainer) -> Iterator[av.VideoFrame]:
        try:
            for packet in container.demux(container.streams.video[0]):
                try:
                    yield from packet.decode()
                except av.error.InvalidDataError:
                    self._warn(f"{self._path}: has damaged frames, which are left out")
        except (av.error.InvalidDataError, av.error.EOFError) as error:
            self._warn(f"{self._path}: breaks off ({error.strerror}); the frames before that are used")

    def _index(self) -> list[int | None]:
        """Presentation time stamps of the shown packets in order; with a None where the file has none."""
        if self._stamps is None:
            self._stamps = _packet_stamps(self._path)
        return self._stamps

    def _seconds(self, image: av.VideoFrame, origin: int | None, number: int) -> float:
        if image.pts is None or origin is None or image.time_base is None:
            return float((number - 1) / self._fps)
        return float((image.pts - origin) * image.time_base)

    def _note_end(self, number: int, last: int | None) -> None:
        expected = last if last is not None else self._promised
        if number == 0:
            raise InputError(f"{self._path}: no frame can be decoded; the file is damaged, copy it again")
        if number < expected:
            self._warn(f"{self._path}: is truncated: frames 1–{number} of {expected} could be read")

    def _warn(self, message: str) -> None:
        if message not in self._warnings:
            self._warnings.append(message)


class _Converter:
    """Images to upright RGB arrays; the first image fixes size and format."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._graph: av.filter.Graph | None = None
        self._shape: tuple[int, int, str] | None = None

    def __call__(self, image: av.VideoFrame, stream: av.VideoStream) -> Pixels:
        shape = (image.width, image.height, image.format.name)
        if self._graph is None:
            self._graph, self._shape = _scaler(image, stream), shape
        if shape != self._shape:
            raise FrameError(
                f"{self._path}: changes from {self._shape} to {shape} on the way; convert it to one size first"
            )
        self._graph.push(image)
        scaled = self._graph.pull()
        if not isinstance(scaled, av.VideoFrame):
            raise FrameError(f"{self._path}: an image can't be converted to RGB; convert the clip first")
        pixels = scaled.to_ndarray()
        # the display matrix turns in steps of 90°; ffmpeg's own rotation gives the same pixels
        return np.ascontiguousarray(np.rot90(pixels, image.rotation // 90)) if image.rotation else pixels


def _scaler(image: av.VideoFrame, stream: av.VideoStream) -> av.filter.Graph:
    """The filter graph that `ffmpeg -pix_fmt rgb24|rgb48le` makes by itself: the scaler with its default flags."""
    graph = av.filter.Graph()
    nodes = [
        graph.add_buffer(
            width=image.width,
            height=image.height,
            format=image.format,
            time_base=stream.time_base or Fraction(1, 90000),
        ),
        graph.add("scale"),
        graph.add("format", f"pix_fmts={'rgb48le' if _is_deep(image) else 'rgb24'}"),
        graph.add("buffersink"),
    ]
    for node, following in pairwise(nodes):
        node.link_to(following)
    graph.configure()
    return graph


def _is_deep(image: av.VideoFrame) -> bool:
    return any(component.bits > 8 for component in image.format.components)


@contextmanager
def _opened(path: Path) -> Iterator[av.container.InputContainer]:
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


def _first_image(container: av.container.InputContainer, path: Path) -> av.VideoFrame:
    try:
        return next(container.decode(container.streams.video[0]))
    except (StopIteration, av.error.FFmpegError) as error:
        raise InputError(f"{path}: no frame can be decoded; the file is damaged, copy it again") from error


def _duration_in_frames(container: av.container.InputContainer, rate: Fraction) -> int | None:
    return None if container.duration is None else max(round(container.duration * rate / av.time_base), 1)


def _packet_stamps(path: Path) -> list[int | None]:
    with _opened(path) as container:
        stamps: list[int | None] = []
        packets = container.demux(container.streams.video[0])
        with suppress(av.error.InvalidDataError, av.error.EOFError):  # truncated: what could be read is the clip
            stamps.extend(packet.pts for packet in packets if packet.size and not packet.is_discard)
    return stamps if None in stamps else sorted(stamps, key=lambda stamp: stamp or 0)
