"""The whole job in reading order: footage → landmarks → fit → performance → plate. Every stage can be resumed."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from .clip import Clip
from .conventions import Array, Array32
from .editable import TARGET, WANTED, Origin, is_editable, pictures_of, read_editable, rows_for
from .encoder.encode import ShotEncoder
from .encoder.faces import Faces, open_faces
from .encoder.networks import EXPRESSION, LAYOUT, digest, open_expression
from .encoder.predict import predict
from .encoder.shape_free import ShapeFree
from .errors import InputError
from .export.curves import read_performance
from .export.events import write_events
from .export.facs_csv import Scale, write_facs, write_scale
from .export.flame import write_flame
from .export.live_link import LIVE_LINK_FPS, write_arkit
from .export.obj import write_obj
from .export.plot import plot_curves
from .face.model import FaceModel
from .facs.from_fit import Neutral, performance, rest, shows_rest
from .facs.performance import Performance
from .facs.transfer import Mix, effect, lay, mixed, target_expression
from .fit.result import Fit
from .fit.solve import solve_shot
from .heads.registry import load_model
from .identity import Likeness, Pair, compare, doubts, likeness_of, stranger, track_in
from .in_front import NOTED, noted
from .job import Job, fingerprint, footage_files
from .landmarks.backend import open_backend
from .landmarks.detect import DetectOptions, detect
from .landmarks.track import LandmarkTrack
from .provenance import check_signing
from .recomposite import DrivingFootage, Recomposition, plate_frames, recomposite, written
from .refine.finish import PLAIN, Finish
from .refine.reperform import Method
from .report import fit_report, passages, unsure, untouched
from .reporting import Reporter
from .shot import Footage, Run, Solved
from .still import held
from .storage import whole_file, write_json
from .timings import Timings


def solve(footage: Footage, folder: Path, run: Run) -> Solved:
    """Footage → everything in `folder`: landmarks.npz, faces.npy, fit.npz, performance.npz, arkit.csv, facs.csv,
    events.json, neutral.obj, curves.png, report.json; facs_0-5.csv and facs_A-E.csv on request; flame.npz where the
    model was made from FLAME.
    """
    return _solve(footage, footage.open(folder), load_model(run.model, run.reporter), Job(folder, run.resume), run)


def _solve(footage: Footage, clip: Clip, model: FaceModel, job: Job, run: Run) -> Solved:
    folder = job.folder
    seen_from = fingerprint(files=footage_files(clip), range=[footage.start, footage.end], fps=str(footage.fps),
                            person=footage.person, colour=footage.colour, backend=run.backend,
                            recogniser=run.recogniser.name, layout=digest(LAYOUT))  # fmt: skip
    read_by = digest(EXPRESSION)
    fitted_from = fingerprint(seen=seen_from, model=model.digest(), focal=footage.focal, read_by=read_by)
    before = likeness_of(track_in(folder), run.recogniser)
    track, faces = _seen(clip, footage, job, seen_from, run)
    likeness = likeness_of(track, run.recogniser)
    others = stranger(run.recogniser, before, likeness, str(footage.path), f"{folder} held") if run.resume else []
    tell(others, run.reporter)
    fit = _fit(track, faces, model, footage, job, fitted_from, run)
    neutral = _neutral(fit, footage)
    acted = performance(fit, neutral, footage.path.name)
    named = {"footage": str(footage.path), "kind": clip.kind, "first_file": str(footage_files(clip)[0].resolve())}
    report = {
        **named,
        "read": {"model": run.model, "as": footage.told()},
        "warnings": [*track.warnings, *others, *_doubts(fit, footage, run)],
        **fit_report(track, fit, acted, model, given_focal=footage.focal is not None),
    }
    with run.timings.stage("write curves", len(track)):
        acted.save(folder / "performance.npz")
        write_curves(acted, folder, run.scales)
        write_obj(model.neutral(fit.identity), model, folder / "neutral.obj")
        if model.root is not None:
            write_flame(fit, model, folder / "flame.npz")
    write_json(folder / "report.json", report)
    made_from = fingerprint(fit=fitted_from, neutral=footage.neutral_frame)
    return Solved(clip, model, track, fit, neutral, acted, made_from, report, likeness, before, folder)


def _doubts(fit: Fit, footage: Footage, run: Run) -> list[str]:
    """What had to be assumed for want of evidence; logged too."""
    assumed = []
    if footage.neutral_frame is None and not shows_rest(fit):
        assumed.append("too short to find this person's neutral face: the model's is taken; --neutral N names a frame")
    if footage.focal is None:
        run.reporter.log(f"focal length {fit.camera.focal[0]:.0f} px is a guess; --focal gives a matchmove's")
    tell(assumed, run.reporter)
    return assumed


def tell(lines: Sequence[str], reporter: Reporter) -> None:
    """Log what report.json says under `warnings` too."""
    for line in lines:
        reporter.log(line)


def _neutral(fit: Fit, footage: Footage) -> Neutral:
    try:
        return rest(fit, footage.neutral_frame)
    except InputError as error:
        raise InputError(f"{footage.path}: {error}") from error


def write_curves(acted: Performance, folder: Path, scales: tuple[Scale, ...]) -> None:
    """arkit.csv, facs.csv, events.json and curves.png; facs_0-5.csv and facs_A-E.csv where asked for."""
    write_arkit(acted, folder / "arkit.csv")
    write_facs(acted, folder / "facs.csv")
    write_events(acted, folder / "events.json")
    for scale in scales:
        write_scale(acted, scale, folder / f"facs_{scale}.csv")
    plot_curves(acted, folder / "curves.png")


def _seen(clip: Clip, footage: Footage, job: Job, made_from: str, run: Run) -> tuple[LandmarkTrack, Faces]:
    """Where the face is and what it looks like, in one pass over the footage."""
    marks, faces = job.folder / "landmarks.npz", job.folder / "faces.npy"
    if job.finished("landmarks", made_from, marks, faces):
        return LandmarkTrack.load(marks), open_faces(faces)
    options = DetectOptions(backend=run.backend, person=footage.person, recogniser=run.recogniser)
    with (
        run.timings.stage("detect", clip.frame_count),
        whole_file(faces) as temporary,
        ShotEncoder(ShapeFree.load(LAYOUT), temporary) as encoder,
    ):
        track = detect(clip, options, run.reporter, encoder.observe)
        encoder.finish(track.visible)
    track.save(marks, packed=False)
    job.note("landmarks", made_from)
    return track, open_faces(faces)


def _fit(
    track: LandmarkTrack, faces: Faces, model: FaceModel, footage: Footage, job: Job, made_from: str, run: Run
) -> Fit:
    file = job.folder / "fit.npz"
    if job.finished("fit", made_from, file):
        return Fit.load(file)
    with run.timings.stage("read expression", len(track)):
        evidence = predict(open_expression(run.device), faces, track)
    with run.timings.stage("fit", len(track)):
        fit = solve_shot(track, model, run.reporter, footage.focal, evidence=evidence)
    fit.save(file)
    job.note("fit", made_from)
    return fit


def transfer(
    source: Footage, target: Footage, folder: Path, mix: Mix, method: Method, run: Run, finish: Finish = PLAIN
) -> dict[str, Any]:
    """The source's performance on the target's plate. In `folder`: what `solve` writes of the source, `target/` the
    same of the target, `frames/` and `matte/`, result.mp4 (or result.png), side_by_side.mp4, report.json.
    """
    if method == "tps" and (mix.region != "all" or mix.mode != "replace"):
        raise InputError("--method tps moves all landmarks by the driver's; leave out --region and --mode")
    model, clip, plate = load_model(run.model, run.reporter), source.open(folder), target.open(folder)
    job = Job(folder, run.resume)
    check_signing()
    run.reporter.log(f"driver: {source.path}")
    driving = _solve(source, clip, model, job, run)
    pictures = pictures_of(driving)
    driver = Driver(driving.performance, pictures, driving.report, driving.likeness, driving.before)
    return _recomposite(driver, _solve_plate(target, plate, job, run), job, Making(mix, method, finish), run)


def composite(
    curves: Path, target: Footage, folder: Path, mix: Mix, method: Method, run: Run, finish: Finish = PLAIN
) -> dict[str, Any]:
    """Curves from a file (performance.npz, arkit.csv or facs.csv, edited anywhere) on the target's plate, or on that of
    which `target` names the folder that `solve`, `transfer` or `composite` wrote.
    """
    if curves.resolve().parent == (folder / TARGET).resolve():
        raise InputError(f"{curves}: would be overwritten by the plate's own curves; give another folder with -o")
    check_signing()
    known = read_editable(target, folder, run) if is_editable(target.path) else None
    clip = target.open(folder) if known is None else known.plate.clip
    acting = read_performance(curves, LIVE_LINK_FPS if clip.kind == "still" else float(clip.fps))
    whose = None if mix.mode == "edit" else likeness_of(track_in(curves.parent), run.recogniser)
    edits = known if mix.mode == "edit" else None
    about = {"curves": str(curves), "frames": len(acting)}
    driver = Driver(acting, None if edits is None else edits.pictures, about, whose, None)
    job = Job(folder, run.resume)
    plate = _solve_plate(target, clip, job, run) if known is None else known.plate
    making = Making(mix, method, finish)
    return _recomposite(driver, plate, job, making, run, None if edits is None else edits.base)


@dataclass(frozen=True)
class Driver:
    """What drives a plate."""

    performance: Performance
    pictures: DrivingFootage | None
    """None where only its curves are there."""
    about: dict[str, Any]
    """For report.json."""
    likeness: Array32 | None
    """D: whose performance it is; None: unknown."""
    before: Array32 | None
    """D: who drove the folder's earlier job."""


@dataclass(frozen=True)
class Making:
    """How a result is asked for."""

    mix: Mix
    method: Method
    finish: Finish

    def told(self) -> dict[str, Any]:
        """For report.json."""
        return {**asdict(self.mix), "method": self.method, **asdict(self.finish)}


def _solve_plate(target: Footage, clip: Clip, job: Job, run: Run) -> Solved:
    """Solve the plate in the job's folder target/."""
    run.reporter.log(f"plate: {target.path}")
    of_target = Timings()
    target_job = Job(job.folder / TARGET, run.resume)
    plate = _solve(target, clip, load_model(run.model, run.reporter), target_job, replace(run, timings=of_target))
    run.timings.include(of_target, "target")
    return plate


def _recomposite(
    driver: Driver, plate: Solved, job: Job, making: Making, run: Run, edited: Performance | None = None
) -> dict[str, Any]:
    """`edited`: of which performance the driver's is an edit; None: of the plate's own."""
    people = doubts(run.recogniser, Pair(driver.likeness, plate.likeness), Pair(driver.before, plate.before))
    tell(people, run.reporter)
    plan, laid, wanted = _plan(driver, plate, making, job, edited)
    plan = replace(plan, provenance=run.provenance, refiner=run.refiner, sight=run.sight)
    files = recomposite(plan, run.reporter, run.timings)
    replace(wanted, source=f"{wanted.source}, re-performed").save(job.folder / WANTED)
    kept = _likeness(plan, driver, run)
    for reason, left in untouched(laid, driver.performance, plan.fit).items():
        spans = ", ".join(f"{first}–{last}" if last > first else str(first) for first, last in left)
        run.reporter.log(f"left as they were ({reason}): frames {spans}")
    percent = noted(job.folder)
    covered = np.array([percent.get(int(number), 0.0) >= NOTED for number in plan.fit.frames])
    report = {
        "warnings": [*people, *(kept.doubts() if kept is not None else [])],
        "identity": None if kept is None else {"recogniser": run.recogniser.name, **asdict(kept)},
        "driver": driver.about,
        "target": plate.report,
        "settings": making.told(),
        "untouched": passages(laid.missing, plan.fit.frames),
        "in_front": passages(covered, plan.fit.frames),
        "files": [str(file.relative_to(job.folder)) for file in files],
        "made": Origin.of(plate, plan.driver).told(job.folder),
    }
    write_json(job.folder / "report.json", report)
    return report


def _likeness(plan: Recomposition, driver: Driver, run: Run) -> Likeness | None:
    """How much of whom the finished result shows; what is wrong with that is logged."""
    with run.timings.stage("compare identities"), closing(open_backend(run.backend, None)) as backend:
        kept = compare(run.recogniser, backend, plan.track, plate_frames(plan), written(plan), driver.likeness)
    tell([] if kept is None else kept.doubts(), run.reporter)
    return kept


def _plan(
    driver: Driver, plate: Solved, making: Making, job: Job, edited: Performance | None
) -> tuple[Recomposition, Performance, Performance]:
    """What is to be done to each frame; the driver as it is laid on the plate's frames; what the plate's face will do.
    The first frames of both ranges meet.
    """
    acting = driver.performance
    fit, track, own = rows_for(plate, acting)
    base = own if edited is None or len(edited) != len(own) else edited
    if len(acting) == 1:  # a pose, held as long as the plate lasts
        acting = held(acting, fit.frames, fit.times, fit.fps)
    shift = float(fit.times[0] - acting.times[0])
    pictures = None if driver.pictures is None else driver.pictures.later(shift)
    laid = lay(acting, own, lost=unsure(fit))
    wanted = mixed(base, laid, making.mix)
    by_landmarks = making.method == "tps"
    driven_by = None if pictures is None else pictures.made_from
    plan = Recomposition(
        driver=pictures,
        clip=plate.clip,
        model=plate.model,
        fit=fit,
        track=track,
        expression=target_expression(fit, plate.neutral, own, wanted),
        gaze=wanted.gaze,
        method=making.method,
        offsets=_classic_offsets(pictures, laid, making.mix) if by_landmarks and pictures is not None else None,
        made_from=fingerprint(
            plate=plate.made_from,
            driver=driven_by,
            method=making.method,
            finish=asdict(making.finish),
            region=making.mix.region,
        ),
        job=job,
        finish=making.finish,
        region=making.mix.region,
    )
    return plan, laid, wanted


def _classic_offsets(pictures: DrivingFootage, laid: Performance, mix: Mix) -> Array:
    """T×478×2, in eye distances: what the driver's landmarks do at the times of `laid`, at the transfer's strength."""
    rows = [pictures.row_at(float(seconds)) for seconds in laid.times]
    return np.asarray(effect(laid, mix)[:, None, None] * pictures.offsets[rows])
