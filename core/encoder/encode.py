"""A shot through the encoder, beside its detection: the footage is decoded once."""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array32
from ..landmarks.backend import Image
from ..landmarks.follow import Seen
from .alignment import align
from .encoding import Encoding
from .networks import IdentityNetwork
from .shape_free import ShapeFree

BATCH = 4
"""Faces that go through the network together; always the same ones, so that a shot's results are the same in every
run.
"""
WAITING = 4
"""Frames that may wait for the encoder, which is all that it holds of the footage."""


class ShotEncoder:
    """Observes a detection (landmarks.detect) and encodes what it sees, in a thread of its own.

    Use it as a context: leaving it early drops what still waits.
    """

    def __init__(self, identity: IdentityNetwork, shape_free: ShapeFree) -> None:
        self._identity, self._shape_free = identity, shape_free
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder")
        self._waiting: deque[Future[None]] = deque()
        self._rows: list[int] = []
        self._textures: list[Image] = []
        self._fronts: list[Array32] = []
        self._identities: list[NDArray[np.float16]] = []
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
        rows = np.array(self._rows, dtype=np.int64)
        textures, identity = np.stack(self._textures), np.concatenate(self._identities)
        known = visible[rows] & np.isfinite(identity).all(axis=1)
        return Encoding(
            texture=_placed(textures[known], rows[known], len(visible)),
            identity=_placed(identity[known], rows[known], len(visible)),
            visible=np.isin(np.arange(len(visible)), rows[known]),
        )

    def _take(self, rgb: Image, points: Array32) -> None:
        self._textures.append(self._shape_free.texture(rgb, points))
        self._fronts.append(align(points[None]).front(points[None])[0])
        if len(self._fronts) == BATCH:
            self._encode()

    def _encode(self) -> None:
        if not self._fronts:
            return
        textures = np.stack(self._textures[-len(self._fronts) :])
        self._identities.append(self._identity(textures, np.stack(self._fronts)).astype(np.float16))
        self._fronts.clear()


def _placed(values: NDArray[Any], rows: NDArray[np.int64], count: int) -> NDArray[Any]:
    """count×…, zero but for the rows."""
    whole = np.zeros((count, *values.shape[1:]), values.dtype)
    whole[rows] = values
    return whole
