"""The edited plate: what its fitted head was made to do, back to the engine."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from ..core.errors import InputError
from ..core.facs.performance import Performance
from . import acted, arguments, fitted, layers, settings, strings

EDITED = "edited"
"""In a solve's or job's folder: where its edited plate is made."""


@dataclass(frozen=True)
class Request:
    argv: tuple[str, ...]
    """The command line for the worker."""
    folder: Path


def head_in(context: Any) -> Any:
    """The fitted head that is edited: the one that the active object is or belongs to; None where it is of none."""
    return fitted.head_of(context.object)


def made_folder(context: Any) -> Path | None:
    """The folder of the re-performed plate at hand: the active fitted head's edits, else the last result; None where
    there is neither.
    """
    face, chosen = head_in(context), settings.of_scene(context.scene)
    if face is not None:
        solve = fitted.folder_of(face)
        edited = (solve.parent if solve.name == "target" else solve) / EDITED  # of a job's plate, or of a solve
        if (edited / "wanted.npz").is_file():
            return edited
    return Path(bpy.path.abspath(chosen.result_folder)) if chosen.result_of_plate else None


@dataclass(frozen=True)
class Base:
    """What edits are made to."""

    performance: Performance
    folder: Path
    """Of the solve, or of the job that made its plate do this."""


def base_of(face: Any) -> Base:
    """What a fitted head does without edits. Raises InputError where its solve is gone."""
    solve = fitted.folder_of(face)
    made = acted.of_head(face, solve)
    if made is not None:
        return Base(made, solve.parent)
    if not (solve / "performance.npz").is_file():
        raise InputError(strings.SOLVE_GONE.format(folder=solve, name=face.name))
    return Base(Performance.load(solve / "performance.npz"), solve)


def make_request(context: Any) -> Request:
    """Write what the head does now into the job's folder. Raises InputError, in one line, for what can't work."""
    face = head_in(context)
    if face is None:
        raise InputError(strings.NO_HEAD_TO_EDIT)
    base = base_of(face)
    wanted, folder = layers.performance_of(face, base.performance), base.folder / EDITED
    curves = folder / "performance.npz"
    wanted.save(curves)
    argv = ["composite", str(curves), str(base.folder), "-o", str(folder), "--mode", "edit", "--resume"]
    chosen = settings.of_scene(context.scene)
    return Request((*argv, *arguments.finishing(chosen), *arguments.provenance(chosen)), folder)
