"""Rendered people as the networks are shown them: shape-free textures and landmarks."""

from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ...core.conventions import Array, Array32
from ...core.encoder.alignment import align
from ...core.encoder.shape_free import MESH, ShapeFree
from ...core.facs.tables import GAZE_SHAPES
from ...core.storage import whole_file
from ..people.acts import NAMES
from .layout import layout

ACTED: tuple[str, ...] = NAMES[: -len(GAZE_SHAPES)]
"""What the network reads; the lids' eyeLook… follow from the gaze."""
JAW_OPEN = ACTED.index("jawOpen")
AGAPE = 0.45
"""Weight of jawOpen from which a mouth counts as open: the layout leaves room for what is seen inside."""


@dataclass(frozen=True)
class Samples:
    """N faces; frames of one take lie next to each other."""

    textures: NDArray[np.uint8]
    """N×SIDE×SIDE, ShapeFree.texture."""
    landmarks: Array32
    """N×478×3, alignment.front."""
    weights: Array32
    """N×45."""
    gaze: Array32
    """N×4 rad."""
    person: NDArray[np.int64]
    take: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.take)

    @classmethod
    def load(cls, path: Path) -> "Samples":
        with np.load(path) as file:
            return cls(**{each.name: file[each.name] for each in fields(cls)})

    def save(self, path: Path) -> None:
        with whole_file(path) as part, part.open("wb") as file:
            np.savez(file, **{each.name: getattr(self, each.name) for each in fields(self)})

    @classmethod
    def joined(cls, parts: list["Samples"]) -> "Samples":
        return cls(*(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(cls)))


def common_layout(shards: list[Path]) -> ShapeFree:
    """The layout of people with open mouths."""
    agape: list[Array] = []
    for path in shards:
        with np.load(path) as shard:
            chosen = shard["weights"][:, JAW_OPEN] > AGAPE
            points = shard["points"][chosen]
        agape.append(align(points).front(points)[:, :MESH, :2].astype(np.float64))
    return layout(np.concatenate(agape).mean(axis=0))


def rendered(shards: list[Path], shape_free: ShapeFree) -> Samples:
    """Samples of the dataset that models.people wrote."""
    return Samples.joined([_shard(path, shape_free) for path in shards])


def _shard(path: Path, shape_free: ShapeFree) -> Samples:
    with np.load(path) as shard:
        data = {name: shard[name] for name in shard.files}
    bounds, points = data["offsets"], data["points"]
    pictures = (cv2.imdecode(data["jpeg"][one:other], cv2.IMREAD_COLOR) for one, other in pairwise(bounds))
    textures = [
        shape_free.texture(np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), dtype=np.uint8), seen)
        for picture, seen in zip(pictures, points, strict=True)
    ]
    return Samples(
        textures=np.stack(textures),
        landmarks=align(points).front(points),
        weights=data["weights"][:, : len(ACTED)],
        gaze=data["gaze"].reshape(-1, 4),
        person=data["person"].astype(np.int64),
        take=data["take"].astype(np.int64),
    )
