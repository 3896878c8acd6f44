"""One hand-off: what was made, and where the files for another program go."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ..editable import WANTED
from ..errors import InputError
from ..facs.performance import Performance
from ..job import Job
from ..shot import Run, is_solve
from .result import Result, read_result


@dataclass(frozen=True)
class HandOff:
    """A folder that solve, transfer or composite wrote, and a folder for the files that are made of it. What is read
    is read when it is first asked for: curves need no footage.
    """

    made: Path
    """Or the .blend of a driven character."""
    folder: Path
    run: Run

    @cached_property
    def job(self) -> Job:
        """Remembers what each file was made from; a kind's stage is named as the kind."""
        return Job(self.folder, self.run.resume)

    @cached_property
    def altered(self) -> bool:
        """Whether a plate was re-performed here; otherwise it was only solved."""
        return (self.made / WANTED).is_file()

    @cached_property
    def performance(self) -> Performance:
        """What the face does: as the plate was made to act, or as it was solved. Raises InputError."""
        return Performance.load(self.made / (WANTED if self.altered else "performance.npz"))

    @cached_property
    def result(self) -> Result:
        """All that the result's frames are made from, its footage too. Raises InputError where that is gone."""
        return read_result(self.made, self.folder, self.run)


Exporter = Callable[[HandOff], list[Path]]
"""Writes a kind's files into `HandOff.folder` and returns them. Raises InputError for what can't be handed on."""


def begin(made: Path, folder: Path, run: Run) -> HandOff:
    """Raises InputError where `made` holds nothing to hand on, or would be overwritten."""
    if is_character(made):
        return HandOff(made, folder, run)
    if not is_solve(made) and not (made / WANTED).is_file():
        raise InputError(f"{made}: holds nothing to export; name a folder that solve, transfer or composite wrote")
    if folder.resolve() == made.resolve():
        raise InputError(f"{folder}: holds what is exported; give another folder with -o")
    return HandOff(made, folder, run)


def is_character(made: Path) -> bool:
    """Whether it is a .blend, not a folder."""
    return made.suffix.lower() == ".blend" and made.is_file()
