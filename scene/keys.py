"""The meshes of a character whose shape keys show expressions, and keyframes in bulk."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import bpy
import numpy as np

from ..core.conventions import Array
from ..core.errors import InputError
from ..core.rigs.mapping import RigMap, Row
from ..core.rigs.names import named
from . import compat, drivers
from .characters import of_character, rig_of

_LINEAR = 1
"""Keyframe.interpolation 'LINEAR' as foreach_set takes it: one key per source frame leaves nothing to ease."""
_STILL = 1e-6
"""Of the mesh's size: what a key moves less is an exporter's rounding."""
_OURS = "expression_transfer"
"""Custom property of the actions written here: a new one replaces them and keeps all others."""


@dataclass(frozen=True)
class FaceMesh:
    """A mesh whose shape keys are named after expressions."""

    object: Any
    rows: tuple[Row, ...]
    driven: tuple[str, ...]
    """Keys that mean an expression but have a driver of the artist's: left alone."""


def scene_frames(seconds: Array, scene: Any, start: float | None = None) -> Array:
    """Scene frames (fractions kept) of times in seconds; second 0 falls on `start`, by default the scene's first."""
    rate = scene.render.fps / scene.render.fps_base
    return np.asarray(seconds * rate + (scene.frame_start if start is None else start))


def find_face(objects: Iterable[Any], target: Any = None) -> list[FaceMesh]:
    """The meshes of one character that carry keys with an expression's name, the one with most first.

    `target`: any object of the character; without it the only character among `objects`.
    Raises InputError, in words without the file's name, where there is none or more than one.
    """
    objects = list(objects) if target is None else of_character(objects, target)
    faces = [face for face in map(_face_mesh, objects) if face is not None]
    if not any(face.rows for face in faces):
        raise InputError(_why_no_face(faces))
    if target is None:
        _check_one_character(faces)
    kept = [face for face in _without_idle(faces) if face.rows]
    return sorted(kept, key=lambda face: -len(face.rows))


def map_of(faces: list[FaceMesh]) -> RigMap:
    """How the faces' keys follow the channels, by their names."""
    return RigMap(tuple(row for face in faces for row in face.rows))


def _face_mesh(candidate: Any) -> FaceMesh | None:
    shape_keys = candidate.data.shape_keys if candidate.type == "MESH" else None
    if shape_keys is None:
        return None
    reference = shape_keys.reference_key.name
    matched = named(block.name for block in shape_keys.key_blocks if block.name != reference)
    driven = tuple(key for key in matched if is_artists(shape_keys, value_path(key)))
    rows = (Row(candidate.name, key, weights, source="name") for key, weights in matched.items() if key not in driven)
    return FaceMesh(candidate, tuple(rows), driven)


def _without_idle(faces: list[FaceMesh]) -> list[FaceMesh]:
    """Without keys that move nothing on their mesh and something on another: exporters give teeth and eyes all keys of
    the face. Those that move nothing anywhere may be an artist's controls.
    """
    moving = [{row.key for row in face.rows if _moves(face.object.data.shape_keys, row.key)} for face in faces]
    anywhere = set().union(*moving)
    return [
        replace(face, rows=tuple(row for row in face.rows if row.key in own or row.key not in anywhere))
        for face, own in zip(faces, moving, strict=True)
    ]


def _moves(shape_keys: Any, key: str) -> bool:
    rest, moved = np.empty((2, 3 * len(shape_keys.reference_key.data)), np.float32)
    block = shape_keys.key_blocks[key]
    block.relative_key.data.foreach_get("co", rest)
    block.data.foreach_get("co", moved)
    return bool(np.abs(moved - rest).max(initial=0.0) > _STILL * np.abs(rest).max(initial=0.0))


def is_artists(datablock: Any, path: str) -> bool:
    """Whether a driver that is not of ours drives a property."""
    curve = datablock.animation_data.drivers.find(path) if datablock.animation_data else None
    return curve is not None and not drivers.is_ours(curve)


def _why_no_face(faces: list[FaceMesh]) -> str:
    if any(face.driven for face in faces):
        return "its expression shape keys are all driven by drivers; remove these or animate their source"
    if faces:
        return "none of its shape keys has an expression's name (jawOpen, eyeBlink_L, …); map them or rename them"
    return "has no mesh with shape keys; choose a character with shape keys"


def _check_one_character(faces: list[FaceMesh]) -> None:
    rigs = sorted({rig.name for rig in (rig_of(face.object) for face in faces if face.rows) if rig.type == "ARMATURE"})
    if len(rigs) > 1:
        raise InputError(f"has several characters ({', '.join(rigs)}); say which with --object NAME")


def value_path(key: str) -> str:
    """Data path of a shape key's value, from the mesh's shape keys."""
    return f'key_blocks["{bpy.utils.escape_identifier(key)}"].value'


def own_curves(datablock: Any, name: str) -> Any:
    """The F-curves of a new action of ours, which begins as a copy of the one before: what isn't keyed goes on.

    A former action of ours is taken away; an artist's own is unassigned, and kept in the file.
    """
    former = datablock.animation_data.action if datablock.animation_data else None
    if former is None:
        compat.assign_action(datablock, bpy.data.actions.new(name))
        action = datablock.animation_data.action
    else:
        action = compat.copy_action(datablock)
    if former is not None and former.get(_OURS) and former.users == 0:
        bpy.data.actions.remove(former)
    elif former is not None:
        former.use_fake_user = True
    action.name, action[_OURS] = name, True
    return compat.curves_of(action, datablock)


def key_object(target: Any, channels: Mapping[str, Array], frames: Array, name: str) -> None:
    """Key properties of an object, a camera, …: data path → T×C values (or T, of a single number) at `frames`."""
    write_curves(own_curves(target, f"{name} {target.name}"), channels, frames)


def write_curves(curves: Any, channels: Mapping[str, Array], frames: Array) -> None:
    """F-curves by data path: T×C values (or T, of a single number) at `frames`."""
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
