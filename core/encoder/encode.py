"""A shot through the trunk, beside its detection: the footage is decoded once."""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array32
from ..landmarks.backend import Image
from ..landmarks.follow import Seen
from .alignment import align
from .encoding import Encoding
from .networks import Trunk

BATCH = 4
"""Faces that go through the trunk together; always the same ones, so that a shot's codes are the same in every run."""
WAITING = 4
"""Frames that may wait for the encoder, which is all that it holds of the footage."""


class ShotEncoder:
    """Observes a detection (landmarks.detect) and encodes what it sees, in a thread of its own.

    Use it as a context: leaving it early drops what still waits.
    """

    def __init__(self, trunk: Trunk) -> None:
        self._trunk = trunk
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder")
        self._waiting: deque[Future[None]] = deque()
        self._rows: list[int] = []
        self._codes: list[NDArray[np.float16]] = []
        self._identities: list[NDArray[np.float16]] = []
        self._crops: list[Image] = []
        self._fronts: list[Array32] = []
        self._frames = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._thread.shutdown(cancel_futures=True)

    def observe(self, rgb: Image, seen: Seen | None) -> None:
        """The next frame (H×W×3, left as it is from now on). Waits where too many frames wait already; raises what went
        wrong with an earlier one.
        """
        row, self._frames = self._frames, self._frames + 1
        if seen is None:
            return
        self._rows.append(row)
        self._waiting.append(self._thread.submit(self._take, rgb, seen.points))
        if len(self._waiting) > WAITING:
            self._waiting.popleft().result()

    def encoding(self, visible: NDArray[np.bool_]) -> Encoding:
        """Of the frames observed; `visible`: T, those of them that the track believes after all (LandmarkTrack)."""
        self._waiting.append(self._thread.submit(self._encode))
        for frame in self._waiting:
            frame.result()
        rows = np.array(self._rows)
        code, identity = np.concatenate(self._codes), np.concatenate(self._identities)
        known = visible[rows] & np.isfinite(code).all(axis=1) & np.isfinite(identity).all(axis=1)
        return Encoding(
            code=_placed(code[known], rows[known], len(visible)),
            identity=_placed(identity[known], rows[known], len(visible)),
            visible=np.isin(np.arange(len(visible)), rows[known]),
        )

    def _take(self, rgb: Image, points: Array32) -> None:
        place = align(points[None])
        self._crops.append(place.crop(rgb, 0))
        self._fronts.append(place.front(points[None])[0])
        if len(self._crops) == BATCH:
            self._encode()

    def _encode(self) -> None:
        if not self._crops:
            return
        code, identity = self._trunk(np.stack(self._crops), np.stack(self._fronts))
        self._codes.append(code.astype(np.float16))
        self._identities.append(identity.astype(np.float16))
        self._crops.clear()
        self._fronts.clear()


def _placed(values: NDArray[np.float16], rows: NDArray[np.int64], count: int) -> NDArray[np.float16]:
    """count×F, zero but for the rows."""
    whole = np.zeros((count, values.shape[1]), np.float16)
    whole[rows] = values
    return whole
