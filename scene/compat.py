"""What differs between Blender 4.2 and 5.2: the one place."""

from typing import Any

import bpy

RELATIVE_PATH: set[str] = {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5, 0) else set()
"""Options of a path property that may start with '//': from 4.5 it has to say so."""


def curves_of(action: Any, datablock: Any) -> Any:
    """An action's F-curves for a datablock (a collection with `.new(data_path, index=)`), empty where it has none.

    Actions have slots and layers from 4.4, and no `fcurves` of their own from 5.0; what isn't there is made.
    """
    if not hasattr(action, "slots"):
        return action.fcurves
    return _curves_of_slot(action, _slot(action, datablock))


def new_action(name: str, kind: str, slot: str) -> tuple[Any, Any]:
    """A new action for datablocks of a kind ('OBJECT', 'KEY'), and its F-curves; `slot`: its slot's name, which a
    datablock of that name takes by itself.
    """
    action = bpy.data.actions.new(name)
    if not hasattr(action, "slots"):
        action.id_root = kind
        return action, action.fcurves
    return action, _curves_of_slot(action, action.slots.new(id_type=kind, name=slot))


def _curves_of_slot(action: Any, slot: Any) -> Any:
    layer = action.layers[0] if action.layers else action.layers.new("Layer")
    strip = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
    return strip.channelbag(slot, ensure=True).fcurves


def _slot(action: Any, datablock: Any) -> Any:
    """Its own where it is assigned to it, else the first for its kind."""
    animation = datablock.animation_data
    if animation and animation.action == action and animation.action_slot:
        return animation.action_slot
    fitting = [slot for slot in action.slots if slot.target_id_type in (datablock.id_type, "UNSPECIFIED")]
    return fitting[0] if fitting else action.slots.new(id_type=datablock.id_type, name=datablock.name)


def curves_in(holder: Any, action: Any) -> Any:
    """The F-curves that an action has for what holds it (an NLA strip, or animation data); nothing is made."""
    if not hasattr(action, "slots"):
        return action.fcurves
    slot = holder.action_slot
    bags = [strip.channelbag(slot) for layer in action.layers for strip in layer.strips] if slot else []
    return next((bag.fcurves for bag in bags if bag), ())


def assign_action(datablock: Any, action: Any) -> None:
    """Make an action the datablock's active one."""
    _pose(datablock)
    animation = datablock.animation_data_create()
    animation.action = action
    if hasattr(action, "slots"):
        animation.action_slot = _slot(action, datablock)


def set_strip_action(strip: Any, action: Any, datablock: Any) -> None:
    """Let an NLA strip of a datablock play another action."""
    _pose(datablock)
    strip.action = action
    if hasattr(action, "slots"):
        strip.action_slot = _slot(action, datablock)


def _pose(datablock: Any) -> None:
    """From 4.5 Blender crashes where it changes the action of an armature that was never evaluated."""
    if datablock.id_type == "OBJECT" and datablock.type == "ARMATURE" and datablock.pose is None:
        bpy.context.view_layer.update()


def copy_action(datablock: Any) -> Any:
    """A copy of the datablock's action assigned to it instead."""
    animation = datablock.animation_data
    slot = getattr(animation, "action_slot", None)
    identifier = slot.identifier if slot else None  # read now: another action takes the slot away
    animation.action = action = animation.action.copy()
    if identifier is not None:
        animation.action_slot = action.slots[identifier]
    return action


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


def compositor_tree(scene: Any) -> Any:
    """The scene's compositing nodes, made where it has none: its own tree before 5.0, a node group from then on."""
    if not hasattr(scene, "compositing_node_group"):
        new = scene.node_tree is None
        scene.use_nodes = True
        if new:
            scene.node_tree.nodes.clear()  # Blender would render the scene's objects too
        return scene.node_tree
    if scene.compositing_node_group is None:
        scene.compositing_node_group = bpy.data.node_groups.new(scene.name, "CompositorNodeTree")
    return scene.compositing_node_group


def composite_socket(tree: Any) -> Any:
    """Where the picture goes that a scene's compositing gives; made where it is missing."""
    kind = "NodeGroupOutput" if bpy.app.version >= (5, 0, 0) else "CompositorNodeComposite"
    if kind == "NodeGroupOutput" and not any(each.in_out == "OUTPUT" for each in tree.interface.items_tree):
        tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
    node = next((node for node in tree.nodes if node.bl_idname == kind), None) or tree.nodes.new(kind)
    return node.inputs["Image"]


def compositor_math(tree: Any, operation: str) -> Any:
    """A node that calculates with two numbers: shading's own from 5.0."""
    node = tree.nodes.new("ShaderNodeMath" if bpy.app.version >= (5, 0, 0) else "CompositorNodeMath")
    node.operation = operation
    return node


def compositor_mix(tree: Any, blend: str) -> tuple[Any, dict[str, Any]]:
    """A node that mixes two pictures, and its sockets by role: their names are not unique."""
    if bpy.app.version >= (5, 0, 0):
        node = tree.nodes.new("ShaderNodeMix")
        node.data_type = "RGBA"
        names = {"factor": "Factor_Float", "under": "A_Color", "over": "B_Color", "result": "Result_Color"}
    else:
        node = tree.nodes.new("CompositorNodeMixRGB")
        names = {"factor": "Fac", "under": "Image", "over": "Image_001", "result": "Image"}
    node.blend_type = blend
    sockets = {
        role: _identified(node.outputs if role == "result" else node.inputs, name) for role, name in names.items()
    }
    return node, sockets


def _identified(sockets: Any, identifier: str) -> Any:
    return next(socket for socket in sockets if socket.identifier == identifier)


def set_map_filter(node: Any) -> None:
    """Let a Map UV node look between pixels."""
    if "Interpolation" in node.inputs:
        node.inputs["Interpolation"].default_value = "Bilinear"
    else:
        node.filter_type = "ANISOTROPIC"
