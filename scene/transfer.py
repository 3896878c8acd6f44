"""One press of the button: what the worker is asked for, and what its results become in the scene."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from ..core.errors import InputError
from ..core.facs.performance import Performance
from ..core.facs.transfer import Region
from . import arguments, clips, fitted, jobs, mapping, settings, strings, summary, units


@dataclass(frozen=True)
class Request:
    """What the artist asked for when pressing the button; later changes in the panel don't touch it."""

    argv: tuple[str, ...]
    """The command line for the worker."""
    folder: Path
    rig: str | None
    """Name of the object (a pointer would not survive an undo while the worker runs)."""
    start: float
    """Scene frame of the source's second 0."""
    strength: float
    region: Region
    plate: bool


def make_request(scene: Any, *, solve_only: bool = False) -> Request:
    """The scene's settings as a request; `solve_only`: for neither rig nor plate.

    Raises InputError, in one line, for what can't work.
    """
    chosen = scene.expression_transfer
    source = clips.footage_of(chosen, "source")
    plate = None if solve_only else clips.footage_of(chosen, "plate")
    rig = None if solve_only else chosen.rig
    if source is None:
        raise InputError(strings.NO_SOURCE)
    if rig is not None:
        character_of(scene, rig)
    _check_model(chosen.model)
    folder = output_folder(chosen.output)
    return Request(
        argv=tuple(_argv(chosen, source, plate, folder)),
        folder=folder,
        rig=rig.name if rig else None,
        start=clips.start_of(chosen, scene),
        strength=chosen.strength,
        region=chosen.region,
        plate=plate is not None,
    )


def _argv(chosen: Any, source: Path, plate: Path | None, folder: Path) -> list[str]:
    options = ["-o", str(folder), *arguments.engine(chosen), *arguments.reading(chosen.source_reading)]
    options += ["--resume"] if chosen.resume else []
    if plate is None:
        return ["solve", str(source), *options]
    how = [*arguments.mixing(chosen), *arguments.finishing(chosen), *arguments.reading(chosen.plate_reading, "plate-")]
    return ["transfer", str(source), str(plate), *options, *how]


def _check_model(name: str) -> None:
    """Of models that were looked up; otherwise it is the worker who tells that one is missing."""
    known = [model.name for model in settings.models(bpy.context).known]
    if name and known and name not in known:
        raise InputError(strings.MODEL_UNKNOWN.format(model=name))


def output_folder(path: str) -> Path:
    """Where the tab's results go. Raises InputError where that depends on a file that isn't saved."""
    if path.startswith("//") and not bpy.data.filepath:
        raise InputError(strings.UNSAVED)
    return Path(bpy.path.abspath(path))


def character_of(scene: Any, rig: Any) -> jobs.Character:
    """As the rig's table maps it; by names where there is none."""
    carrier = units.carrier_of(rig)
    if mapping.has_map(carrier):
        table = mapping.acting(carrier)
        meshes = {row.mesh for row in table.rows}
        return jobs.Character(carrier, table, tuple(each for each in scene.objects if each.name in meshes), {})
    try:
        return jobs.find_character(scene.objects, rig)
    except InputError as error:
        raise InputError(f"{rig.name}: {error}") from error


def apply_result(request: Request, scene: Any) -> str:
    """Key the rig and load the plate that the worker made; a line that says what was done."""
    done, chosen = [], scene.expression_transfer
    chosen.result_folder, chosen.result_of_plate = str(request.folder), request.plate
    summary.note(scene)
    if request.rig is not None:
        done += _key_rig(request, scene)
    heads = (fitted.find_head(scene, folder) for folder in (request.folder, request.folder / "target"))
    done += [_renewed(face, scene) for face in heads if face is not None]
    if request.plate:
        done.append(load_plate(request.folder, scene))
    return "; ".join(done) or strings.SOLVED.format(name=Path(request.argv[1]).name)


def _renewed(face: Any, scene: Any) -> str:
    try:
        return fitted.renew(face, scene)
    except InputError as error:  # the solve and everything else stands
        return str(error)


def _key_rig(request: Request, scene: Any) -> list[str]:
    rig = scene.objects.get(request.rig)
    if rig is None:
        raise InputError(strings.RIG_GONE.format(folder=request.folder))
    performance = Performance.load(request.folder / "performance.npz")
    character = jobs.allowing(character_of(scene, rig), jobs.scaled(performance, request.strength))
    if not mapping.has_map(character.carrier):
        mapping.store(character.carrier, character.map)
    report = jobs.drive(
        performance, character, scene, strength=request.strength, region=request.region, start=request.start
    )
    count = sum(map(len, report["meshes"].values()))
    said = [strings.KEYED.format(keys=count, meshes=", ".join(report["meshes"]))]
    said += report["bones"]
    said += [report["outside"]] if report["outside"] else []
    for text, told in ((strings.KEYS_LEFT, "left_to_drivers"), (strings.KEYS_LIMITED, "limited")):
        named = [key for keys in report[told].values() for key in keys]
        said += [text.format(names=strings.shortened(named))] if named else []
    if report["missing"]:
        said.append(strings.LACKS.format(names=strings.shortened(report["missing"])))
    return said


def load_plate(folder: Path, scene: Any) -> str:
    """Load the plate that a job made in a folder, again where it is loaded already; a line that says what was done."""
    path, untouched = _plate_told(folder)
    chosen = scene.expression_transfer
    try:
        if path.suffix == ".png":  # a single frame's result is result.png, all others are movies
            chosen.result_image = bpy.data.images.load(str(path), check_existing=True)
            chosen.result_image.reload()
        else:
            chosen.result_clip = clip = bpy.data.movieclips.load(str(path), check_existing=True)
            clip.filepath = clip.filepath  # reads the file anew
    except RuntimeError as error:
        raise InputError(f"{path}: Blender can't load it ({str(error).strip()}); open it from the folder") from error
    said = [strings.PLATE_MADE.format(path=path)]
    return "; ".join(said + ([strings.UNTOUCHED.format(spans=untouched)] if untouched else []))


def _plate_told(folder: Path) -> tuple[Path, str]:
    """What the worker's report says: the re-performed movie or still (its first file), and the frames left alone."""
    file = folder / "report.json"
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        spans = [str(first) if first == last else f"{first}–{last}" for first, last in told.get("untouched", ())]
        return folder / str(told["files"][0]), strings.shortened(spans)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise InputError(f"{file}: names no plate ({error}); run the transfer again") from error
