"""The bones of a rig that turn head, eyes and jaw: found by name, their axes from how the rig lies, then each is tried.

Trying: the bone is posed as a known turn asks, and the character's vertices show whether they followed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from ..core.conventions import Array
from ..core.rigs import bone_names, names
from ..core.rigs.bones import EYE_DISTANCE, JAW_THRUST, face_axes, nearest_axis
from ..core.rigs.mapping import RigMap, Row
from . import bones, characters, strings

_UPRIGHT = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""The face's axes (columns left, up, forward) as Blender has a head."""
EYES = ("EYE_L", "EYE_R")

_TRIED = 0.2
"""rad."""
_LEANING = np.radians(30)
"""How far from a rig's axis the way from the body to the head may be and still mean that axis …"""
_UNEVEN = np.radians(2)
"""… and the way from eye to eye."""
_FOLLOWS = 0.02
"""Of the farthest moved vertex's way: who moves less doesn't follow."""
_WHOLE = 0.9
"""Share of a mesh's vertices that has to turn with an eye for it to be an eyeball."""
_SWAYS = 0.1
"""Of an eyeball's radius: what a look's shape key has to move its vertices to turn the ball."""
_LEAST = 0.1
"""Of the turn that was asked: below it the vertices don't follow."""
_EXACT = 0.02
"""Eyeballs that turn so nearly as asked do it exactly."""
_TRACKING = {"DAMPED_TRACK", "TRACK_TO", "LOCKED_TRACK"}


@dataclass(frozen=True)
class _Rig:
    """A character whose bones are looked for."""

    carrier: Any
    axes: Array
    """The face's (3×3, columns left, up, forward) in the armature's."""
    meshes: list[Any]
    points: list[Array]
    """Per mesh N×3 vertices in the world, nothing turned."""
    map: RigMap
    """What its shape keys do."""


@dataclass(frozen=True)
class Trial:
    """What a bone's turn did to the character."""

    gain: float
    """How far its vertices turned, of what was asked."""
    whole: tuple[str, ...]
    """Names of meshes that moved from end to end."""
    firm: tuple[NDArray[np.bool_], ...]
    """Per mesh, which vertices moved at least half as far as any."""


def find(carrier: Any, rig_map: RigMap | None = None) -> list[str]:
    """Fill the carrier's rows with what is found on its armature; lines that say what was found and what differs.

    Rows that are there are replaced; connected ones are disconnected. `rig_map`: what the shape keys do, by default
    as their names say.
    """
    bones.release(carrier)
    bones.restore(carrier)
    bones.rows(carrier).clear()
    if carrier.type != "ARMATURE":
        return [strings.NO_ARMATURE.format(name=carrier.name)]
    pose = carrier.pose.bones
    found = bone_names.match(pose.keys())
    if not found:
        return [strings.NO_BONES.format(name=carrier.name)]
    own = characters.of_character(bpy.context.scene.objects, carrier)
    meshes = [each for each in own if each.type == "MESH" and each.visible_get()]
    shown, carrier.data.pose_position = carrier.data.pose_position, "POSE"
    rig_map = map_by_names(meshes) if rig_map is None else rig_map
    rig = _Rig(carrier, _axes(carrier, found), meshes, _points(meshes), rig_map)
    notes = [_add_best(rig, role, candidates) for role, candidates in found.items()]
    carrier.data.pose_position = shown
    _set_thrust(carrier)
    return [strings.BONES_AFTER.format(family=bone_names.family_of(pose.keys())), *notes]


def add(carrier: Any, target: Any, bone: str | None, role: bone_names.Role) -> Any:
    """A row for a bone of an armature, or for an object (`bone` None), that turns with the carrier's face.

    The face looks where the carrier's bones say, else along the carrier's −Y with Z up.
    """
    axes = _UPRIGHT if carrier.type != "ARMATURE" else _axes(carrier, bone_names.match(carrier.pose.bones.keys()))
    own = target.matrix_world if bone else target.matrix_world @ target.matrix_basis.inverted_safe()
    turn = own.to_3x3().normalized().transposed() @ carrier.matrix_world.to_3x3().normalized()
    row = _add(carrier, role, (bone or "", None), np.array(turn) @ axes)
    row.object, row.strength = target, 1.0
    _set_thrust(carrier)
    return row


def _axes(carrier: Any, found: dict[bone_names.Role, tuple[str, ...]]) -> Array:
    """The face's axes in the armature's, by where bones lie that are named left and right, and above and below."""
    heads = {bone.name: np.array(bone.head_local) for bone in carrier.data.bones}
    up = _up(carrier.data.bones, found)
    sides = bone_names.pairs(heads)
    if "EYE_L" in found and "EYE_R" in found:
        sides = [(found["EYE_L"][0], found["EYE_R"][0])]
    left = np.sum([heads[left] - heads[right] for left, right in sides], axis=0) if sides else np.zeros(3)
    if np.linalg.norm(np.cross(left, up)) == 0:
        left = np.cross(up, [0.0, 0.0, 1.0] if abs(up[1]) > abs(up[2]) else [0.0, -1.0, 0.0])
    return face_axes(nearest_axis(left, _UNEVEN), up)


def _up(armature: Any, found: dict[bone_names.Role, tuple[str, ...]]) -> Array:
    """From the root of the body to the head; along the head's own bone where that is the root."""
    top = found.get("HEAD") or found.get("NECK")
    if top is None:
        return np.array([0.0, 0.0, 1.0])
    bone = armature[top[0]]
    root = bone.parent_recursive[-1] if bone.parent else bone
    way = np.array(bone.head_local - root.head_local)
    return nearest_axis(way if np.linalg.norm(way) > 0 else np.array(bone.tail_local - bone.head_local), _LEANING)


def _add_best(rig: _Rig, role: bone_names.Role, candidates: tuple[str, ...]) -> str:
    """Add the role's row, of the first bone that the character's vertices follow; a line that says which."""
    for name in candidates:
        for place in _places(rig.carrier.pose.bones, name) if role in EYES else [(name, None)]:
            row = _add(rig.carrier, role, place, rig.axes)
            trial = _try(row, rig) if rig.meshes else None
            if trial is None or trial.gain > _LEAST:
                said = _settle(row, trial, rig) or strings.BONE_FOUND
                return said.format(role=bones.role_name(row), bone=row.bone)
            bones.rows(rig.carrier).remove(len(bones.rows(rig.carrier)) - 1)
    row = _add(rig.carrier, role, (candidates[0], None), rig.axes)
    row.strength = 0.0
    return strings.BONE_MOVES_NOTHING.format(role=bones.role_name(row), bone=row.bone)


def _settle(row: Any, trial: Trial | None, rig: _Rig) -> str | None:
    """Set what trying told of an eye: its balls, and how far they really turn. What is left alone as it is kept busy
    otherwise gets no strength: a text that says so.
    """
    said = None
    if row.role == "NECK":
        said = strings.NECK_FOUND
    elif row.role == "HEAD":
        said = strings.BONE_KEYED if bones.is_keyed(row) else None
    elif row.role == "JAW":
        said = strings.JAW_BY_KEY if _following(rig.map, ("AU26",)) else None
    elif trial is not None:
        row.eyeballs = "\n".join(trial.whole)
        row.strength = 1 / trial.gain if trial.whole and abs(trial.gain - 1) > _EXACT else 1.0
        said = strings.EYE_BY_KEY if _is_turned_by_keys(trial, rig) else None
    row.strength = 0.0 if said else row.strength
    return said


def _places(pose: Any, name: str) -> Iterator[tuple[str, str | None]]:
    """What to move for an eye: the target that it looks at, of whom; else the bone itself, of nobody."""
    for looking in pose:
        for target in (each.subtarget for each in looking.constraints if each.type in _TRACKING and not each.mute):
            if target in pose and name in (target, looking.name):
                yield target, looking.name
    yield name, None


def _add(carrier: Any, role: bone_names.Role, place: tuple[str, str | None], axes: Array) -> Any:
    row = bones.rows(carrier).add()
    row.role, row.object, row.bone = role, carrier, place[0]
    row.up, row.forward = axes[:, 1], axes[:, 2]
    row.strength = 0.0 if role == "NECK" else 1.0
    if place[1] is not None:
        heads = carrier.data.bones
        row.aimed, row.arm = True, heads[place[0]].head_local - heads[place[1]].head_local
    return row


def _try(row: Any, rig: _Rig) -> Trial:
    """Turn the bone, the jaw downwards and all else to the left, and see."""
    angles = np.array([0.0, _TRIED, 0.0]) if row.role == "JAW" else np.array([_TRIED, 0.0, 0.0])
    bones.pose(row, angles)
    after = _points(rig.meshes)
    bones.restore_row(row)
    axis = np.array(row.object.matrix_world.to_3x3().normalized()) @ rig.axes[:, 0 if row.role == "JAW" else 1]
    return _compare(rig, after, axis)


def _points(meshes: list[Any]) -> list[Array]:
    """Per mesh N×3 vertices in the world as they are now."""
    bpy.context.view_layer.update()
    graph, points = bpy.context.evaluated_depsgraph_get(), []
    for mesh in meshes:
        seen = mesh.evaluated_get(graph)
        flat = np.empty(3 * len(seen.data.vertices), dtype=np.float32)
        seen.data.vertices.foreach_get("co", flat)
        world = np.array(seen.matrix_world)
        points.append(flat.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3])
    return points


def _compare(rig: _Rig, after: list[Array], axis: Array) -> Trial:
    """A mesh whose modifiers make another number of vertices now counts as still."""
    ways = [
        np.linalg.norm(new - old, axis=1) if len(new) == len(old) else np.zeros(len(old))
        for old, new in zip(rig.points, after, strict=True)
    ]
    farthest = max((float(way.max()) for way in ways if way.size), default=0.0)
    if farthest == 0:
        return Trial(0.0, (), ())
    follow = [np.flatnonzero(way > _FOLLOWS * farthest) for way in ways]
    whole = [index for index, way in enumerate(ways) if len(follow[index]) > _WHOLE * len(way)]
    seen = [index for index in whole or range(len(ways)) if follow[index].size]
    old, new = (np.concatenate([points[index][follow[index]] for index in seen]) for points in (rig.points, after))
    firm = tuple(way > farthest / 2 for way in ways)
    return Trial(float(_turn(old, new) @ axis) / _TRIED, tuple(rig.meshes[index].name for index in whole), firm)


def _turn(old: Array, new: Array) -> Array:
    """The rotation vector (3 rad, of small turns) that takes points (N×3) nearest to others (Kabsch)."""
    left, _, right = np.linalg.svd((old - old.mean(0)).T @ (new - new.mean(0)))
    turn = right.T @ np.diag([1.0, 1.0, np.linalg.det(right.T @ left.T)]) @ left.T
    skew = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]]) / 2
    sine = float(np.linalg.norm(skew))
    return np.asarray(skew * (np.arctan2(sine, (np.trace(turn) - 1) / 2) / sine if sine else 1.0))


def _set_thrust(carrier: Any) -> None:
    """How far the jaw comes forward: as on a real face, by how far apart the eyes are here, in the armature's units."""
    eyes = [row for row in bones.rows(carrier) if row.role in EYES and row.object == carrier and row.bone]
    heads = [carrier.data.bones[row.bone].head_local for row in eyes]
    size = carrier.matrix_world.median_scale
    scale = (heads[0] - heads[1]).length / EYE_DISTANCE if len(heads) == 2 else 1 / size if size else 1.0
    for row in bones.rows(carrier):
        row.thrust = JAW_THRUST * scale if row.role == "JAW" else 0.0


def _following(rig_map: RigMap, channels: Iterable[str]) -> dict[str, list[str]]:
    """Mesh → its keys that follow one of the channels."""
    wanted = set(channels)
    found: dict[str, list[str]] = {}
    for row in rig_map.rows:
        if wanted & row.weights.keys():
            found.setdefault(row.mesh, []).append(row.key)
    return found


def map_by_names(meshes: Iterable[Any]) -> RigMap:
    """What the meshes' keys follow by their names."""
    named = ((mesh.name, names.named(_shapes(mesh).keys())) for mesh in meshes if _shapes(mesh) is not None)
    return RigMap(tuple(Row(mesh, key, weights) for mesh, keys in named for key, weights in keys.items()))


def _shapes(mesh: Any) -> Any:
    return mesh.data.shape_keys.key_blocks if mesh.data.shape_keys else None


def _is_turned_by_keys(trial: Trial, rig: _Rig) -> bool:
    """Whether shape keys turn the eye, too, where it is one piece with the face and can't be left out."""
    looks = {mesh: keys for mesh, keys in _following(rig.map, bones.LOOKS).items() if mesh not in trial.whole}
    return any(
        _sways(_shapes(mesh), key, firm)
        for mesh, firm in zip(rig.meshes, trial.firm, strict=True)
        for key in looks.get(mesh.name, ())
    )


def _sways(shapes: Any, key: str, chosen: NDArray[np.bool_]) -> bool:
    """Whether a key moves these vertices as if they turned; False where modifiers make others of the mesh's own."""
    rest, moved = (_positions(shapes[name]) for name in (shapes[key].relative_key.name, key))
    if len(rest) != len(chosen) or not chosen.any():
        return False
    radius = np.linalg.norm(rest[chosen] - rest[chosen].mean(axis=0), axis=1).mean()
    return bool(np.linalg.norm(moved[chosen] - rest[chosen], axis=1).mean() > _SWAYS * radius)


def _positions(block: Any) -> Array:
    flat = np.empty(3 * len(block.data), dtype=np.float32)
    block.data.foreach_get("co", flat)
    return flat.reshape(-1, 3).astype(np.float64)
