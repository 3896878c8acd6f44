"""A shot's faces taken from its frames beside the detection: the footage is decoded once."""

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from ..landmarks.backend import Image
from ..landmarks.follow import Seen
from .encoding import Encoding
from .shape_free import SIDE, ShapeFree

WAITING = 8
"""Frames whose pictures are held until their texture is taken, at most."""


class ShotEncoder:
    """Observes a detection (landmarks.detect) and keeps the shape-free texture of every face that it sees, taken in a
    thread beside the detector.
    """

    def __init__(self, shape_free: ShapeFree) -> None:
        self._shape_free = shape_free
        self._thread = ThreadPoolExecutor(1)
        self._textures: list[Future[NDArray[np.uint8]] | None] = []

    def observe(self, rgb: Image, seen: Seen | None) -> None:
        """The next frame, H×W×3."""
        take = self._shape_free.texture
        self._textures.append(None if seen is None else self._thread.submit(take, rgb, seen.points))
        if len(self._textures) > WAITING and (earlier := self._textures[-WAITING]) is not None:
            earlier.result()

    def encoding(self, visible: NDArray[np.bool_]) -> Encoding:
        """Of the frames observed, which are handed over; `visible`: T, those of them that the track believes after all
        (LandmarkTrack).
        """
        textures = np.zeros((len(visible), SIDE, SIDE), np.uint8)
        for row in reversed(range(len(visible))):
            texture = self._textures.pop()  # never is there a second copy of them all
            if texture is not None and visible[row]:
                textures[row] = texture.result()
        self._thread.shutdown()
        return Encoding(textures, visible.copy())
