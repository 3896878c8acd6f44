"""A plate whose performance an artist edits: one that was solved, or one that was made to act by another."""

from dataclasses import dataclass, replace
from pathlib import Path

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
    )
