"""What a transfer made a plate do, as a take over the plate's own on its fitted head: to be edited like that."""

from pathlib import Path
from typing import Any

from ..core.errors import InputError
from ..core.facs.performance import Performance
from . import keys, layers, strings

_WANTED, _TARGET = "wanted.npz", "target"
"""As core.editable has them; not imported from there, which needs OpenCV."""


def performance_in(solve: Path) -> Performance | None:
    """What the plate of a solve was made to do by the job whose folder the solve lies in; None where by none."""
    file = solve.parent / _WANTED
    if solve.name != _TARGET or not file.is_file():
        return None
    try:
        return Performance.load(file)
    except InputError:
        return None


def put(face: Any, solve: Path, scene: Any, start: float) -> None:
    """Put it on a plate's fitted head, if there is any; `start`: scene frame of the plate's second 0."""
    acted = performance_in(solve)
    if acted is not None:
        frames = keys.scene_frames(acted.times, scene, start)
        layers.put_solve(face, acted, frames, strings.ACTED_TAKE.format(name=Path(acted.source).stem))


def of_head(face: Any, solve: Path) -> Performance | None:
    """It, where it is what the head does: not where its take was muted or removed."""
    acted = performance_in(solve)
    return acted if acted is not None and layers.plays(face, acted) else None
