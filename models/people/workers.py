"""One process's part of making a dataset."""

from collections.abc import Sequence
from pathlib import Path

import cv2

from .observe import open_backends
from .shards import Workshop, make_shard

_workshop: list[Workshop] = []
"""One in each process."""


def start(head: Path, task: Path, photos: Sequence[Path]) -> None:
    cv2.setNumThreads(1)
    _workshop.append(Workshop.of(head, photos, open_backends(task)))


def make(split: str, index: int, path: Path) -> tuple[int, int]:
    return make_shard(split, index, _workshop[0], path)
