"""What the command line does with bpy: a rig file in, a keyframed .blend out."""

from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..core.conventions import Array
from ..core.errors import InputError
from ..core.face.model import FaceModel
from ..core.facs.performance import Performance
from ..core.facs.transfer import Region
from ..core.rigs import names
from . import head, keys, rig_files


def drive_rig(
    performance: Performance,
    rig: Path,
    out: Path,
    object_name: str | None = None,
    strength: float = 1.0,
    *,
    region: Region = "all",
) -> dict[str, Any]:
    """Key the character of a rig file with a performance and save it as a .blend; the report says what was driven.

    A .blend keeps its frame rate and the performance lands at its seconds; other files take the footage's rate.
    Raises InputError where the rig can't be read or has no expression keys, Failure where `out` can't be written.
    """
    rig_files.open_rig(rig)
    scene = bpy.context.scene
    if rig.suffix.lower() != ".blend":
        set_timing(scene, performance.fps, performance.times)
    try:
        faces = keys.find_face(scene.objects, _object(scene, object_name))
        report = drive_faces(performance, faces, scene, strength=strength, region=region)
    except InputError as error:
        raise InputError(f"{rig}: {error}") from error
    rig_files.save_blend(out)
    return report | {"rig": str(rig), "blend": str(out)}


def drive_faces(
    performance: Performance,
    faces: list[keys.FaceMesh],
    scene: Any,
    *,
    strength: float = 1.0,
    region: Region = "all",
    start: float | None = None,
) -> dict[str, Any]:
    """Key a region of meshes of the open scene, what lies outside keeps its curves; the report names the keys on each
    mesh and the ARKit names of the region that the rig lacks. Raises InputError where no key belongs to the region.
    """
    frames = keys.scene_frames(performance.times, scene, start)
    name = f"Expression {performance.source}"
    driven = keys.in_region(faces, region)
    keys.drive(driven, keys.weight_channels(performance, strength), frames, name)
    if region != "lower":
        for face in faces:
            head.turn_eyes(face.object, strength * performance.gaze, frames, name)
    channels = {channel for face in driven for channel in face.keys.values()}
    return {
        "meshes": {face.object.name: dict(face.keys) for face in driven},
        "left_to_drivers": {face.object.name: list(face.driven) for face in faces if face.driven},
        "missing": names.missing_names(channels, region),
        "frames": [float(frames[0]), float(frames[-1])],
        "fps": scene.render.fps / scene.render.fps_base,
    }


def save_head_blend(performance: Performance, model: FaceModel, out: Path, identity: Array | None = None) -> None:
    """Save a new scene with the model's head acting the performance, a camera before it and a light.

    `identity`: I standard deviations, by default the mean head.
    """
    rig_files.new_scene()
    scene = bpy.context.scene
    set_timing(scene, performance.fps, performance.times)
    parts = head.add_head(model, np.zeros(len(model.identity)) if identity is None else identity, "Head")
    head.animate(parts, performance, scene)
    head.add_camera_and_light(scene, parts)
    rig_files.save_blend(out)


def set_timing(scene: Any, fps: float, times: Array, start: int = 1) -> None:
    """Give a scene the footage's frame rate (exactly, for 30000/1001 and its like) and length.

    Second 0 of the clip is frame `start`: 1, where Blender also puts a movie clip.
    """
    scene.render.fps = max(1, round(fps))
    scene.render.fps_base = scene.render.fps / fps
    scene.frame_start = start
    scene.frame_end = int(np.ceil(keys.scene_frames(times[-1:], scene, start)[0]))


def _object(scene: Any, name: str | None) -> Any:
    if name is None:
        return None
    found = scene.objects.get(name)
    if found is None:
        have = ", ".join(sorted(each.name for each in scene.objects)[:8])
        raise InputError(f"has no object '{name}'; it has {have}")
    return found
