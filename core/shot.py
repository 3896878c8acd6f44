"""One clip with one person: what a command is asked to do with it, and all that is known of it once it is solved."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from .clip import Clip, open_clip
from .clip.colour import known_space
from .conventions import Array32
from .device import Device
from .encoder.recognise import FaceRecogniser, open_recogniser
from .errors import InputError
from .export.facs_csv import Scale
from .face.model import FaceModel
from .facs.from_fit import Neutral, performance, rest
from .facs.performance import Performance
from .fit.result import Fit
from .flow.network import open_flow
from .heads.registry import load_model
from .identity import likeness_of
from .job import fingerprint, footage_files, refuse_own_results
from .landmarks.backend import BackendName
from .landmarks.track import LandmarkTrack
from .moved import check_same
from .refine.occlusion_sight import Sight
from .refine.refiner import Refiner
from .reporting import Reporter
from .timings import Timings


@dataclass(frozen=True)
class Footage:
    """A clip as the user named it, and what is known of it."""

    path: Path
    start: int | None = None
    end: int | None = None
    fps: Fraction | None = None
    """Overrides a sequence's rate."""
    person: tuple[float, float] | None = None
    """A point (px) on the face to follow, where there are several."""
    focal: float | None = None
    """px, from a matchmove."""
    neutral_frame: int | None = None
    """A source frame that shows the person's neutral face."""
    colour: str | None = None
    """The pixels' colour space, as OpenColorIO's config names it, where the files don't tell."""

    def open(self, folder: Path) -> Clip:
        """The clip, for a job that writes to `folder`. Raises InputError where it can't be used for that."""
        clip = open_clip(self.path, self.start, self.end, self.fps)
        if self.colour is not None:
            clip = replace(clip, colour_space=known_space(self.colour))
        refuse_own_results(self.path, clip, folder)
        return clip

    def told(self) -> dict[str, Any]:
        """For a report, see `of`."""
        plain = asdict(self) | {"path": str(self.path.absolute())}
        return plain | {"fps": None if self.fps is None else str(self.fps)}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """Back from what a report tells. Raises LookupError, TypeError or ValueError where that is no footage."""
        rate, person = told["fps"], told["person"]
        read = {"path": Path(told["path"]), "fps": None if rate is None else Fraction(rate)}
        return cls(**{**told, **read, "person": None if person is None else (float(person[0]), float(person[1]))})


@dataclass(frozen=True)
class Run:
    """How a command was asked to work, and whom it tells of itself."""

    reporter: Reporter
    timings: Timings = field(default_factory=Timings)
    model: str = "builtin"
    """A face model's name or file."""
    backend: BackendName | None = None
    resume: bool = False
    """Go on from what an interrupted run of the same job left in the folder."""
    device: Device = "auto"
    """Where networks run."""
    scales: tuple[Scale, ...] = ()
    """Scales on which the units are written beside 0–1."""
    provenance: bool = True
    """Results say that they were altered (core/provenance.py); off only where the user says so."""
    identity_model: Path | None = None
    """A user's face recognition network in place of the encoder's embedding."""
    flow_model: Path | None = None
    """A user's optical flow network, which aligns what fills a mouth before it is refined."""

    @cached_property
    def refiner(self) -> Refiner:
        """What mends re-performed frames. Raises InputError where the user's network can't be used."""
        flow = None if self.flow_model is None else open_flow(self.flow_model, self.device)
        return Refiner(self.device, flow=flow)

    @cached_property
    def sight(self) -> Sight:
        """What sees what is in front of re-performed faces."""
        return Sight(self.device)

    @cached_property
    def recogniser(self) -> FaceRecogniser:
        """Tells people apart. Raises InputError where the user's network can't be used."""
        return open_recogniser(self.identity_model, self.device)


@dataclass(frozen=True)
class Solved:
    """A clip with everything that was found out about the person in it."""

    clip: Clip
    model: FaceModel
    track: LandmarkTrack
    fit: Fit
    neutral: Neutral
    performance: Performance
    made_from: str
    """Fingerprint of footage and settings."""
    report: dict[str, Any]
    likeness: Array32 | None
    """D: the person's mean look."""
    before: Array32 | None
    """D: the same of the person whom an earlier job left in the folder."""
    folder: Path
    """Where it was solved to."""


class FootageGone(InputError):
    """What was solved isn't where it was."""


def is_solve(folder: Path) -> bool:
    """Whether `pipeline.solve` wrote a folder."""
    return (folder / "fit.npz").is_file()


def read_solve(named: Footage, folder: Path, run: Run, moved: Path | None = None) -> Solved:
    """What `pipeline.solve` left in the folder `named`, for a job that writes to `folder`; `moved`: where its footage
    lies now.

    Raises InputError where its footage or model is gone or has become another, or it would be overwritten.
    """
    solved = named.path
    if named != Footage(solved):
        raise InputError(f"{solved}: is solved already; leave out how it is to be read, or name its footage")
    if solved.resolve() == folder.resolve():
        raise InputError(f"{folder}: holds the plate's solve, which would be overwritten; give another folder with -o")
    footage, model_name, report = _told(solved)
    footage = footage if moved is None else replace(footage, path=moved)
    try:
        clip = footage.open(folder)
    except InputError as error:
        raise FootageGone(f"{error} (the footage that {solved} was made from)") from error
    fit, model = Fit.load(solved / "fit.npz"), load_model(model_name, run.reporter)
    track = LandmarkTrack.load(solved / "landmarks.npz")
    if moved is not None:
        check_same(clip, track, solved, to_the_end=footage.end is None)
    as_fitted = len(fit.identity), fit.expressions, fit.camera.width, fit.camera.height
    if as_fitted != (len(model.identity), model.expressions, clip.width, clip.height):
        raise InputError(f"{solved}: its footage or face model is another now; solve {footage.path} again")
    neutral = rest(fit, footage.neutral_frame)
    made_from = fingerprint(files=footage_files(clip), model=model.digest(), fit=fit.digest(), track=track.digest(),
                            neutral=footage.neutral_frame)  # fmt: skip
    acted = performance(fit, neutral, footage.path.name)
    likeness = likeness_of(track, run.recogniser)
    return Solved(clip, model, track, fit, neutral, acted, made_from, report, likeness, None, solved)


def footage_of(solved: Path) -> Footage:
    """What a folder was solved from. Raises InputError where its report doesn't tell."""
    return _told(solved)[0]


def _told(solved: Path) -> tuple[Footage, str, dict[str, Any]]:
    """A solve's footage, the name of its face model, and its whole report."""
    file = solved / "report.json"
    try:
        report = json.loads(file.read_text(encoding="utf-8"))
        told = report.get("driver", report)  # a transfer's report tells of the driver, whose solve lies beside it
        return Footage.of(told["read"]["as"]), str(told["read"]["model"]), told
    except (OSError, ValueError, LookupError, AttributeError, TypeError) as error:
        raise InputError(f"{file}: doesn't tell what was solved ({error}); solve the footage again") from error
