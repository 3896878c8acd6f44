"""A shot's faces taken from its frames beside the detection: the footage is decoded once."""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ..landmarks.backend import Image
from ..landmarks.follow import Seen
from .faces import HEADER, SIZE, write_header
from .shape_free import ShapeFree

WAITING = 8
"""Frames whose pictures are held until their texture is taken, at most."""


class ShotEncoder:
    """Observes a detection (landmarks.detect) and writes the shape-free texture of every face that it sees to a file
    (see Faces), taken in a thread beside the detector. A context: leaving it closes the file.
    """

    def __init__(self, shape_free: ShapeFree, path: Path) -> None:
        self._shape_free = shape_free
        self._stream = path.open("wb")
        self._stream.seek(HEADER)
        self._thread = ThreadPoolExecutor(1)
        self._waiting: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._thread.shutdown(cancel_futures=True)
        self._stream.close()

    def observe(self, rgb: Image, seen: Seen | None) -> None:
        """The next frame, H×W×3."""
        self._waiting.append(self._thread.submit(self._keep, rgb, seen))
        if len(self._waiting) > WAITING:
            self._waiting.popleft().result()

    def finish(self, visible: NDArray[np.bool_]) -> None:
        """Make the file whole; `visible`: T, the frames that the track believes after all (LandmarkTrack)."""
        while self._waiting:
            self._waiting.popleft().result()
        for row in np.flatnonzero(~visible):
            self._stream.seek(HEADER + SIZE * int(row))
            self._stream.write(bytes(SIZE))
        write_header(self._stream, len(visible))

    def _keep(self, rgb: Image, seen: Seen | None) -> None:
        self._stream.write(bytes(SIZE) if seen is None else self._shape_free.texture(rgb, seen.points).tobytes())
