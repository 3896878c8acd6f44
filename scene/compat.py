"""What differs between Blender 4.2 and 5.2: the one place."""

from typing import Any

import bpy

RELATIVE_PATH: set[str] = {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5, 0) else set()
"""Options of a path property that may start with '//': from 4.5 it has to say so."""


def new_action(datablock: Any) -> tuple[Any, Any]:
    """A new action assigned to `datablock`, and its F-curve collection (with `.new(data_path, index=)`).

    Actions have slots and layers from 4.4, and no `fcurves` of their own from 5.0.
    """
    action = bpy.data.actions.new(datablock.name)
    datablock.animation_data_create().action = action
    return action, _curves(action, datablock)


def copy_action(datablock: Any) -> tuple[Any, Any]:
    """A copy of the datablock's action assigned to it instead, and its F-curves."""
    animation = datablock.animation_data
    slot = getattr(animation, "action_slot", None)
    identifier = slot.identifier if slot else None  # read now: another action takes the slot away
    animation.action = action = animation.action.copy()
    if identifier is not None:
        animation.action_slot = action.slots[identifier]
    return action, _curves(action, datablock)


def _curves(action: Any, datablock: Any) -> Any:
    """F-curves of an assigned action for its datablock; makes the slot, layer and strip that aren't there."""
    if not hasattr(action, "slots"):
        return action.fcurves
    animation = datablock.animation_data
    if animation.action_slot is None:
        animation.action_slot = action.slots.new(id_type=datablock.id_type, name=datablock.name)
    layer = action.layers[0] if action.layers else action.layers.new("Layer")
    strip = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
    return strip.channelbag(animation.action_slot, ensure=True).fcurves


def add_driver(datablock: Any, path: str, index: int = -1) -> Any:
    """A new scripted driver whose expression is the property's value as it is.

    Blender gives its curve something that passes values on: a modifier before 5.0, keys from then on.
    """
    datablock.driver_remove(path, index)
    curve = datablock.driver_add(path, index)
    for modifier in list(curve.modifiers):
        curve.modifiers.remove(modifier)
    curve.keyframe_points.clear()
    return curve


def principled(material: Any) -> Any:
    """The surface node of a new material; materials have nodes from the start from 5.0."""
    if material.node_tree is None:
        material.use_nodes = True
    return next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")


def import_fbx(path: str) -> None:
    """FBX through Blender's own importer (C++ from 4.5, without an add-on) or the add-on before it."""
    if "fbx_import" in dir(bpy.ops.wm):
        bpy.ops.wm.fbx_import(filepath=path)
    else:
        bpy.ops.import_scene.fbx(filepath=path)
