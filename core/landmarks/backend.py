"""What a landmark detector offers, whichever it is."""

import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array32
from ..errors import InputError
from ..offers import BUNDLED
from .region import Region

BackendName = Literal["mediapipe-solutions", "mediapipe-tasks"]
Image = NDArray[np.uint8]


@dataclass(frozen=True)
class FoundFace:
    """A face found without knowing where to look."""

    region: Region
    score: float
    """The detector's confidence, 0–1."""


class Backend(Protocol):
    """A face finder and a mesh network. Following, cropping and judging are the same for all (follow.py)."""

    name: BackendName
    side: int
    """px of the square crop that `mesh` takes."""
    depth: int
    """Up to which level of tiles (follow.tile_side) small faces are searched for."""

    def find(self, rgb: Image) -> list[FoundFace]:
        """Faces in an image H×W×3, large enough for the finder; in no order."""

    def mesh(self, crop: Image) -> tuple[Array32, float]:
        """478×3 points in a side×side×3 crop (0–1 from corner to corner, depth in the same unit), and the
        network's own probability (0–1) that a face is there and meets the crop.
        """

    def close(self) -> None:
        """Free the networks."""


def open_backend(name: BackendName | None, task: Path | None) -> Backend:
    """The named back end; None: tasks where a task file is given or carried along, or this mediapipe has no solutions.

    Imports happen here, because mediapipe takes half a second. Raises InputError where the networks' files are missing.
    """
    from .tasks import TasksBackend, find_task_file  # noqa: PLC0415

    if name is None:
        carried = task is not None or BUNDLED.is_file()
        name = "mediapipe-tasks" if carried or not _has_solutions() else "mediapipe-solutions"
    if name == "mediapipe-tasks":
        return TasksBackend(find_task_file(task))
    if not _has_solutions():
        raise InputError(f"{name}: only mediapipe 0.10.21 and earlier has its networks inside; take mediapipe-tasks")
    from .solutions import SolutionsBackend  # noqa: PLC0415

    return SolutionsBackend()


def _has_solutions() -> bool:
    package = importlib.util.find_spec("mediapipe")
    folders = package.submodule_search_locations if package else None
    return any((Path(folder) / "modules" / "face_landmark").is_dir() for folder in folders or [])


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Drop what native libraries write to stderr while they load (absl, TFLite); errors still raise."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
