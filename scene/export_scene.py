"""A fitted head's scene, put into Blender's own so that Blender can write it."""

from typing import Any

import bpy
import numpy as np

from ..core.conventions import Array
from ..core.export.head_scene import HeadScene, Part
from ..core.provenance import properties
from . import camera, jobs, keys, materials
from .head import TURN_ORDER, to_blender

SENSOR_WIDTH = 36.0
"""mm; only scales the focal length in mm."""


def build(scene: HeadScene) -> None:
    """Add the scene to Blender's, whose frames become the source's, by their numbers."""
    target, frames = bpy.context.scene, scene.frames.astype(np.float64)
    jobs.set_rate(target, scene.fps)
    target.frame_start, target.frame_end = (int(frame) for frame in scene.span)
    camera.take_size(target.render, scene.camera)
    head = _added("head", None)
    for name, text in (properties() if scene.altered else {}).items():
        head[name] = text
    keys.key_object(head, camera.motion(head, upright(scene.place)), frames, scene.name)
    surfaces = _surfaces(scene)
    for part in scene.parts:
        _add_part(part, scene, head, surfaces, frames)
    _add_camera(scene, frames)


def upright(placed: Array) -> Array:
    """T×4×4 with Z up of what moves (T×4×4) with Y up."""
    axes = np.eye(4)
    axes[:3, :3] = camera.UPRIGHT
    return np.asarray(axes @ placed @ axes.T)


def _added(name: str, data: Any) -> Any:
    made = bpy.data.objects.new(name, data)
    made.rotation_mode = TURN_ORDER
    bpy.context.scene.collection.objects.link(made)
    return made


def _surfaces(scene: HeadScene) -> list[Any]:
    plain = [materials.plain(part) for part in scene.materials]
    if not scene.texture:
        return plain
    picture = bpy.data.images.load(scene.texture)
    return [materials.textured(each, picture) for each in plain]


def _add_part(part: Part, scene: HeadScene, head: Any, surfaces: list[Any], frames: Array) -> None:
    added = _added(part.name, _mesh(part, scene, surfaces))
    added.parent, added.location = head, to_blender(part.origin)
    if len(part.offsets):
        _add_shape_keys(added, part, scene, frames)
    if part is not scene.face:
        turned = np.tile(np.eye(4), (len(frames), 1, 1))
        turned[:, :3, :3] = part.turn
        turns = camera.angles(upright(turned), TURN_ORDER)
        keys.key_object(added, {"rotation_euler": turns}, frames, scene.name)


def _mesh(part: Part, scene: HeadScene, surfaces: list[Any]) -> Any:
    mesh = bpy.data.meshes.new(part.name)
    mesh.from_pydata(to_blender(part.points), [], part.triangles.tolist())
    coordinates = scene.uv[part.uv_triangles].astype(np.float32)
    mesh.uv_layers.new(name="UVMap").data.foreach_set("uv", coordinates.ravel())
    used, slots = np.unique(part.material, return_inverse=True)
    for index in used:
        mesh.materials.append(surfaces[index])
    mesh.polygons.foreach_set("material_index", slots.astype(np.int32))
    mesh.polygons.foreach_set("use_smooth", np.ones(len(part.triangles), dtype=bool))
    mesh.update()
    return mesh


def _add_shape_keys(added: Any, part: Part, scene: HeadScene, frames: Array) -> None:
    added.shape_key_add(name="Basis", from_mix=False)
    for name, offsets in zip(scene.shapes, part.offsets, strict=True):
        block = added.shape_key_add(name=name, from_mix=False)
        block.data.foreach_set("co", to_blender(part.points + offsets).astype(np.float32).ravel())
    values = zip(scene.shapes, scene.weights.T, strict=True)
    curves = {keys.value_path(name): column for name, column in values}
    keys.key_object(added.data.shape_keys, curves, frames, scene.name)


def _add_camera(scene: HeadScene, frames: Array) -> None:
    """Where the scene has it, at the origin."""
    target, lens = bpy.context.scene, scene.camera
    seen_by = camera.add_camera("camera", lens, -scene.place[:, 2, 3], target, SENSOR_WIDTH)
    target.collection.objects.link(seen_by)
    camera.stand(seen_by, camera.standing(np.zeros(3), camera.UPRIGHT))
    target.camera = seen_by
    focal = camera.focal_lengths(lens, SENSOR_WIDTH)
    if np.ptp(focal):
        keys.key_object(seen_by.data, {"lens": focal}, frames, scene.name)
