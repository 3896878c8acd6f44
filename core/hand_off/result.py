"""A result, or a solve, with all that its frames are made from, so that they and their layers can be made again."""

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ..clip import Clip
from ..conventions import Array
from ..editable import WANTED, Origin, pictures_of, rows_for
from ..errors import InputError
from ..face.model import FaceModel
from ..facs.performance import Performance
from ..facs.transfer import target_expression
from ..fit.result import Fit
from ..job import Job, fingerprint
from ..landmarks.track import LandmarkTrack
from ..recomposite import DrivingFootage, Recomposition
from ..refine.finish import Finish
from ..refine.reperform import Method
from ..shot import Footage, FootageGone, Run, Solved, read_solve

GEOMETRY: Method = "geometry"
"""The method whose layers are known."""


@dataclass(frozen=True)
class Result:
    """T frames of a plate; a still's are held as long as its face acts."""

    plate: Solved
    fit: Fit
    track: LandmarkTrack
    acting: Performance
    """What the face does in the result."""
    expression: Array
    """T×E: the weights of it."""
    gaze: Array
    """T×2×2 rad."""
    driver: DrivingFootage | None
    """The pictures that filled mouth and eyes, where somebody's were given."""
    made: Path
    """Where it lies."""
    made_from: str
    """Fingerprint of plate, driver and settings."""
    settings: dict[str, Any]
    """Of the composite, as its report has them; none for a solve."""

    @property
    def clip(self) -> Clip:
        return self.plate.clip

    @property
    def model(self) -> FaceModel:
        return self.plate.model

    def plan(self, job: Job) -> Recomposition:
        """How its frames are made again, for a job that writes what is made of them. Raises InputError where they came
        from another method than the geometry.
        """
        if self.settings.get("method", GEOMETRY) != GEOMETRY:
            raise InputError(f"{self.made}: --method tps has no layers; make the result again without --method")
        whole = self.plate.clip, self.model, self.fit, self.track, self.expression, self.gaze
        finish = Finish(**{field.name: self.settings.get(field.name, field.default) for field in fields(Finish)})
        region = self.settings.get("region", "all")
        return Recomposition(self.driver, *whole, GEOMETRY, None, self.made_from, job, finish, region)


@dataclass(frozen=True)
class Elsewhere:
    """Where footage lies now that was moved since."""

    plate: Path | None = None
    """What was re-performed, or solved."""
    driver: Path | None = None


UNMOVED = Elsewhere()


def read_result(made: Path, folder: Path, run: Run, elsewhere: Elsewhere) -> Result:
    """What solve, transfer or composite left in `made`, for a job that writes to `folder`. A solve is a result in which
    nothing moves. Raises InputError as shot.read_solve.
    """
    if not (made / WANTED).is_file():
        return _solved(_read(made, folder, run, elsewhere.plate, "--plate"))
    origin = Origin.read(made)
    plate = _read(origin.plate, folder, run, elsewhere.plate, "--plate")
    acting = Performance.load(made / WANTED)
    driver = None
    if origin.driver is not None:
        driving = _read(origin.driver, folder, run, elsewhere.driver, "--driver")
        driver = pictures_of(driving).later(origin.later)
    fit, track, own = rows_for(plate, acting)
    if len(fit) != len(acting):
        raise InputError(f"{made}: its plate was solved anew since, to other frames; make the result again")
    expression = target_expression(fit, plate.neutral, own, acting)
    settings = _settings(made)
    whose = None if driver is None else driver.made_from
    made_from = fingerprint(plate=plate.made_from, driver=whose, settings=settings)
    return Result(plate, fit, track, acting, expression, acting.gaze, driver, made, made_from, settings)


def _read(solve: Path, folder: Path, run: Run, moved: Path | None, option: str) -> Solved:
    """A solve; `option`: what names its footage where that was moved."""
    try:
        return read_solve(Footage(solve), folder, run, moved)
    except FootageGone as error:
        raise InputError(str(error) if moved else f"{error}; name it where it is now with {option} FILE") from error


def _solved(plate: Solved) -> Result:
    fit = plate.fit
    acting, made_from = plate.performance, plate.made_from
    return Result(plate, fit, plate.track, acting, fit.expression, fit.gaze, None, plate.folder, made_from, {})


def _settings(made: Path) -> dict[str, Any]:
    return dict(json.loads((made / "report.json").read_text(encoding="utf-8"))["settings"])
