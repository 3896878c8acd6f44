"""Whose face is it? What the follower of one person asks, and what it remembers of the answers."""

from collections.abc import Iterable
from typing import Protocol

import cv2
import numpy as np

from ..conventions import Array, Array32
from .backend import Image
from .region import region_of_mesh

GALLERY = 16
"""Looks that are remembered of the person, and of all others."""
SAME = 0.5
"""Looks whose difference is less than this share of what still counts as familiar tell nothing new."""


class Recogniser(Protocol):
    """Tells people apart."""

    @property
    def name(self) -> str:
        """Looks of recognisers of different names don't compare."""

    @property
    def familiar(self) -> float:
        """Looks that are less unlike than this are taken for one person's."""

    def look(self, rgb: Image, points: Array32) -> Array32:
        """D: how somebody looks, whose landmarks are 478×3 px in a picture H×W×3."""

    def unlike(self, one: Array32, other: Array32) -> float:
        """How different two looks are; 0 for the same."""


class Portraits:
    """Tiny pictures of the face, light and background and all: what is there without a network."""

    name = "portrait"
    familiar = 0.16
    """Measured on twenty people: 0.03–0.15 in one person's shot, 0.16–0.3 between people."""
    side = 24

    def look(self, rgb: Image, points: Array32) -> Array32:
        return self.of_crop(region_of_mesh(points).crop(rgb, 4 * self.side))

    def of_crop(self, crop: Image) -> Array32:
        """1728, 0–1: the inner four fifths of a crop, coarse: whose face it is rather than what it does."""
        edge = len(crop) // 10
        small = cv2.resize(crop[edge:-edge, edge:-edge], (self.side, self.side), interpolation=cv2.INTER_AREA)
        return np.asarray(small.reshape(-1) / 255.0, dtype=np.float32)

    def unlike(self, one: Array32, other: Array32) -> float:
        """Root mean square difference."""
        return float(np.sqrt(np.mean((one - other) ** 2)))


class Memory:
    """How the person looks who is followed, and how others look who were seen beside."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        self._person: list[Array32] = []
        self._sum: Array = np.zeros(1)
        self._count = 0
        self._others: list[Array32] = []

    @property
    def empty(self) -> bool:
        return not self._person

    def likeness(self) -> Array32 | None:
        """D: the mean of the person's looks; None where there are none."""
        return np.asarray(self._sum / self._count, dtype=np.float32) if self._count else None

    def doubt(self, look: Array32) -> float:
        """How much a look speaks against the person: from 1 on the recogniser would not take it for hers; infinite
        where it is more like somebody else's.
        """
        unlike = self._nearest(look, self._person)
        return np.inf if self._nearest(look, self._others) < unlike else unlike / self._recogniser.familiar

    def remember(self, look: Array32) -> None:
        """The person's. Looks are kept that are new."""
        self._keep(look, self._person)
        self._sum, self._count = self._sum + look, self._count + 1

    def remember_other(self, look: Array32) -> None:
        """Somebody else's, who was seen beside the person or dismissed; unless they look the same (a mirror, a picture
        on the wall).
        """
        if self._nearest(look, self._person) > SAME * self._recogniser.familiar:
            self._keep(look, self._others)

    def _keep(self, look: Array32, known: list[Array32]) -> None:
        if len(known) < GALLERY and self._nearest(look, known) > SAME * self._recogniser.familiar:
            known.append(look)

    def _nearest(self, look: Array32, known: Iterable[Array32]) -> float:
        return min((self._recogniser.unlike(look, each) for each in known), default=np.inf)
