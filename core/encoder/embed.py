"""Whose face is it? A vector per face, as the follower of one person asks for it."""

from dataclasses import dataclass

from ..conventions import Array32
from ..landmarks.backend import Image
from .alignment import align
from .networks import IdentityNetwork
from .shape_free import ShapeFree


@dataclass(frozen=True)
class FaceEmbedder:
    network: IdentityNetwork
    shape_free: ShapeFree

    def embed(self, rgb: Image, points: Array32) -> Array32:
        """128, unit length: whose face has these landmarks (478×3 px) in a frame H×W×3."""
        texture = self.shape_free.texture(rgb, points)
        found: Array32 = self.network(texture[None], align(points[None]).front(points[None]))[0]
        return found
