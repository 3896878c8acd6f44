"""A rig's shape keys connected to a carrier's channels: by drivers, or baked into keyframes and back."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

import bpy
import numpy as np

from ..core.conventions import Array
from ..core.errors import InputError
from ..core.rigs.mapping import RigMap, Row
from . import bones, compat, drivers, keys, nla, strings, units

_BAKED = "expression_transfer_baked"
"""Custom property of actions that hold baked curves: their data paths, one a line."""


@dataclass(frozen=True)
class Connection:
    """What became of a map's rows on a rig."""

    connected: tuple[Row, ...]
    left: tuple[Row, ...]
    """Their keys have a driver of the artist's, and keep it."""
    missing: tuple[Row, ...]
    """The rig has no such mesh or key."""
    resting: tuple[Row, ...]
    """Their keys turn eyeballs that bones turn."""


class Driven(NamedTuple):
    """How much of a rig a carrier drives; a bone counts once, however many of its numbers are driven."""

    keys: int
    bones: int
    objects: int


def connect(carrier: Any, rig_map: RigMap, objects: Iterable[Any] | None = None) -> Connection:
    """Let shape keys of `objects` (by default the scene's) follow the carrier as a map's rows say, but for those that
    turn eyeballs which bones turn.

    A row that was connected before is connected anew, others stay; what was baked gives way. Raises InputError as
    units.ensure.
    """
    units.ensure(carrier)
    unbake(carrier)
    found = {each.name: each for each in (bpy.context.scene.objects if objects is None else objects)}
    resting = bones.resting(carrier, rig_map.rows)
    connected, left, missing = [], [], []
    for row in [row for row in rig_map.rows if row not in resting]:
        shape_keys = _shape_keys(found.get(row.mesh), row.key)
        if shape_keys is None:
            missing.append(row)
        elif keys.is_artists(shape_keys, keys.value_path(row.key)):
            left.append(row)
        else:
            _connect(shape_keys, row, carrier)
            connected.append(row)
    return Connection(tuple(connected), tuple(left), tuple(missing), resting)


def _shape_keys(mesh: Any, key: str) -> Any:
    """A mesh's shape keys, where they have this one."""
    shape_keys = getattr(mesh.data, "shape_keys", None) if mesh is not None else None
    return shape_keys if shape_keys is not None and key in shape_keys.key_blocks else None


def _connect(shape_keys: Any, row: Row, carrier: Any) -> None:
    block = shape_keys.key_blocks[row.key]
    block.slider_min, block.slider_max = min(block.slider_min, row.low), max(block.slider_max, row.high)
    weights = {channel: row.gain * weight for channel, weight in row.weights.items()}
    drivers.drive(shape_keys, keys.value_path(row.key), carrier, weights, limits=(row.low, row.high))


def disconnect(carrier: Any) -> Driven:
    """Take the carrier's drivers away; shape keys and bones go back to rest. What was driven."""
    driven = _driven(carrier)
    _release(carrier, driven)
    bones.restore(carrier)
    return _counted(driven)


def driven_by(carrier: Any) -> Driven:
    return _counted(_driven(carrier))


def _counted(driven: list[tuple[Any, str, int]]) -> Driven:
    owners = {(datablock, path.rpartition(".")[0]) for datablock, path, _ in driven}
    keys_driven = sum(datablock.id_type == "KEY" for datablock, _ in owners)
    bones_driven = sum(owner.startswith("pose.bones") for _, owner in owners)
    return Driven(keys_driven, bones_driven, len(owners) - keys_driven - bones_driven)


def _driven(carrier: Any) -> list[tuple[Any, str, int]]:
    return [(datablock, curve.data_path, curve.array_index) for datablock, curve in drivers.find(carrier)]


def _release(carrier: Any, driven: list[tuple[Any, str, int]]) -> None:
    bones.release(carrier)
    for datablock, path, index in driven:
        drivers.release(datablock, path, index)
        _rest(datablock, path, index)


def _rest(datablock: Any, path: str, index: int) -> None:
    """Put a number that is neither driven nor keyed any more to rest; bones have a pose of their own to go back to."""
    if datablock.id_type == "KEY":
        with suppress(ValueError):  # a key that was removed meanwhile
            datablock.path_resolve(path.removesuffix(".value")).value = 0.0
    elif path == "rotation_euler":  # a built-in head's eyeball
        datablock.rotation_euler[index] = 0.0


def is_connected(carrier: Any) -> bool:
    return next(drivers.find(carrier), None) is not None


def bake(carrier: Any, frames: Array) -> Driven:
    """Key what the carrier drives with the values it has at scene frames, and take its drivers away; what was driven.
    The layers stay, for connecting again. Raises InputError where nothing is connected.
    """
    driven = _driven(carrier)
    if not driven:
        raise InputError(strings.NOT_CONNECTED.format(name=carrier.name))
    table = _stepped(driven, frames)
    _release(carrier, driven)
    for datablock in {each for each, _, _ in driven}:
        curves = _curves_to_bake(datablock, carrier, frames, {path for each, path, _ in driven if each == datablock})
        for (each, path, index), values in zip(driven, table.T, strict=True):
            if each == datablock:
                keys.write_curve(curves, path, index, frames, values)
    return _counted(driven)


def _stepped(driven: list[tuple[Any, str, int]], frames: Array) -> Array:
    """T×N values that numbers take as the scene is stepped through frames."""
    scene, table = bpy.context.scene, np.empty((len(frames), len(driven)))
    before = scene.frame_current_final
    for row, frame in enumerate(frames):
        scene.frame_set(int(np.floor(frame)), subframe=float(frame % 1))
        for column, (datablock, path, index) in enumerate(driven):
            value = datablock.path_resolve(path)
            table[row, column] = value if isinstance(value, (int, float)) else value[index]
    scene.frame_set(int(np.floor(before)), subframe=float(before % 1))
    return table


def _curves_to_bake(datablock: Any, carrier: Any, frames: Array, paths: set[str]) -> Any:
    name = strings.BAKED_NAME.format(name=datablock.name)
    if datablock == carrier:
        return _strip_to_bake(carrier, name, frames, paths)
    curves = keys.own_curves(datablock, name)
    datablock.animation_data.action[_BAKED] = "\n".join(paths)
    return curves


def _strip_to_bake(carrier: Any, name: str, frames: Array, paths: set[str]) -> Any:
    """The carrier's own bones go to a strip: its active action is added to what lies beneath."""
    action = bpy.data.actions.new(name)
    action[_BAKED] = "\n".join(paths)
    curves = compat.curves_of(action, carrier)
    track = carrier.animation_data.nla_tracks.new()
    track.name = strings.BAKED_NAME.format(name=carrier.name)
    strip = track.strips.new(name, 1, action)
    strip.use_sync_length = False
    nla.set_range(strip, float(frames[0]), float(frames[-1]))
    return curves


def unbake(carrier: Any) -> None:
    """Take baked keyframes away again, what they moved goes to rest; drivers are back with connect."""
    for datablock in _datablocks(carrier):
        action = datablock.animation_data.action if datablock.animation_data else None
        if action is not None and _BAKED in action:
            _forget(datablock, action)
    animation = carrier.animation_data
    for track in list(animation.nla_tracks) if animation else ():
        actions = [strip.action for strip in track.strips]
        if actions and all(action and _BAKED in action for action in actions):
            animation.nla_tracks.remove(track)
            for action in actions:
                _forget(carrier, action)


def _datablocks(carrier: Any) -> list[Any]:
    """The objects that follow a carrier, and their shape keys."""
    objects = [each for each in bpy.data.objects if units.carrier_of(each) == carrier]
    return objects + [each.data.shape_keys for each in objects if getattr(each.data, "shape_keys", None)]


def _forget(datablock: Any, action: Any) -> None:
    """Remove baked curves from an action, and the action with the last of its curves."""
    curves, baked = compat.curves_of(action, datablock), set(action[_BAKED].split("\n"))
    for curve in [curve for curve in curves if curve.data_path in baked]:
        path, index = curve.data_path, curve.array_index
        curves.remove(curve)
        _rest(datablock, path, index)
    del action[_BAKED]
    if not curves:
        bpy.data.actions.remove(action)
