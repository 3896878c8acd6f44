"""Movies to look at: H.264 in mp4, with the source's sound."""

from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.video.reformatter import Colorspace

from ..errors import Failure
from ..provenance import seal, words
from ..storage import whole_file
from .footage import Clip, Pixels

CRF, PRESET = "14", "superfast"
"""x264's: half of veryfast's time, for movies of twice the size that look the same."""
CLOCK = Fraction(1, 90000)
"""s, the tick of the time stamps."""
THREADS = 4
"""Fixed, because x264's output depends on it."""
AUDIO_RATE = 48000


class VideoWriter:
    """A context manager that writes an mp4 (H.264, yuv420p, BT.709); the file appears whole on leaving, or not at all.

    Odd sizes are padded to even ones by repeating the last row or column. `audio` is a clip whose sound is laid under
    the frames: re-encoded as AAC and cut to their length, from the first frame's own time, or from `sound_from` seconds
    into the clip. The same input gives the same bytes. `altered`: the file says so (core/provenance.py).
    """

    def __init__(
        self,
        path: Path,
        width: int,
        height: int,
        fps: Fraction,
        audio: Clip | None = None,
        *,
        sound_from: float | None = None,
        altered: bool = False,
    ) -> None:
        self._path = path
        self._size = (width, height)
        self._fps = fps
        self._audio = audio if audio is not None and audio.has_audio else None
        self._sound_from = sound_from
        self._altered = altered
        self._first_time: float | None = None
        self._last_time = 0.0
        self._count = 0
        self._whole = False
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            temporary = stack.enter_context(whole_file(self._path))
            stack.callback(self._seal, temporary)
            self._container = stack.enter_context(
                av.open(str(temporary), "w", format="mp4", options={"fflags": "+bitexact", "movflags": "+faststart"})
            )
            if self._altered:
                self._container.metadata["comment"] = words()["ImageDescription"]
            self._video = self._video_stream()
            self._sound = self._sound_stream()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        with self._stack as stack:
            if error is not None:
                # hand the error on, so that whole_file removes the unfinished file
                return stack.__exit__(kind, error, trace)
            self._finish()
            self._whole = True
        return None

    def _seal(self, finished: Path) -> None:
        if self._altered and self._whole:
            seal(finished)

    def write(self, pixels: Pixels, time: float | None = None) -> None:
        """Append H×W×3 uint8 RGB, `time` seconds into the source (None: at the constant rate)."""
        height, width = pixels.shape[:2]
        if (width, height) != self._size:
            raise ValueError(f"a {width}×{height} frame for a {self._size[0]}×{self._size[1]} movie")
        seconds = float(self._count / self._fps) if time is None else time
        if self._first_time is None:
            self._first_time = seconds
        odd = height % 2 or width % 2
        even = np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge") if odd else pixels
        image = av.VideoFrame.from_ndarray(np.ascontiguousarray(even), format="rgb24")
        image = image.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709, interpolation="BICUBIC")
        image.pts = round((seconds - self._first_time) / CLOCK)
        image.time_base = CLOCK
        self._last_time = seconds
        self._count += 1
        self._container.mux(self._video.encode(image))

    def _video_stream(self) -> av.VideoStream:
        stream = self._container.add_stream("libx264", rate=self._fps, options={"crf": CRF, "preset": PRESET})
        assert isinstance(stream, av.VideoStream)
        width, height = self._size
        stream.width, stream.height, stream.pix_fmt = width + width % 2, height + height % 2, "yuv420p"
        stream.time_base = stream.codec_context.time_base = CLOCK
        context = stream.codec_context
        context.thread_count = THREADS
        context.colorspace = context.color_primaries = context.color_trc = 1  # BT.709
        context.color_range = 1  # limited
        return stream

    def _sound_stream(self) -> av.AudioStream | None:
        if self._audio is None:
            return None
        stream = self._container.add_stream("aac", rate=AUDIO_RATE, options={"b": "192k"})
        assert isinstance(stream, av.AudioStream)
        stream.layout = "stereo"
        return stream

    def _finish(self) -> None:
        if self._count == 0:
            raise Failure(f"{self._path}: no frame was made, so no movie was written")
        self._container.mux(self._video.encode(None))
        if self._sound is not None and self._audio is not None and self._first_time is not None:
            start = self._first_time if self._sound_from is None else self._sound_from
            end = start + self._last_time - self._first_time + float(1 / self._fps)
            for block in _sound(self._audio.path, start, end):
                self._container.mux(self._sound.encode(block))
            self._container.mux(self._sound.encode(None))


def _sound(path: Path, start: float, end: float) -> Iterator[av.AudioFrame]:
    """Stereo blocks of a file's sound between two times (s from the first video frame), stamped from 0."""
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        origin = float((video.start_time or 0) * (video.time_base or 0))
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=AUDIO_RATE)
        for block in container.decode(audio):
            for even in resampler.resample(block):
                if (cut := _cut(even, origin + start, origin + end)) is not None:
                    yield cut


def _cut(block: av.AudioFrame, start: float, end: float) -> av.AudioFrame | None:
    """The samples of a block between two times on the file's clock, stamped relative to `start`."""
    first = round((float(block.time or 0.0) - start) * AUDIO_RATE)
    samples = block.to_ndarray()
    low, high = max(-first, 0), min(samples.shape[1], round((end - start) * AUDIO_RATE) - first)
    if low >= high:
        return None
    cut = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[:, low:high]), format="fltp", layout="stereo")
    cut.sample_rate = AUDIO_RATE
    cut.pts = first + low
    cut.time_base = Fraction(1, AUDIO_RATE)
    return cut
