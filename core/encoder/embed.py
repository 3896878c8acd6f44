"""Whose face is it? A vector per face, as the follower of one person asks for it."""

from dataclasses import dataclass

from ..conventions import Array32
from ..landmarks.backend import Image
from .alignment import align
from .networks import Trunk


@dataclass(frozen=True)
class FaceEmbedder:
    trunk: Trunk

    def embed(self, rgb: Image, points: Array32) -> Array32:
        """128, unit length: whose face has these landmarks (478×3 px) in a frame H×W×3."""
        place = align(points[None])
        _, identity = self.trunk(place.crop(rgb, 0)[None], place.front(points[None]))
        found: Array32 = identity[0]
        return found
