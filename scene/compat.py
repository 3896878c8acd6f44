"""What differs between Blender 4.2 and 5.2: the one place."""

from typing import Any

import bpy

RELATIVE_PATH: set[str] = {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5, 0) else set()
"""Options of a path property that may start with '//': from 4.5 it has to say so."""


def new_action(name: str, datablock: Any) -> tuple[Any, Any]:
    """A new action assigned to `datablock`, and its F-curve collection (with `.new(data_path, index=)`).

    Actions have slots and layers from 4.4, and no `fcurves` of their own from 5.0.
    """
    action = bpy.data.actions.new(name)
    animation = datablock.animation_data_create()
    animation.action = action
    if not hasattr(action, "slots"):
        return action, action.fcurves
    slot = action.slots.new(id_type=datablock.id_type, name=datablock.name)
    strip = action.layers.new("Layer").strips.new(type="KEYFRAME")
    animation.action_slot = slot
    return action, strip.channelbag(slot, ensure=True).fcurves


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
