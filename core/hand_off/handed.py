"""One hand-off: what was made, and where the files for another program go."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from ..editable import WANTED, Origin
from ..errors import InputError
from ..export.timecode import Clock
from ..facs.performance import Performance
from ..job import Job
from ..shot import Run, footage_of, is_solve
from .result import UNMOVED, Elsewhere, Result, read_result

OWN = "export"
"""In a result's folder: where the window puts what is made of it."""


@dataclass(frozen=True)
class HandOff:
    """A folder that solve, transfer or composite wrote, and a folder for the files that are made of it. What is read
    is read when it is first asked for: curves need no footage.
    """

    made: Path
    """Or the .blend of a driven character."""
    folder: Path
    run: Run
    elsewhere: Elsewhere = UNMOVED

    @cached_property
    def job(self) -> Job:
        """Remembers what each file was made from; a kind's stage is named as the kind."""
        return Job(self.folder, self.run.resume)

    @cached_property
    def altered(self) -> bool:
        """Whether a plate was re-performed here; otherwise it was only solved."""
        return (self.made / WANTED).is_file()

    @property
    def says_altered(self) -> bool:
        """Whether its files say that a face in them was altered (core/provenance.py)."""
        return self.altered and self.run.provenance

    @cached_property
    def performance(self) -> Performance:
        """What the face does: as the plate was made to act, or as it was solved. Raises InputError."""
        return Performance.load(self.made / (WANTED if self.altered else "performance.npz"))

    @cached_property
    def clock(self) -> Clock:
        """The plate's; where its footage is gone, by frame numbers, which is logged. Raises InputError where footage is
        named that isn't it.
        """
        if self.elsewhere.plate is not None:
            return Clock.of(self.result.clip, self.performance.fps)
        footage = footage_of(Origin.read(self.made).plate if self.altered else self.made)
        try:
            return Clock.of(footage.open(self.folder), self.performance.fps)
        except InputError as error:
            self.run.reporter.log(f"timecodes count from frame 0: {error}")
            return Clock(Fraction(self.performance.fps).limit_denominator(1001))

    @cached_property
    def result(self) -> Result:
        """All that the result's frames are made from, its footage too. Raises InputError where that is gone."""
        return read_result(self.made, self.folder, self.run, self.elsewhere)


Exporter = Callable[[HandOff], list[Path]]
"""Writes a kind's files into `HandOff.folder` and returns them. Raises InputError for what can't be handed on."""


def begin(made: Path, folder: Path, run: Run, elsewhere: Elsewhere = UNMOVED) -> HandOff:
    """Raises InputError where `made` holds nothing to hand on, or would be written into."""
    if not made.exists():
        raise InputError(f"{made}: no such {'file' if made.suffix.lower() == '.blend' else 'folder'}")
    if is_character(made):
        return HandOff(made, folder, run)
    if not is_solve(made) and not (made / WANTED).is_file():
        raise InputError(f"{made}: holds nothing to export; name a folder that solve, transfer or composite wrote")
    if folder.resolve() == made.resolve():
        raise InputError(f"{folder}: holds what is exported; give another folder with -o")
    if folder.resolve().is_relative_to(made.resolve()) and not folder.resolve().is_relative_to(made.resolve() / OWN):
        raise InputError(f"{folder}: lies in what is exported; give a folder elsewhere, or in {made / OWN}, with -o")
    return HandOff(made, folder, run, elsewhere)


def is_character(made: Path) -> bool:
    """Whether it is a .blend, not a folder."""
    return made.suffix.lower() == ".blend" and made.is_file()
