"""A plate whose performance an artist edits: one that was solved, or one that was made to act by another."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from .errors import InputError
from .facs.performance import Performance
from .fit.result import Fit
from .landmarks.track import LandmarkTrack
from .recomposite import DrivingFootage
from .refine import tps
from .shot import Footage, Run, Solved, is_solve, read_solve
from .still import held

WANTED = "wanted.npz"
"""In a job's folder: the performance that its plate was made to act."""
TARGET = "target"
"""In a job's folder: the solve of its plate."""


@dataclass(frozen=True)
class Editable:
    plate: Solved
    base: Performance
    """What the plate's face does unedited."""
    pictures: DrivingFootage | None
    """Those of who drove it, on the plate's clock."""

    def rows(self) -> tuple[Fit, LandmarkTrack, Performance]:
        """Fit, landmarks and the plate's own performance, a row for each of the base's."""
        return rows_for(self.plate, self.base)


def rows_for(plate: Solved, acting: Performance) -> tuple[Fit, LandmarkTrack, Performance]:
    """A plate's fit, landmarks and performance; a still's are held as long as it is to act."""
    if plate.clip.kind != "still":
        return plate.fit, plate.track, plate.performance
    timing = (acting.frames, acting.times, acting.fps)
    return held(plate.fit, *timing), held(plate.track, *timing), held(plate.performance, *timing)


def is_editable(folder: Path) -> bool:
    """Whether `solve`, `transfer` or `composite` wrote a folder."""
    return is_solve(folder) or _was_made_to_act(folder)


def _was_made_to_act(folder: Path) -> bool:
    return (folder / WANTED).is_file() and is_solve(folder / TARGET)


def read_editable(named: Footage, folder: Path, run: Run) -> Editable:
    """The plate of an editable folder, for a job that writes to `folder`. Raises InputError as read_solve."""
    if not _was_made_to_act(named.path):
        plate = read_solve(named, folder, run)
        return Editable(plate, plate.performance, None)
    if named.path.resolve() == folder.resolve():
        raise InputError(f"{folder}: holds what is edited, which would be overwritten; give another folder with -o")
    plate = read_solve(replace(named, path=named.path / TARGET), folder, run)
    base, pictures = Performance.load(named.path / WANTED), None
    if is_solve(named.path):
        driving = read_solve(named, folder, run)
        pictures = pictures_of(driving).later(float(base.times[0] - driving.performance.times[0]))
    return Editable(plate, base, pictures)


def pictures_of(driving: Solved) -> DrivingFootage:
    """The driver's own pictures."""
    track = driving.track
    return DrivingFootage(
        clip=driving.clip,
        landmarks=track.points.astype(np.float64),
        frames=track.frames,
        times=track.times,
        starts=float(track.times[0]),
        offsets=tps.driver_offsets(driving.model, driving.fit, track),
        made_from=driving.made_from,
        solve=driving.folder,
        model=driving.model,
        fit=driving.fit,
        track=track,
    )


@dataclass(frozen=True)
class Origin:
    """Of which solves a job re-performed a plate; its report tells."""

    plate: Path
    driver: Path | None
    """That of who drove it, where their pictures filled."""
    later: float
    """s by which the driver's times are later on the plate's clock."""

    @classmethod
    def of(cls, plate: Solved, pictures: DrivingFootage | None) -> Self:
        return cls(plate.folder, None, 0.0) if pictures is None else cls(plate.folder, pictures.solve, pictures.shift)

    def told(self, folder: Path) -> dict[str, Any]:
        """For the report of a job in `folder`, which may be moved as a whole."""
        driver = None if self.driver is None else _within(self.driver, folder)
        return {"plate": _within(self.plate, folder), "driver": driver, "later": self.later}

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Back from a job's report. Raises InputError where it doesn't tell."""
        file = folder / "report.json"
        try:
            told = json.loads(file.read_text(encoding="utf-8"))["made"]
            driver = None if told["driver"] is None else folder / told["driver"]
            return cls(folder / told["plate"], driver, float(told["later"]))
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise InputError(f"{file}: doesn't tell what was re-performed; make the result again") from error


def _within(solve: Path, folder: Path) -> str:
    """A path as its report has it: relative where it lies in the job's folder."""
    solve, folder = solve.resolve(), folder.resolve()
    return solve.relative_to(folder).as_posix() if solve.is_relative_to(folder) else str(solve)
