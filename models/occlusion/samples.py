"""Faces with nothing in front of them, as the network is shown them: of footage, of stills and of rendered people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.conventions import Array, Array32
from ...core.refine.crop import SIDE, Crop
from ...core.refine.geometry import PlateGeometry
from ...core.refine.light import Light
from ...core.refine.occlusion import Occluders
from ...core.refine.occlusion_chart import FaceChart, Placed
from ...core.refine.occlusion_sight import NOTHING, Foretold, guides
from ...core.refine.patch import Patch
from ...core.shot import Solved
from ..people.degrade import unpacked
from ..people.person import draw_person
from ..people.shards import SEEDS, Workshop
from ..refiner.samples import jittered
from ..stored import Stored

TURNS = 12
"""Squares cut of a still."""
SHOWN = Light(255.0, linear=False)


@dataclass(frozen=True)
class Faces(Stored):
    """N faces."""

    picture: NDArray[np.uint8]
    """N×SIDE×SIDE×3."""
    guides: NDArray[np.float16]
    """N×3×SIDE×SIDE, as occlusion_sight.guides has them."""
    marks: NDArray[np.float32]
    """N×478×2 px of the square."""
    expected: NDArray[np.uint8]
    """N×SIDE×SIDE×3: what the shot foretells; black where it tells nothing."""
    doubt: NDArray[np.float16]
    """N×SIDE×SIDE: standard deviation of that, natural log; 0 where it tells nothing."""


Face = tuple[NDArray[Any], ...]
"""One of each of Faces' fields."""


def gathered(faces: Sequence[Face]) -> Faces:
    return Faces(*(np.stack(parts) for parts in zip(*faces, strict=True)))


def filmed(solved: Solved, rows: NDArray[np.intp], rng: np.random.Generator) -> Iterator[Face]:
    """Rows of a shot that its look is not learnt from; of a still, the same face TURNS times."""
    occluders = Occluders(solved.model, solved.fit)
    geometry = PlateGeometry(solved.model, solved.fit, solved.track)
    wanted = {*rows.tolist(), *occluders.rows.tolist()}
    kept = {}
    for row, frame in enumerate(solved.clip):
        if row in occluders.rows:
            occluders.show(row, frame.pixels, geometry.landmarks(row), SHOWN)
        if row in rows:
            kept[row] = frame.pixels
        if row >= max(wanted):
            break
    occluders.learn()
    learnt = set() if len(solved.fit) == 1 else set(occluders.rows.tolist())
    for row in (row for row in rows.tolist() if row not in learnt):
        marks = geometry.landmarks(row)
        patch = Patch.of(kept[row], marks, (0, 0, kept[row].shape[1], kept[row].shape[0]))
        for _ in range(TURNS if len(solved.fit) == 1 else 1):
            crop = jittered(Crop.of(marks), rng)
            yield _face(kept[row], marks, crop, *occluders.foretells(row, patch, crop, SHOWN))


def rendered(shard: Path, chart: FaceChart, split: str, workshop: Workshop) -> Iterator[Face]:
    """Every person of a shard of models/people once; not those with glasses, which are in front."""
    arrays = np.load(shard)
    for person in np.unique(arrays["person"]):
        rng = np.random.default_rng([SEEDS[split], person])
        if draw_person(rng, workshop.figure, workshop.chart, workshop.photos).glasses is not None:
            continue
        row = int(rng.choice(np.flatnonzero(arrays["person"] == person)))
        first, last = arrays["offsets"][row : row + 2]
        points = arrays["points"][row].astype(np.float64)
        crop = jittered(Crop.of(points[:, :2]), rng)
        picture = unpacked(arrays["jpeg"][first:last])
        placed = chart.seen_as(points)
        lookup = chart.lookup(Placed(crop.points(placed.points), placed.depth), (0, 0, SIDE, SIDE))
        yield _face(picture, points[:, :2], crop, guides(chart, lookup), NOTHING)


def _face(pixels: NDArray[np.uint8], marks: Array, crop: Crop, where: Array32, told: Foretold) -> Face:
    square = crop.take(pixels[..., :3].astype(np.float32), (0, 0, pixels.shape[1], pixels.shape[0]))
    return (
        np.rint(square).clip(0, 255).astype(np.uint8), where.astype(np.float16), crop.points(marks).astype(np.float32),
        np.rint(255 * told.shown).astype(np.uint8), told.doubt.astype(np.float16),
    )  # fmt: skip
