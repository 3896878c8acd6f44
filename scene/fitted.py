"""The solved person in the scene: head, acting as fitted, and the camera that sees it where the footage shows it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import bpy
import numpy as np
from numpy.typing import NDArray

from ..core.conventions import Array
from ..core.errors import InputError
from ..core.face.model import FaceModel
from ..core.fit.result import Fit
from ..core.heads.registry import load_model
from . import acted, backdrop, camera, fitted_take, head, jobs, keys, layers, materials, passages, strings

SOLVE = "expression_transfer_solve"
"""Custom property of a fitted head: its solve's folder."""
TEXTURE = Path("texture") / "texture.png"
"""In a solve's folder: display-encoded, whatever the plate's colours are."""


Animated = Literal["HEAD", "CAMERA"]


@dataclass(frozen=True)
class Solve:
    """A folder that `expression-transfer solve` wrote."""

    folder: Path
    fit: Fit
    model: FaceModel
    footage: backdrop.Footage | None
    """None where its report doesn't tell of it, or it isn't there any more."""
    texture: Path | None
    source: str
    """The footage's name, as its performance has it."""
    neutral_frame: int | None
    """The source frame that was named as neutral."""

    @property
    def name(self) -> str:
        return self.folder.name if self.footage is None else self.footage.file.stem


@dataclass(frozen=True)
class Options:
    """How a fitted head is put in a scene."""

    start: float
    """Scene frame of the footage's second 0."""
    animate: Animated = "HEAD"
    """Through which of the two the head moves before the camera."""
    sensor_width: float = 36.0
    """mm."""
    take_size: bool = False
    """Let the scene render at the footage's size and pixel shape …"""
    take_rate: bool = False
    """… and run at its rate, for its length."""


def read_solve(folder: Path) -> Solve:
    """Raises InputError where the folder holds no solve, or its face model is gone."""
    file = folder / "fit.npz"
    if not file.is_file():
        raise InputError(strings.NO_SOLVE.format(folder=folder))
    fit = Fit.load(file)
    try:
        model = load_model(fit.model)
    except InputError as error:
        raise InputError(strings.MODEL_GONE.format(file=file, model=fit.model)) from error
    if (len(fit.identity), fit.expressions) != (len(model.identity), model.expressions):
        raise InputError(strings.MODEL_CHANGED.format(file=file, model=fit.model))
    texture = folder / TEXTURE
    source, neutral_frame = _named(folder)
    footage = footage_of(folder)
    return Solve(folder, fit, model, footage, texture if texture.is_file() else None, source, neutral_frame)


def _named(folder: Path) -> tuple[str, int | None]:
    """The footage's name and its neutral frame, as the report tells them."""
    told = _told(folder)
    frame = told.get("read", {}).get("as", {}).get("neutral_frame")
    return Path(told.get("footage", folder)).name, frame


def _told(folder: Path) -> dict[str, Any]:
    """A solve's report; empty where it is gone or damaged."""
    try:
        told = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        return dict(told.get("driver", told))  # a transfer's report tells of the driver, whose solve lies beside it
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def footage_of(folder: Path) -> backdrop.Footage | None:
    """What a folder's solve was made from; None where its report doesn't tell, or the footage is gone."""
    try:
        told = _told(folder)
        footage = backdrop.Footage(told["kind"], Path(told["first_file"]), told["footage"])
    except (LookupError, TypeError):
        return None
    return footage if footage.file.is_file() else None


def head_of(selected: Any) -> Any:
    """The fitted head that an object is or belongs to; None where it is of none."""
    while selected is not None and SOLVE not in selected:
        selected = selected.parent
    return selected


def find_head(scene: Any, folder: Path) -> Any:
    """The scene's fitted head of a folder's solve; None where there is none."""
    return next((each for each in scene.objects if SOLVE in each and folder_of(each) == folder), None)


def camera_of(face: Any) -> Any:
    """The camera that was added with a fitted head; None where the artist has removed it."""
    beside = (each for collection in face.users_collection for each in collection.objects)
    return next((each for each in beside if each.type == "CAMERA"), None)


def folder_of(face: Any) -> Path:
    """The folder of a fitted head's solve."""
    return Path(face[SOLVE])


def add_fitted_head(solve: Solve, scene: Any, options: Options) -> tuple[Any, str]:
    """Add the head and its camera where the 3D cursor stands; the head, and a line that says what was done and what
    differs.

    Raises InputError where Blender can't read the footage; nothing is added then.
    """
    fit, picture = solve.fit, None if solve.footage is None else backdrop.load(solve.footage)
    match(scene, fit, options)
    collection = bpy.data.collections.new(strings.FITTED_NAME.format(name=solve.name))
    scene.collection.children.link(collection)
    parts = _add_head(solve, scene, collection)
    lens, distances = fit.camera, camera.distances(fit)
    seen_by = camera.add_camera(
        strings.CAMERA_NAME.format(name=solve.name), lens, distances, scene, options.sensor_width
    )
    collection.objects.link(seen_by)
    scene.camera = seen_by
    frames = keys.scene_frames(fit.times, scene, options.start)
    stand(parts.face, seen_by, np.array(scene.cursor.location), options.animate)
    _animate(solve, parts.face, seen_by, scene, frames, options.animate)
    if picture is not None:
        backdrop.show_behind(seen_by, picture, fit, frames, f"Fitted {solve.name}")
    return parts.face, "; ".join([strings.FITTED.format(name=solve.name), *_differences(fit, picture, scene)])


def _add_head(solve: Solve, scene: Any, collection: Any) -> head.Head:
    """Not subdivided: the surface is where the fit has it. It says which solve it is of."""
    parts = head.add_head(solve.model, solve.fit.identity, strings.HEAD_NAME.format(name=solve.name))
    parts.face[SOLVE] = str(solve.folder)
    for part in (parts.face, *parts.eyes):
        part.modifiers.clear()
        scene.collection.objects.unlink(part)
        collection.objects.link(part)
    if solve.texture is not None:
        put_texture(parts.face, solve.texture)
    return parts


def put_texture(face: Any, file: Path) -> None:
    """Give a fitted head, and its eyeballs, the texture that was baked for it."""
    image = bpy.data.images.load(str(file), check_existing=True)
    image.reload()
    for part in (face, *face.children):
        for slot in part.material_slots:
            slot.material = materials.textured(slot.material, image)


def match(scene: Any, fit: Fit, options: Options) -> None:
    """Let the scene be as the footage, as far as it is asked for."""
    if options.take_size:
        camera.take_size(scene.render, fit.camera)
    if options.take_rate:
        jobs.set_timing(scene, fit.fps, fit.times, int(options.start))


def stand(face: Any, seen_by: Any, place: Array, animate: Animated) -> None:
    """Put what doesn't move where it belongs."""
    if animate == "HEAD":
        camera.stand(seen_by, camera.standing(place, camera.UPRIGHT))
    else:
        camera.stand(face, camera.standing(place))


def _animate(solve: Solve, face: Any, seen_by: Any, scene: Any, frames: Array, animate: Animated) -> None:
    """Key what the fit knows (`frames`: T); between, where no face was seen, the head goes straight."""
    fit = solve.fit
    rows = np.flatnonzero(fit.visible | fit.bridged)
    known, name = frames[rows], strings.FITTED_TAKE.format(name=solve.name)
    before, moves = camera.heads_before_camera(fit, rows), {}
    if animate == "HEAD":
        moves = camera.motion(face, np.array(seen_by.matrix_basis) @ before)
    else:
        camera.key_motion(seen_by, np.array(face.matrix_basis) @ np.linalg.inv(before), known, name)
    take = fitted_take.take_of(fit, solve.source, solve.neutral_frame)
    fitted_take.put(face, take, rows, known, name, moves)
    rate = scene.render.fps / scene.render.fps_base
    acted.put(face, solve.folder, scene, frames[0] - rate * fit.times[0])
    passages.mark(scene, take.performance, frames, name)
    key_focal(seen_by, fit, rows, known, name)


def key_focal(seen_by: Any, fit: Fit, rows: NDArray[np.intp], known: Array, name: str) -> None:
    """Let a camera zoom as the fit's did."""
    focal = camera.focal_lengths(fit.camera, seen_by.data.sensor_width)[rows]
    if np.ptp(focal):
        keys.key_object(seen_by.data, {"lens": focal}, known, name)


def renew(face: Any, scene: Any) -> str:
    """After its footage was solved again: the new solve on a fitted head, under the artist's corrections, where it
    stood and at the frames where it was; a line that says so. Raises InputError where that can't be.
    """
    solve, seen_by, takes = read_solve(folder_of(face)), camera_of(face), layers.takes(face)
    if not takes or seen_by is None or not head.is_of(face, solve.model):
        raise InputError(strings.HEAD_OUTDATED.format(name=face.name))
    animate: Animated = "HEAD" if any("location" in layers.moved_by(take) for take in takes) else "CAMERA"
    frames = layers.scene_frames(takes[-1], solve.fit.times)
    head.reshape(face, solve.model, solve.fit.identity)
    lens, distances = solve.fit.camera, camera.distances(solve.fit)
    camera.set_lens(seen_by.data, lens, distances, scene, seen_by.data.sensor_width)
    _animate(solve, face, seen_by, scene, frames, animate)
    return strings.RENEWED.format(name=face.name)


def _differences(fit: Fit, picture: backdrop.Picture | None, scene: Any) -> list[str]:
    """What the artist has to know about how scene, camera and footage differ."""
    notes, lens = [], fit.camera
    rate = scene.render.fps / scene.render.fps_base
    if picture is None:
        notes.append(strings.NO_FOOTAGE)
    elif (picture.width, picture.height) != (lens.width, lens.height):
        notes.append(strings.SHOWN_OTHERWISE.format(picture.width, picture.height, lens.width, lens.height))
    if not camera.has_size(scene.render, lens):
        notes.append(strings.OTHER_SIZE.format(lens.width, lens.height))
    if not np.isclose(rate, fit.fps, rtol=1e-4):
        notes.append(strings.OTHER_RATE.format(scene=rate, footage=fit.fps))
    if lens.distortion.any():
        notes.append(strings.DISTORTED)
    return notes
