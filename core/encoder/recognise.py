"""Embeddings as a Recogniser: what tells people apart in a shot, and whether two shots show the same person."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..conventions import Array32
from ..device import Device
from ..landmarks.backend import Image
from .arcface import open_arcface
from .embed import FaceEmbedder
from .networks import IDENTITY, LAYOUT, digest, open_identity
from .shape_free import ShapeFree

ENCODER_ALIKE = 0.5
"""Similarity from which the encoder's embeddings are taken for one person's: where errors meet (2 %) on ten real people
of the training split, whose faces the identity network was not fitted to.
"""
ARCFACE_ALIKE = 0.3
"""The same of ArcFace-style networks: between the thresholds in use for them (0.28 for one in a thousand taken for
somebody else, OpenCV's 0.363 for SFace)."""


@dataclass(frozen=True)
class FaceRecogniser:
    """Implements landmarks.recogniser.Recogniser."""

    name: str
    alike: float
    """Cosine of two embeddings from which they are taken for one person's."""
    embed: Callable[[Image, Array32], Array32]
    """FaceEmbedder.embed, or ArcFace's."""

    @property
    def familiar(self) -> float:
        return 1 - self.alike

    def look(self, rgb: Image, points: Array32) -> Array32:
        return self.embed(rgb, points)

    def unlike(self, one: Array32, other: Array32) -> float:
        """1 less the cosine."""
        return 1 - similarity(one, other)


def similarity(one: Array32, other: Array32) -> float:
    """Cosine of two embeddings, −1 to 1; neither need be of unit length."""
    return float(one @ other / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-12))


def open_recogniser(network: Path | None, device: Device) -> FaceRecogniser:
    """The encoder's own, or a user's ArcFace-style network. Raises as open_identity and open_arcface."""
    if network is None:
        embedder = FaceEmbedder(open_identity(device), ShapeFree.load(LAYOUT))
        return FaceRecogniser(f"encoder {digest(IDENTITY, LAYOUT)[:8]}", ENCODER_ALIKE, embedder.embed)
    arcface = open_arcface(network, device)
    return FaceRecogniser(arcface.name, ARCFACE_ALIKE, arcface.embed)
