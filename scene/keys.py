"""A performance as keyframes on the shape keys of a character's meshes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import bpy
import numpy as np

from ..core.conventions import Array
from ..core.errors import InputError
from ..core.facs.convert import arkit_weights, shape_weights
from ..core.facs.performance import Performance
from ..core.facs.tables import ARKIT, ARKIT_MERGED
from ..core.facs.transfer import Region
from ..core.rigs import names
from . import compat

_SPLIT = tuple(side for sides in ARKIT_MERGED.values() for side in sides)
_LINEAR = 1
"""Keyframe.interpolation 'LINEAR' as foreach_set takes it: one key per source frame leaves nothing to ease."""
_OURS = "expression_transfer"
"""Custom property of the actions written here: a new transfer replaces them and keeps all others."""


@dataclass(frozen=True)
class FaceMesh:
    """A mesh whose shape keys follow the performance."""

    object: Any
    keys: dict[str, str]
    """Shape key name → channel (names.channel_of)."""
    driven: tuple[str, ...]
    """Keys that mean an expression but have a driver, which would override keyframes: left alone."""


def weight_channels(performance: Performance, strength: float = 1.0) -> dict[str, Array]:
    """T weights by channel: ARKit's 52, and both sides of those that ARKit merges."""
    merged, split = arkit_weights(performance), shape_weights(performance, _SPLIT)
    both = np.concatenate([merged, split], axis=1) * strength
    return dict(zip((*ARKIT, *_SPLIT), both.T, strict=True))


def scene_frames(seconds: Array, scene: Any, start: float | None = None) -> Array:
    """Scene frames (fractions kept) of times in seconds; second 0 falls on `start`, by default the scene's first."""
    rate = scene.render.fps / scene.render.fps_base
    return np.asarray(seconds * rate + (scene.frame_start if start is None else start))


def rig_of(target: Any) -> Any:
    """The armature that a mesh hangs on or is deformed by; else the object itself."""
    ancestor = target
    while ancestor is not None:
        if ancestor.type == "ARMATURE":
            return ancestor
        deformer = next((m.object for m in ancestor.modifiers if m.type == "ARMATURE" and m.object), None)
        if deformer is not None:
            return deformer
        ancestor = ancestor.parent
    return target


def find_face(objects: Iterable[Any], target: Any = None) -> list[FaceMesh]:
    """The meshes of one character that carry expression keys.

    `target`: any object of the character; without it the only character among `objects`.
    Raises InputError, in words without the file's name, where there is none or more than one.
    """
    objects = list(objects)
    if target is not None:
        root = rig_of(target)
        objects = [each for each in objects if rig_of(each) == root or each == root or root in _ancestors(each)]
    faces = [face for face in map(_face_mesh, objects) if face is not None]
    if not any(face.keys for face in faces):
        raise InputError(_why_no_face(faces))
    if target is None:
        _check_one_character(faces)
    return [face for face in faces if face.keys]


def _ancestors(child: Any) -> Iterable[Any]:
    while child.parent is not None:
        child = child.parent
        yield child


def _face_mesh(candidate: Any) -> FaceMesh | None:
    shape_keys = candidate.data.shape_keys if candidate.type == "MESH" else None
    if shape_keys is None:
        return None
    reference = shape_keys.reference_key.name
    matched = names.match_keys(block.name for block in shape_keys.key_blocks if block.name != reference)
    paths = {curve.data_path for curve in shape_keys.animation_data.drivers} if shape_keys.animation_data else set()
    driven = tuple(key for key in matched if _value_path(key) in paths)
    return FaceMesh(candidate, {key: name for key, name in matched.items() if key not in driven}, driven)


def _why_no_face(faces: list[FaceMesh]) -> str:
    if any(face.driven for face in faces):
        return "its expression shape keys are all driven by drivers; remove these or animate their source"
    if faces:
        return "none of its shape keys has an expression's name (jawOpen, eyeBlink_L, …); rename them after ARKit"
    return "has no mesh with shape keys; choose a character with ARKit-named shape keys"


def _check_one_character(faces: list[FaceMesh]) -> None:
    rigs = sorted({rig.name for rig in (rig_of(face.object) for face in faces if face.keys) if rig.type == "ARMATURE"})
    if len(rigs) > 1:
        raise InputError(f"has several characters ({', '.join(rigs)}); say which with --object NAME")


def in_region(faces: list[FaceMesh], region: Region) -> list[FaceMesh]:
    """The faces with the keys that a region holds. Raises InputError, without the file's name, where it holds none."""
    kept = ({key: channel for key, channel in face.keys.items() if names.in_region(channel, region)} for face in faces)
    limited = [replace(face, keys=keys) for face, keys in zip(faces, kept, strict=True) if keys]
    if not limited:
        raise InputError(f"none of the character's shape keys belongs to the {region} face; choose another region")
    return limited


def drive(faces: list[FaceMesh], channels: dict[str, Array], frames: Array, name: str) -> None:
    """Key every matched shape key of `faces` with its channel (T values) at `frames` (T scene frames)."""
    by_datablock = {face.object.data.shape_keys: face for face in faces}  # objects may share a mesh
    for shape_keys, face in by_datablock.items():
        _drive_keys(shape_keys, face, channels, frames, name)


def _drive_keys(shape_keys: Any, face: FaceMesh, channels: dict[str, Array], frames: Array, name: str) -> None:
    curves = _own_curves(shape_keys, f"{name} {face.object.name}")
    for key, channel in face.keys.items():
        block = shape_keys.key_blocks[key]
        block.slider_max = max(block.slider_max, float(channels[channel].max()))  # Blender clamps to it
        write_curve(curves, _value_path(key), 0, frames, channels[channel])


def _value_path(key: str) -> str:
    return f'key_blocks["{bpy.utils.escape_identifier(key)}"].value'


def _own_curves(datablock: Any, name: str) -> Any:
    """The F-curves of a new action of ours, which begins as a copy of the one before: what isn't keyed goes on.

    A former transfer's action is taken away; an artist's own is unassigned, and kept in the file.
    """
    former = datablock.animation_data.action if datablock.animation_data else None
    action, curves = compat.copy_action(datablock) if former else compat.new_action(datablock)
    if former is not None and former.get(_OURS) and former.users == 0:
        bpy.data.actions.remove(former)
    elif former is not None:
        former.use_fake_user = True
    action.name, action[_OURS] = name, True
    return curves


def key_object(target: Any, channels: dict[str, Array], frames: Array, name: str) -> None:
    """Key properties of an object, a camera, …: data path → T×C values (or T, of a single number) at `frames`."""
    curves = _own_curves(target, f"{name} {target.name}")
    for path, values in channels.items():
        for index, column in enumerate(np.atleast_2d(values.T)):
            write_curve(curves, path, index, frames, column)


def write_curve(curves: Any, path: str, index: int, frames: Array, values: Array) -> None:
    """An F-curve with one linear key per frame (bulk: 3.5 M keys/s against 0.12 M/s with keyframe_insert).

    It takes the place of one that is there already.
    """
    former = curves.find(path, index=index)
    if former is not None:
        curves.remove(former)
    curve = curves.new(path, index=index)
    curve.keyframe_points.add(len(frames))
    curve.keyframe_points.foreach_set("co", np.column_stack([frames, values]).astype(np.float32).ravel())
    curve.keyframe_points.foreach_set("interpolation", np.full(len(frames), _LINEAR, dtype=np.int32))
    curve.update()
