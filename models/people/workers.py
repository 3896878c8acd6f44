"""One process's part of making a dataset."""

from collections.abc import Sequence
from pathlib import Path

import cv2

from ...core.heads.registry import load_model
from . import shards
from .observe import open_backends

_workshop: list[shards.Workshop] = []
"""One in each process."""


def start(head: Path, task: Path, photos: Sequence[Path]) -> None:
    cv2.setNumThreads(1)
    figure = shards.open_figure(load_model(str(head)))
    _workshop.append(shards.Workshop(figure, open_backends(task), ()))


def make(split: str, index: int, path: Path) -> tuple[int, int]:
    return shards.make_shard(split, index, _workshop[0], path)
