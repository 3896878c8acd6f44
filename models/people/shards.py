"""The dataset: shards of renders with everything that is known of them, each made from its own seed alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ...core.conventions import Array, Array32
from ...core.errors import Failure
from ...core.heads.registry import load_model
from ...core.landmarks.backend import Backend
from ...core.storage import whole_file
from .acts import take as act
from .chart import Chart, skin_chart, with_skin_chart
from .degrade import Image, packed, spoilt
from .figure import Figure
from .observe import draw_backend, observed
from .person import Person, draw_person
from .photo import load_photos
from .stage import Stage, exposed
from .take import draw_take

PEOPLE, TAKES, FRAMES = 25, 2, 10
"""In a shard, of a person, of a take."""
SEEDS = {"train": 41, "validation": 42, "test": 43}
PHOTOS = {
    "train": ("d0.mp4", "d3.mp4", "d10.mp4", "d11.mp4", "s0.jpg", "s4.jpg", "s8.jpg", "s10.jpg", "s13.mp4", "s20.mp4"),
    "validation": ("d14.mp4", "s3.jpg"),
    "test": ("d6.mp4", "d12.mp4", "d18.mp4", "d20.mp4", "s18.mp4", "s5.jpg", "s9.jpg", "s12.jpg"),
}
"""Files of the shared footage whose people's skin the splits' people may have."""
JPEG = 92
"""Quality at which pictures are kept; their own spoiling is behind them."""


@dataclass(frozen=True)
class Sample:
    """What a shard keeps of one frame (see `Shard`)."""

    picture: Image
    points: Array32
    score: float
    backend: int
    weights: Array
    gaze: Array
    turn: Array
    truth: Array
    visible: NDArray[np.bool_]
    identity: Array
    person: int
    take: int


@dataclass(frozen=True)
class Workshop:
    """What all shards are made with."""

    figure: Figure
    chart: Chart
    backends: tuple[Backend, ...]
    photos: tuple[Array32, ...]

    @classmethod
    def of(cls, head: Path, photos: Sequence[Path], backends: tuple[Backend, ...] = ()) -> Self:
        """Of a head model's file and of what people's skins are taken from. Raises as load_model and load_photos."""
        model = with_skin_chart(load_model(str(head)))
        return cls(Figure.of(model), skin_chart(model), backends, load_photos(model, photos))


def shard_path(folder: Path, index: int) -> Path:
    return folder / f"shard-{index:05d}.npz"


def make_shard(split: str, index: int, workshop: Workshop, path: Path) -> tuple[int, int]:
    """Write a shard whole; how many frames are in it, and how many the detector made nothing of.

    Arrays, N frames of PEOPLE people: `jpeg` (uint8) and `offsets` (N+1, int64): picture k is the JPEG file
    jpeg[offsets[k]:offsets[k + 1]], 256×256; `points` N×478×3 px (u, v, depth as detected), `score` N, `backend` N
    (index into observe.BACKENDS), `weights` N×53 (acts.NAMES), `gaze` N×2×2 rad (left eye first; yaw to the subject's
    left, pitch downwards), `turn` N×3 rad (yaw, pitch, roll), `truth` N×478×2 px, `visible` N×478, `identity` N×100,
    `person` N, `take` N.

    Raises Failure where the detector finds no face at all.
    """
    samples = list(_shard_samples(split, index, workshop))
    kept = [sample for sample in samples if sample is not None]
    if not kept:
        raise Failure(f"{path}: the detector finds no face in any of {len(samples)} renders; look at what they show")
    with whole_file(path) as temporary, temporary.open("wb") as stream:
        np.savez(stream, **_arrays(kept))
    return len(kept), len(samples) - len(kept)


def _shard_samples(split: str, index: int, workshop: Workshop) -> Iterator[Sample | None]:
    for number in range(index * PEOPLE, (index + 1) * PEOPLE):
        rng = np.random.default_rng([SEEDS[split], number])
        person = draw_person(rng, workshop.figure, workshop.chart, workshop.photos)
        stage = Stage(workshop.figure, person)
        for take in range(TAKES):
            yield from _take_samples(rng, stage, person, workshop, (number, TAKES * number + take))


def _take_samples(
    rng: np.random.Generator, stage: Stage, person: Person, workshop: Workshop, numbers: tuple[int, int]
) -> Iterator[Sample | None]:
    """The frames of one take; None where the detector makes nothing of one."""
    acting = act(rng, FRAMES)
    take = draw_take(rng, workshop.figure, person.identity, acting)
    backend = draw_backend(rng)
    shapes = stage.shapes(acting.weights, acting.gaze)
    face = 0.0
    for row in range(FRAMES):
        shot = stage.shot(shapes[row], acting.weights[row], row, take.around)
        face = face or shot.face  # the camera's exposure is set once
        picture = spoilt(exposed(shot.picture, face, take.exposure), take.quality, rng)
        sight = observed(workshop.backends[backend], picture, shot.landmarks, rng)
        yield None if sight is None else Sample(
            picture, sight.points, sight.score, backend, acting.weights[row], acting.gaze[row], acting.turn[row],
            shot.landmarks, shot.visible, person.identity, *numbers,
        )  # fmt: skip


TYPES = {
    "points": np.float32, "score": np.float32, "backend": np.uint8, "weights": np.float32, "gaze": np.float32,
    "turn": np.float32, "truth": np.float32, "visible": np.bool_, "identity": np.float32, "person": np.int32,
    "take": np.int32,
}  # fmt: skip


def _arrays(samples: list[Sample]) -> dict[str, NDArray[Any]]:
    files = [packed(sample.picture, JPEG) for sample in samples]
    arrays = {name: np.array([getattr(sample, name) for sample in samples], dtype=kind) for name, kind in TYPES.items()}
    offsets = np.cumsum([0, *map(len, files)]).astype(np.int64)
    return {"jpeg": np.concatenate(files), "offsets": offsets, **arrays}
