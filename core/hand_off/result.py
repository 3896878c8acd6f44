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
from ..shot import Footage, Run, Solved, read_solve

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


def read_result(made: Path, folder: Path, run: Run) -> Result:
    """What solve, transfer or composite left in `made`, for a job that writes to `folder`. A solve is a result in which
    nothing moves. Raises InputError as shot.read_solve.
    """
    if not (made / WANTED).is_file():
        return _solved(read_solve(Footage(made), folder, run))
    origin = Origin.read(made)
    plate = read_solve(Footage(origin.plate), folder, run)
    acting = Performance.load(made / WANTED)
    driver = None
    if origin.driver is not None:
        driver = pictures_of(read_solve(Footage(origin.driver), folder, run)).later(origin.later)
    fit, track, own = rows_for(plate, acting)
    if len(fit) != len(acting):
        raise InputError(f"{made}: its plate was solved anew since, to other frames; make the result again")
    expression = target_expression(fit, plate.neutral, own, acting)
    settings = _settings(made)
    whose = None if driver is None else driver.made_from
    made_from = fingerprint(plate=plate.made_from, driver=whose, settings=settings)
    return Result(plate, fit, track, acting, expression, acting.gaze, driver, made, made_from, settings)


def _solved(plate: Solved) -> Result:
    fit = plate.fit
    acting, made_from = plate.performance, plate.made_from
    return Result(plate, fit, plate.track, acting, fit.expression, fit.gaze, None, plate.folder, made_from, {})


def _settings(made: Path) -> dict[str, Any]:
    return dict(json.loads((made / "report.json").read_text(encoding="utf-8"))["settings"])
