"""One process's part of making a dataset."""

from collections.abc import Sequence
from pathlib import Path

import cv2

from ...core.heads.registry import load_model
from .chart import skin_chart, with_skin_chart
from .figure import Figure
from .observe import open_backends
from .photo import load_photos
from .shards import Workshop, make_shard

_workshop: list[Workshop] = []
"""One in each process."""


def start(head: Path, task: Path, photos: Sequence[Path]) -> None:
    cv2.setNumThreads(1)
    model = with_skin_chart(load_model(str(head)))
    workshop = Workshop(Figure.of(model), skin_chart(model), open_backends(task), load_photos(model, photos))
    _workshop.append(workshop)


def make(split: str, index: int, path: Path) -> tuple[int, int]:
    return make_shard(split, index, _workshop[0], path)
