"""The edited plate: what its fitted head was made to do, back to the engine."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.errors import InputError
from ..core.facs.performance import Performance
from . import fitted, layers, strings

EDITED = "edited"
"""In a solve's folder: where its edited plate is made."""


@dataclass(frozen=True)
class Request:
    argv: tuple[str, ...]
    """The command line for the worker."""
    folder: Path


def head_in(context: Any) -> Any:
    """The fitted head that is edited: the one that the active object is or belongs to; None where it is of none."""
    return fitted.head_of(context.object)


def own_performance(face: Any) -> Performance:
    """What a fitted head does without edits. Raises InputError where its solve is gone."""
    folder = fitted.folder_of(face)
    if not (folder / "performance.npz").is_file():
        raise InputError(strings.SOLVE_GONE.format(folder=folder, name=face.name))
    return Performance.load(folder / "performance.npz")


def make_request(context: Any) -> Request:
    """Write what the head does now into the job's folder. Raises InputError, in one line, for what can't work."""
    face = head_in(context)
    if face is None:
        raise InputError(strings.NO_HEAD_TO_EDIT)
    wanted = layers.performance_of(face, own_performance(face))
    solve = fitted.folder_of(face)
    folder = solve / EDITED
    curves = folder / "performance.npz"
    wanted.save(curves)
    return Request(("composite", str(curves), str(solve), "-o", str(folder), "--mode", "edit", "--resume"), folder)
