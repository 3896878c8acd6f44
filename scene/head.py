"""A face model as a Blender head: Z up, looking along −Y, metres."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from ..core.conventions import Array, Array32
from ..core.face.model import FaceModel
from . import drivers, materials

TURN_ORDER = "YXZ"
"""Face space's Ry(yaw)·Rx(pitch)·Rz(roll) is Rz(yaw)·Rx(pitch)·Ry(−roll) with Z up; Blender names the inner first."""
_EYE = "expression_transfer_eye"
"""Custom property of a built-in head's eyeballs: 0 left, 1 right."""


@dataclass(frozen=True)
class Head:
    """The objects of one head in a scene."""

    face: Any
    eyes: tuple[Any, ...]
    """Left first; their origins are the eyeballs' centres. Empty where the model has no eyeballs."""
    model: FaceModel


def to_blender(points: Array) -> Array:
    """Blender coordinates (…×3 m, Z up, the face looks along −Y) of face-space points."""
    return np.stack([points[..., 0], -points[..., 2], points[..., 1]], axis=-1)


def add_head(model: FaceModel, identity: Array, name: str) -> Head:
    """Add a model's head of an identity (I standard deviations) to the scene, with shape keys, UVs and materials."""
    neutral = model.neutral(identity)
    owner = model.eyes.member[model.triangles].min(axis=1)
    face = _add_mesh(name, model, neutral, np.flatnonzero(owner == 0), np.zeros(3))
    _add_shape_keys(face, model)
    face.rotation_mode = TURN_ORDER
    return Head(face, tuple(_add_eyes(face, model, neutral, owner, model.eye_centres(identity))), model)


def _add_eyes(face: Any, model: FaceModel, neutral: Array, owner: NDArray[np.int8], centres: Array) -> Iterator[Any]:
    """`owner`: F, which eyeball (1 left, 2 right) a triangle belongs to."""
    for index, side in enumerate(("left", "right")):
        chosen = np.flatnonzero(owner == index + 1)
        if chosen.size:
            eye = _add_mesh(f"{face.name} eye {side}", model, neutral, chosen, centres[index])
            eye.location = to_blender(centres[index])
            eye.rotation_mode = TURN_ORDER
            eye.parent = face
            eye[_EYE] = index
            yield eye


def _add_mesh(name: str, model: FaceModel, points: Array, chosen: NDArray[np.int64], origin: Array) -> Any:
    """An object of some of the model's triangles; vertex attribute `vertex` holds their numbers in the model."""
    used, corners = np.unique(model.triangles[chosen], return_inverse=True)
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(to_blender(points[used] - origin), [], corners.reshape(-1, 3).tolist())
    mesh.attributes.new("vertex", "INT", "POINT").data.foreach_set("value", used.astype(np.int32))
    layer = mesh.uv_layers.new(name="UVMap")
    layer.data.foreach_set("uv", model.uv[model.uv_triangles[chosen]].astype(np.float32).ravel())
    _add_materials(mesh, model, model.part[chosen])
    mesh.polygons.foreach_set("use_smooth", np.ones(len(chosen), dtype=bool))
    mesh.update()
    added = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(added)
    subdivision = added.modifiers.new("Subdivision", "SUBSURF")
    subdivision.levels, subdivision.render_levels = 1, 2
    return added


def _add_materials(mesh: Any, model: FaceModel, parts: NDArray[np.int8]) -> None:
    used, slots = np.unique(parts, return_inverse=True)
    for part in used:
        mesh.materials.append(materials.plain(model.parts[part]))
    mesh.polygons.foreach_set("material_index", slots.astype(np.int32))


def _add_shape_keys(face: Any, model: FaceModel) -> None:
    face.shape_key_add(name="Basis", from_mix=False)
    for name in model.expressions:
        face.shape_key_add(name=name, from_mix=False).value = 0.0  # from 5.0 a new key has 1
    rest = np.empty(3 * len(face.data.vertices), dtype=np.float32)
    face.data.vertices.foreach_get("co", rest)
    _fill_shape_keys(face, model, rest)


def _fill_shape_keys(face: Any, model: FaceModel, rest: Array32) -> None:
    """`rest`: 3V m, the face without any expression."""
    blocks, used = face.data.shape_keys.key_blocks, _numbers(face)
    face.data.shape_keys.reference_key.data.foreach_set("co", rest)
    for name, offsets in zip(model.expressions, model.expression, strict=True):
        blocks[name].data.foreach_set("co", rest + to_blender(offsets[used]).ravel().astype(np.float32))


def _numbers(part: Any) -> NDArray[np.int32]:
    """V: which of the model's vertices a part's are."""
    used = np.empty(len(part.data.vertices), dtype=np.int32)
    part.data.attributes["vertex"].data.foreach_get("value", used)
    return used


def is_of(face: Any, model: FaceModel) -> bool:
    """Whether a head was made from a model with these vertices and expressions."""
    blocks = face.data.shape_keys.key_blocks.keys() if face.data.shape_keys else []
    return list(blocks)[1:] == list(model.expressions) and int(_numbers(face).max()) < len(model.mean)


def reshape(face: Any, model: FaceModel, identity: Array) -> None:
    """Make a head, which is_of the model, another person's (I standard deviations)."""
    neutral, centres = model.neutral(identity), model.eye_centres(identity)
    eyes = [child for child in face.children if _EYE in child]
    for part, origin in [(face, np.zeros(3)), *((eye, centres[eye[_EYE]]) for eye in eyes)]:
        rest = to_blender(neutral[_numbers(part)] - origin).astype(np.float32).ravel()
        part.data.vertices.foreach_set("co", rest)
        if part.data.shape_keys is not None:
            _fill_shape_keys(part, model, rest)
        part.data.update()
    for eye in eyes:
        eye.location = to_blender(centres[eye[_EYE]])


def drive_eyes(face: Any, carrier: Any) -> None:
    """Let the eyeballs of a built-in head (other characters have none of ours) follow a carrier's gaze."""
    for child in face.children:
        if _EYE in child:
            side = "LR"[child[_EYE]]
            drivers.drive(child, "rotation_euler", carrier, {f"gaze_{side}_pitch": 1.0}, index=0)
            drivers.drive(child, "rotation_euler", carrier, {f"gaze_{side}_yaw": 1.0}, index=2)


def drive_turn(face: Any) -> None:
    """Let a built-in head turn as the channels it carries say."""
    for index, weights in enumerate(({"head_pitch": 1.0}, {"head_roll": -1.0}, {"head_yaw": 1.0})):
        drivers.drive(face, "rotation_euler", face, weights, index=index)


def add_camera_and_light(scene: Any, head: Head) -> None:
    """An 85 mm camera that frames the head from the front, a soft light beside it and a grey world."""
    corners = np.array([corner[:] for corner in head.face.bound_box])
    middle, height = (corners.min(0) + corners.max(0)) / 2, np.ptp(corners[:, 2])
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.data.lens, camera.data.clip_start = 85.0, 0.01
    camera.location = middle - np.array([0.0, 5.0 * height, 0.0])  # 1.2 heads fill a 16:9 frame at 85 mm
    camera.rotation_euler = (np.pi / 2, 0.0, 0.0)
    light = bpy.data.objects.new("Key light", bpy.data.lights.new("Key light", "AREA"))
    light.data.energy, light.data.size = 20.0, 0.6
    light.location = middle + np.array([-0.6, -0.9, 0.7])
    light.rotation_euler = (0.94, 0.0, -0.59)  # towards the head
    for added in (camera, light):
        scene.collection.objects.link(added)
    scene.camera = camera
    scene.world = bpy.data.worlds.new("World")
    scene.world.color = (0.2, 0.2, 0.2)
