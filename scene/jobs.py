"""What a transfer does to a rig: the take on its carrier, shape keys and eyes connected."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..core.conventions import Array
from ..core.errors import InputError
from ..core.face.model import FaceModel
from ..core.facs.channels import GAZE, HEAD, POSITION
from ..core.facs.performance import Performance
from ..core.facs.tables import GAZE_SHAPES, UNITS, UPPER_UNITS
from ..core.facs.transfer import Region
from ..core.rigs import bone_names
from ..core.rigs.mapping import RigMap, Row
from . import bone_finding, bones, driving, head, keys, layers, passages, rig_files, strings, units
from .characters import of_character

_NEARLY = 1e-3
"""Nobody sees a key held back by less, or a take longer by less of a frame."""


@dataclass(frozen=True)
class Character:
    """A rig that can be driven."""

    carrier: Any
    map: RigMap
    objects: tuple[Any, ...]
    left: dict[str, tuple[str, ...]]
    """Mesh → keys that mean an expression and have a driver of the artist's."""


def find_character(objects: Any, target: Any = None) -> Character:
    """The character that `target` is any object of, or the only one among `objects`, with its keys mapped by names.

    Raises InputError, in words without the file's name, where there is none or more than one.
    """
    faces = keys.find_face(objects, target)
    carrier = units.carrier_of(max(faces, key=lambda face: len(face.rows)).object)
    left = {face.object.name: face.driven for face in faces if face.driven}
    return Character(carrier, keys.map_of(faces), tuple(face.object for face in faces), left)


def mapped_character(objects: Any, target: Any, wanted: RigMap) -> Character:
    """The character that `target` is any object of, or all the objects, with its keys mapped as wanted.

    Raises InputError, without the file's name, where the map has none of its keys.
    """
    own = list(objects) if target is None else of_character(objects, target)
    shaped = {each.name: each for each in own if each.type == "MESH" and each.data.shape_keys}
    found, _ = wanted.on({name: each.data.shape_keys.key_blocks.keys() for name, each in shaped.items()})
    if not found.rows:
        raise InputError("has none of the map's shape keys; map it anew: expression-transfer map")
    meshes = Counter(row.mesh for row in found.rows)
    carrier = units.carrier_of(shaped[meshes.most_common(1)[0][0]])
    return Character(carrier, found, tuple(shaped[mesh] for mesh in meshes), {})


def drive(
    performance: Performance,
    character: Character,
    scene: Any,
    *,
    strength: float = 1.0,
    region: Region = "all",
    start: float | None = None,
) -> dict[str, Any]:
    """Put a region of a performance on a character as a take, and connect what follows it.

    What lies outside the region keeps its curves. The report names the keys on each mesh, those that their
    limit holds back, the units of the region that the rig can't do, and a take that the scene doesn't play whole.
    Raises InputError where no key belongs to the region.
    """
    acted, frames = scaled(performance, strength), keys.scene_frames(performance.times, scene, start)
    allowed = allowing(character, acted).map.rows
    rows = tuple(row for row in allowed if any(in_region(channel, region) for channel in row.weights))
    if not rows:
        raise InputError(f"none of the character's shape keys belongs to the {region} face; choose another region")
    name = take_name(performance, region)
    layers.put_solve(character.carrier, acted, frames, name, channels=channels_in(region))
    passages.mark(scene, performance, frames, name)
    by_bones = connect_bones(character, region)
    connection = driving.connect(character.carrier, RigMap(rows), character.objects)
    if region != "lower":
        for each in character.objects:
            head.drive_eyes(each, character.carrier)
    meshes: dict[str, dict[str, dict[str, float]]] = {}
    limited: dict[str, list[str]] = {}
    left = {mesh: list(driven) for mesh, driven in character.left.items()}
    for row in connection.connected:
        meshes.setdefault(row.mesh, {})[row.key] = row.weights
        if _peak(row, acted) > row.high + _NEARLY:
            limited.setdefault(row.mesh, []).append(row.key)
    for row in connection.left:
        left.setdefault(row.mesh, []).append(row.key)
    return {
        "carrier": character.carrier.name,
        "take": name,
        "meshes": meshes,
        "bones": [*by_bones, *bones.told_resting(connection.resting)],
        "left_to_drivers": left,
        "limited": limited,
        "missing": [unit for unit in character.map.lacking() if in_region(unit, region)],
        "frames": [float(frames[0]), float(frames[-1])],
        "outside": _outside(frames, scene),
        "fps": scene.render.fps / scene.render.fps_base,
    }


def _outside(frames: Array, scene: Any) -> str:
    """What an artist has to know of a take that the scene's range leaves out, or cuts; '' where it plays whole."""
    first, last = int(np.floor(frames[0] + _NEARLY)), int(np.ceil(frames[-1] - _NEARLY))
    start, end = scene.frame_start, scene.frame_end
    if start <= first and last <= end:
        return ""
    text = strings.PLAYS_PARTLY if first <= end and last >= start else strings.PLAYS_OUTSIDE
    return text.format(first=first, last=last, start=start, end=end)


def connect_bones(character: Character, region: Region = "all") -> list[str]:
    """Let the character's bones of a region follow its carrier; they are looked for where nobody did yet. Lines that
    say which. Without the extension registered, none.
    """
    carrier = character.carrier
    if not bones.is_registered():
        return []
    known = bones.rows(carrier) or carrier.type != "ARMATURE"
    said = [] if known else bone_finding.find(carrier, character.map)
    roles = {"all": bone_names.ROLES, "upper": bone_finding.EYES, "lower": ("JAW",)}[region]
    return [*said, *bones.told(bones.connect(carrier, roles))]


def take_name(performance: Performance, region: Region = "all") -> str:
    """Takes of the same footage and region replace each other."""
    return f"Expression {performance.source}" + ("" if region == "all" else f" {region}")


def scaled(performance: Performance, strength: float) -> Performance:
    return replace(
        performance,
        units=strength * performance.units,
        gaze=strength * performance.gaze,
        head=strength * performance.head,
        position=strength * performance.position,
    )


def in_region(channel: str, region: Region) -> bool:
    """Whether a region of the face holds a channel; the head's turn and place belong to the whole alone."""
    if region == "all" or channel in (*HEAD, *POSITION):
        return region == "all"
    return (channel in UPPER_UNITS or channel in (*GAZE, *GAZE_SHAPES)) == (region == "upper")


def channels_in(region: Region) -> list[str]:
    return [channel for channel in units.CHANNELS if in_region(channel, region)]


def allowing(character: Character, acted: Performance) -> Character:
    """The character with rows by names, whose limits nobody chose, that let curves beyond 1 pass."""
    return replace(
        character, map=replace(character.map, rows=tuple(_allowing(row, acted) for row in character.map.rows))
    )


def _allowing(row: Row, acted: Performance) -> Row:
    return replace(row, high=max(row.high, _peak(row, acted))) if row.source == "name" else row


def _peak(row: Row, acted: Performance) -> float:
    """The most that the units ask of a key."""
    acts = [weight * acted.units[:, UNITS.index(name)] for name, weight in row.weights.items() if name in UNITS]
    return row.gain * float(np.sum(acts, axis=0).max()) if acts else 0.0


def save_head_blend(performance: Performance, model: FaceModel, out: Path, identity: Array | None = None) -> None:
    """Save a new scene with the model's head acting the performance, a camera before it and a light.

    `identity`: I standard deviations, by default the mean head.
    """
    rig_files.new_scene()
    scene = bpy.context.scene
    set_timing(scene, performance.fps, performance.times)
    parts = head.add_head(model, np.zeros(len(model.identity)) if identity is None else identity, "Head")
    act(parts, performance, scene)
    head.add_camera_and_light(scene, parts)
    rig_files.save_blend(out)


def act(parts: head.Head, performance: Performance, scene: Any) -> None:
    """Let a model's head act a performance: expressions, eyes, and its turn."""
    drive(performance, find_character([parts.face]), scene)
    head.drive_turn(parts.face)


def set_timing(scene: Any, fps: float, times: Array, start: int = 1) -> None:
    """Give a scene the footage's frame rate (exactly, for 30000/1001 and its like) and length.

    Second 0 of the clip is frame `start`: 1, where Blender also puts a movie clip.
    """
    set_rate(scene, fps)
    scene.frame_start = start
    scene.frame_end = int(np.ceil(keys.scene_frames(times[-1:], scene, start)[0]))


def set_rate(scene: Any, fps: float) -> None:
    """Let a scene run at a frame rate, exactly."""
    scene.render.fps = max(1, round(fps))
    scene.render.fps_base = scene.render.fps / fps
