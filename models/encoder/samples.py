"""Rendered people and real frames as the network is shown them: aligned crops and landmarks, in arrays on disk."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ...core.clip import display, open_clip
from ...core.conventions import Array32
from ...core.encoder.alignment import SIDE, align
from ...core.facs.tables import GAZE_SHAPES
from ...core.landmarks import DetectOptions, detect
from ...core.reporting import SilentReporter
from ...core.storage import whole_file
from ..people.acts import NAMES

Image = NDArray[np.uint8]
ACTED: tuple[str, ...] = NAMES[: -len(GAZE_SHAPES)]
"""What the network reads; the lids' eyeLook… follow from the gaze."""


@dataclass(frozen=True)
class Samples:
    """N faces; frames of one take (or clip) lie next to each other."""

    crops: Image
    """N×SIDE×SIDE×3 RGB; mapped from disk."""
    landmarks: Array32
    """N×478×3, alignment.front."""
    weights: Array32
    """N×45; NaN for real frames."""
    gaze: Array32
    """N×4 rad; NaN for real frames."""
    person: NDArray[np.int64]
    take: NDArray[np.int64]

    @classmethod
    def load(cls, folder: Path) -> "Samples":
        with np.load(folder / "labels.npz") as file:
            labels = {name: file[name] for name in file.files}
        return cls(crops=np.load(folder / "crops.npy", mmap_mode="r"), **labels)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        labels = {name: getattr(self, name) for name in ("landmarks", "weights", "gaze", "person", "take")}
        with whole_file(folder / "crops.npy") as path, path.open("wb") as file:
            np.save(file, self.crops)
        with whole_file(folder / "labels.npz") as path, path.open("wb") as file:
            np.savez(file, **labels)


def rendered(shards: list[Path]) -> Samples:
    """Samples of the dataset that models.people wrote."""
    parts = [_shard(path) for path in shards]
    return Samples(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def _shard(path: Path) -> tuple[NDArray[Any], ...]:
    with np.load(path) as shard:
        data = {name: shard[name] for name in shard.files}
    aligned = align(data["points"])
    bounds = data["offsets"]
    crops = np.empty((len(bounds) - 1, SIDE, SIDE, 3), np.uint8)
    for row in range(len(crops)):
        picture = cv2.imdecode(data["jpeg"][bounds[row] : bounds[row + 1]], cv2.IMREAD_COLOR)
        crops[row] = aligned.crop(cv2.cvtColor(np.asarray(picture, dtype=np.uint8), cv2.COLOR_BGR2RGB), row)
    gaze = data["gaze"].reshape(-1, 4)
    return (
        crops,
        aligned.front(data["points"]),
        data["weights"][:, : len(ACTED)],
        gaze,
        data["person"].astype(np.int64),
        data["take"].astype(np.int64),
    )


def filmed(files: list[Path], first_person: int) -> Samples:
    """Samples of real clips and stills: nothing is known of them but who is who (a person a file)."""
    parts = [_clip(path, first_person + number) for number, path in enumerate(files)]
    return Samples(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def _clip(path: Path, person: int) -> tuple[NDArray[Any], ...]:
    clip = open_clip(path)
    track = detect(clip, DetectOptions(), SilentReporter())
    points = np.concatenate([track.points, track.depth[..., None]], axis=2)
    aligned = align(points)
    seen = np.flatnonzero(track.visible)
    crops = [aligned.crop(display(frame.pixels, clip), row) for row, frame in enumerate(clip) if track.visible[row]]
    return (
        np.stack(crops),
        aligned.front(points)[seen],
        np.full((len(seen), len(ACTED)), np.nan, np.float32),
        np.full((len(seen), 4), np.nan, np.float32),
        np.full(len(seen), person, np.int64),
        np.full(len(seen), person, np.int64),
    )
