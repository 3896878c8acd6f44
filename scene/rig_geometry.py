"""A character as the engine measures it: its surface and what each shape key moves, as they stand in the scene."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Vector
from numpy.typing import NDArray

from ..core.conventions import Array32
from ..core.errors import InputError
from ..core.rigs.scan import Scan
from . import rig_files, strings
from .characters import named_object, of_character, rig_of
from .rig_colours import Palette

_RESHAPING = {"BOOLEAN", "DECIMATE", "REMESH", "WELD"}
"""Modifiers that make other vertices of every shape: left out of the measurement."""
_STILL = 1e-6
"""Of the character's size: what a key moves less isn't kept."""
_SMALL = 0.4
"""Of the face meshes' box: what is larger (glasses, hair, clothes) is no eye, tooth or lash."""


def scan_character(target: Any, scene: Any) -> Scan:
    """The character that an object belongs to, posed as it stands now, with its keys' own values set aside.

    All is measured on copies in a scene of their own, which are removed: the user's data stay as they are. Raises
    InputError where the character has no shape keys, or a modifier makes other vertices of another shape.
    """
    sources = _meshes(target, scene)
    if not any(_blocks(source) for source in sources):
        raise InputError(strings.NO_SHAPE_KEYS.format(name=target.name))
    with _Stage.set(sources, scene.frame_current) as stage:
        parts = [_Part.of(copy, stage) for copy in stage.copies]
        return _assembled(rig_of(target).name, [source.name for source in sources], parts, stage)


def scan_file(path: Path, name: str | None = None) -> Scan:
    """The character of a rig file: of the object of that name, or the only one with shape keys.

    Raises InputError, naming the file, where it can't be read, or has no such character or several.
    """
    rig_files.open_rig(path)
    scene = bpy.context.scene
    try:
        return scan_character(_only(scene) if name is None else named_object(scene, name), scene)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _only(scene: Any) -> Any:
    """A mesh of the only character with shape keys."""
    found = {rig_of(each): each for each in scene.objects if each.type == "MESH" and _blocks(each)}
    if not found:
        raise InputError(strings.NO_SHAPE_KEYS.format(name=scene.name))
    if len(found) > 1:
        several = ", ".join(sorted(rig.name for rig in found))
        raise InputError(f"has several characters ({several}); say which with --object NAME")
    return next(iter(found.values()))


def _meshes(target: Any, scene: Any) -> list[Any]:
    """Visible meshes of the target's character: those with shape keys, and small ones within (eyes, teeth, lashes).

    Glasses, hair and clothes would only hide the face.
    """
    own = [each for each in of_character(scene.objects, target) if each.type == "MESH"]
    own = [each for each in own if each == target or each.visible_get()]
    keyed = [each for each in own if _blocks(each)]
    if not keyed:
        return own
    boxes = np.array([_box(each) for each in keyed])
    low, high = boxes[:, 0].min(axis=0), boxes[:, 1].max(axis=0)
    return [each for each in own if each in keyed or _small_within(_box(each), low, high)]


def _box(candidate: Any) -> Array32:
    """2×3: an object's least and greatest world coordinates."""
    corners = [candidate.matrix_world @ Vector(corner) for corner in candidate.bound_box]
    return np.array([np.min(corners, axis=0), np.max(corners, axis=0)], dtype=np.float32)


def _small_within(box: Array32, low: Array32, high: Array32) -> bool:
    small = np.ptp(box, axis=0).max() < _SMALL * (high - low).max()
    return bool(small and np.all(box[0] >= low) and np.all(box[1] <= high))


def _blocks(candidate: Any) -> list[Any]:
    """An object's shape keys without the one that the others are relative to."""
    shape_keys = candidate.data.shape_keys
    if shape_keys is None or not shape_keys.use_relative:
        return []
    return [block for block in shape_keys.key_blocks if block != shape_keys.reference_key]


@dataclass(frozen=True)
class _Stage:
    """Copies of a character's meshes in a scene of their own, all keys at rest and nothing animating them."""

    scene: Any
    copies: list[Any]

    @classmethod
    @contextmanager
    def set(cls, sources: list[Any], frame: int) -> "Iterator[_Stage]":
        scene = bpy.data.scenes.new("Expression Transfer")
        copies: list[Any] = []
        try:
            scene.frame_current = frame
            for source in sources:
                copies.append(_copy(source))
                scene.collection.objects.link(copies[-1])
            yield cls(scene, copies)
        finally:
            for copy in copies:
                bpy.data.meshes.remove(copy.data)  # and with it the object
            bpy.data.scenes.remove(scene)

    def evaluated(self, copy: Any) -> Any:
        """The object as its modifiers and its armature leave it now."""
        layer = self.scene.view_layers[0]
        layer.update()
        return copy.evaluated_get(layer.depsgraph)

    def positions(self, copy: Any) -> Array32:
        """V×3 in world space."""
        evaluated = self.evaluated(copy)
        mesh = evaluated.to_mesh()
        try:
            return _in_world(_read(mesh.vertices, "co", 3), evaluated.matrix_world)
        finally:
            evaluated.to_mesh_clear()


def _copy(source: Any) -> Any:
    source.update_from_editmode()
    copy = source.copy()
    copy.data = source.data.copy()
    copy.hide_viewport = False
    copy.show_only_shape_key = False
    for modifier in copy.modifiers:
        if modifier.type in _RESHAPING:
            modifier.show_viewport = False
    if copy.data.shape_keys is not None:
        copy.data.shape_keys.animation_data_clear()
    for block in _blocks(copy):
        block.mute, block.slider_min, block.slider_max, block.value = False, 0.0, 1.0, 0.0
    return copy


@dataclass(frozen=True)
class _Part:
    """One mesh of the character at rest: V vertices, F triangles."""

    copy: Any
    vertices: Array32
    triangles: NDArray[np.int32]
    uv: Array32
    """F×3×2."""
    material: NDArray[np.int32]
    """F: slot."""

    @classmethod
    def of(cls, copy: Any, stage: _Stage) -> "_Part":
        evaluated = stage.evaluated(copy)
        mesh = evaluated.to_mesh()
        try:
            mesh.calc_loop_triangles()
            triangles = _read(mesh.loop_triangles, "vertices", 3, np.int32)
            loops = _read(mesh.loop_triangles, "loops", 3, np.int32)
            layer = mesh.uv_layers.active
            uv = _read(layer.data, "uv", 2) if layer else np.zeros((len(mesh.loops), 2), dtype=np.float32)
            flipped = -1 if evaluated.matrix_world.is_negative else 1  # a mirrored object shows its other side
            return cls(
                copy,
                _in_world(_read(mesh.vertices, "co", 3), evaluated.matrix_world),
                triangles[:, ::flipped],
                uv[loops[:, ::flipped]],
                _read(mesh.loop_triangles, "material_index", 1, np.int32)[:, 0],
            )
        finally:
            evaluated.to_mesh_clear()


def _read(collection: Any, name: str, width: int, kind: Any = np.float32) -> NDArray[Any]:
    """N×width of a property of all members."""
    out = np.empty(len(collection) * width, dtype=kind)
    collection.foreach_get(name, out)
    return out.reshape(-1, width)


def _in_world(points: Array32, matrix: Any) -> Array32:
    world = np.array(matrix)
    return np.asarray(points @ world[:3, :3].T + world[:3, 3], dtype=np.float32)


def _assembled(name: str, names: list[str], parts: list[_Part], stage: _Stage) -> Scan:
    """All parts as one surface."""
    starts = np.cumsum([0, *(len(part.vertices) for part in parts)])
    vertices = np.concatenate([part.vertices for part in parts])
    triangles = np.concatenate([part.triangles + start for part, start in zip(parts, starts, strict=False)])
    uv, palette = np.concatenate([part.uv for part in parts]), Palette()
    texture = np.concatenate([palette.of(part.copy, part.material) for part in parts])
    shown = palette.opaque(uv, texture)
    size = float(np.ptp(vertices, axis=0).max())
    found = [each for part, start in zip(parts, starts, strict=False) for each in _moved(part, start, size, stage)]
    moved = [vertex for _, vertex, _ in found]
    mesh = np.repeat(np.arange(len(parts)), [len(part.triangles) for part in parts])
    owner = [index for index, part in enumerate(parts) for _ in _blocks(part.copy)]
    return Scan(
        name=name,
        meshes=tuple(names),
        vertices=vertices,
        triangles=triangles[shown].astype(np.int32),
        mesh=mesh[shown].astype(np.int16),
        uv=uv[shown],
        texture=texture[shown].astype(np.int16),
        textures=palette.textures,
        textured=palette.textured,
        keys=tuple(key for key, _, _ in found),
        key_mesh=np.array(owner, dtype=np.int16),
        first=np.cumsum([0, *(len(vertex) for vertex in moved)]).astype(np.int64),
        moved=np.concatenate(moved).astype(np.int32),
        offset=np.concatenate([offset for _, _, offset in found]).astype(np.float32),
    )


def _moved(part: _Part, start: int, size: float, stage: _Stage) -> Iterator[tuple[str, NDArray[np.intp], Array32]]:
    """Per key of a part its name, the vertices that it moves, counted from `start`, and how far."""
    for block in _blocks(part.copy):
        block.value = 1.0
        there = stage.positions(part.copy)
        block.value = 0.0
        if len(there) != len(part.vertices):
            raise InputError(strings.RESHAPED.format(name=part.copy.name, key=block.name))
        offset = there - part.vertices
        some = np.flatnonzero(np.abs(offset).max(axis=1) > _STILL * size)
        yield block.name, some + start, offset[some]
