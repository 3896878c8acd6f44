"""Video files through PyAV."""

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import chain, pairwise
from pathlib import Path
from typing import Literal

import av
import av.error
import av.filter
import numpy as np

from ..errors import InputError
from .footage import Clip, Frame, FrameError, Pixels
from .packets import Index, opened, packets, read_index

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
    with opened(path) as container:
        stream = container.streams.video[0]
        image = _first_image(container, path)
        rate = fps or stream.average_rate or stream.guessed_rate or DEFAULT_FPS
        count = stream.frames or _duration_in_frames(container, rate)
        sound = bool(container.streams.audio)
        timecode = stream.metadata.get("timecode") or container.metadata.get("timecode")
    warnings: list[str] = []
    source = VideoSource(path, Fraction(rate), warnings)
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

    def __init__(self, path: Path, fps: Fraction, warnings: list[str]) -> None:
        self._path = path
        self._fps = fps
        self._warnings = warnings
        self._known: Index | None = None
        self._damaged: set[int] = set()
        self._cursor: Iterator[Frame] | None = None
        self._next = 0

    def location(self, number: int) -> Path:  # noqa: ARG002 - every frame is in the one file
        return self._path

    def count(self) -> int:
        """How many frames the file really holds, counted by its packets (no decoding)."""
        return self._index().count

    def frames(self, first: int, last: int | None) -> Iterator[Frame]:
        """A frame for every packet; where one can't be decoded, the image before it again and a warning."""
        number, index, convert = 0, self._index(), _Converter(self._path)
        if first > max(index.count, 1):
            raise FrameError(f"{self._path}: has no frame {first}; it holds {index.count} frames")
        for number, image in self._filled(first):
            yield Frame(number, index.seconds(number, self._fps), convert(image, index.tick))
            if number == last:
                break
        if last is None or number < last or number == index.count:
            self._note_end(number)

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

    def _filled(self, first: int) -> Iterator[tuple[int, av.VideoFrame]]:
        """Every frame from `first` on with an image: the nearest before it, or after it at the start of the file."""
        before, wanted = None, first
        for number, image in self._decoded(first):
            if number > wanted:
                yield from self._repeated(before or image, wanted, number)
            if number >= wanted:
                yield number, image
                wanted = number + 1
            before = image
        if before is not None and self._index().stamps:
            yield from self._repeated(before, wanted, self.count() + 1)

    def _repeated(self, image: av.VideoFrame, start: int, end: int) -> Iterator[tuple[int, av.VideoFrame]]:
        for number in range(start, end):
            self._note_damaged(number)
            yield number, image

    def _decoded(self, first: int) -> Iterator[tuple[int, av.VideoFrame]]:
        """Numbered images from `first` or the nearest before it on; those that can't be decoded are left out."""
        following = first
        try:
            for number, image in self._reached(first, "AUTO"):
                following = max(following, number + 1)
                yield number, image
        except av.error.FFmpegError:
            if following <= self.count():  # beside a damaged frame, threads lose good ones: go on without
                yield from self._reached(following, "NONE")

    def _reached(self, first: int, threads: Literal["AUTO", "NONE"]) -> Iterator[tuple[int, av.VideoFrame]]:
        """As `_decoded`, from farther back where a seek comes out behind `first` or on damage."""
        start, back = first, 1
        while True:
            images = self._images(start, threads)
            head = next(images, None)
            if start == 1 or (head is not None and head[0] <= first):
                break
            start, back = max(first - back, 1), 2 * back
        if head is not None:
            yield head
            yield from images

    def _images(self, first: int, threads: Literal["AUTO", "NONE"]) -> Iterator[tuple[int, av.VideoFrame]]:
        """Numbered images from where a seek to frame `first` comes out; with threads, damage is an error."""
        with opened(self._path) as container:
            stream, stamps, number = container.streams.video[0], self._index().stamps, 0
            stream.thread_type = threads
            if stamps and first > 1:
                container.seek(stamps[first - 1], stream=stream, backward=True)
            for packet in chain(packets(container), [None]):
                try:
                    images = stream.codec_context.decode(packet)
                except av.error.FFmpegError:
                    if threads != "NONE":
                        raise
                    images, number = [], number + 1
                for image in images:
                    if stamps is None or image.pts is None:
                        number += 1
                    else:
                        number = bisect_right(stamps, image.pts)
                    yield number, image

    def _index(self) -> Index:
        if self._known is None:
            self._known = read_index(self._path)
        return self._known

    def _note_damaged(self, number: int) -> None:
        """Keep one warning that names all of them."""
        if number not in self._damaged:
            told = _damage(self._path, self._damaged)
            self._damaged.add(number)
            if told in self._warnings:
                self._warnings.remove(told)
            self._warnings.append(_damage(self._path, self._damaged))

    def _note_end(self, number: int) -> None:
        if number == 0:
            raise InputError(f"{self._path}: no frame can be decoded; the file is damaged, copy it again")
        index = self._index()
        promised = f" of {index.count + index.missing}" if index.missing else ""
        message = f"{self._path}: is truncated: frames 1–{number}{promised} could be read"
        if (index.missing or index.broken) and message not in self._warnings:
            self._warnings.append(message)


class _Converter:
    """Images to upright RGB arrays; the first image fixes size and format."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._graph: av.filter.Graph | None = None
        self._shape: tuple[int, int, str] | None = None

    def __call__(self, image: av.VideoFrame, tick: Fraction) -> Pixels:
        shape = (image.width, image.height, image.format.name)
        if self._graph is None:
            self._graph, self._shape = _scaler(image, tick), shape
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


def _scaler(image: av.VideoFrame, tick: Fraction) -> av.filter.Graph:
    """The filter graph that `ffmpeg -pix_fmt rgb24|rgb48le` makes by itself: the scaler with its default flags."""
    graph = av.filter.Graph()
    nodes = [
        graph.add_buffer(width=image.width, height=image.height, format=image.format, time_base=tick),
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


def _first_image(container: av.container.InputContainer, path: Path) -> av.VideoFrame:
    decoder = container.streams.video[0].codec_context
    for packet in chain(packets(container), [None]):
        with suppress(av.error.FFmpegError):  # damaged: the frames after it may be fine
            for image in decoder.decode(packet):
                return image
    raise InputError(f"{path}: no frame can be decoded; the file is damaged, copy it again")


def _duration_in_frames(container: av.container.InputContainer, rate: Fraction) -> int | None:
    return None if container.duration is None else max(round(container.duration * rate / av.time_base), 1)


def _damage(path: Path, numbers: set[int]) -> str:
    ordered = sorted(numbers)
    starts = [number for number in ordered if number - 1 not in numbers]
    ends = [number for number in ordered if number + 1 not in numbers]
    told = ", ".join(str(low) if low == high else f"{low}–{high}" for low, high in zip(starts, ends, strict=True))
    return f"{path}: frames that can't be decoded show the image before them: {told}; copy the file again"
