"""A shot's faces taken from its frames beside the detection: the footage is decoded once."""

import numpy as np
from numpy.typing import NDArray

from ..landmarks.backend import Image
from ..landmarks.follow import Seen
from .encoding import Encoding
from .shape_free import SIDE, ShapeFree


class ShotEncoder:
    """Observes a detection (landmarks.detect) and keeps the shape-free texture of every face that it sees."""

    def __init__(self, shape_free: ShapeFree) -> None:
        self._shape_free = shape_free
        self._textures: list[NDArray[np.uint8] | None] = []

    def observe(self, rgb: Image, seen: Seen | None) -> None:
        """The next frame, H×W×3."""
        self._textures.append(None if seen is None else self._shape_free.texture(rgb, seen.points))

    def encoding(self, visible: NDArray[np.bool_]) -> Encoding:
        """Of the frames observed, which are handed over; `visible`: T, those of them that the track believes after all
        (LandmarkTrack).
        """
        textures = np.zeros((len(visible), SIDE, SIDE), np.uint8)
        for row in reversed(range(len(visible))):
            texture = self._textures.pop()  # never is there a second copy of them all
            if texture is not None and visible[row]:
                textures[row] = texture
        return Encoding(textures, visible.copy())
