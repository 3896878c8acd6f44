"""Find the bones of eyes, jaw and head, connect and disconnect them; add and remove rows by hand."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from typing import Any

import bpy

from ..scene import bone_finding, bones, mapping, strings, units
from .mapping import OnMap

_UNDO = {"UNDO"}


class FindBones(OnMap, bpy.types.Operator):
    bl_idname = "expression_transfer.find_bones"
    bl_label = strings.BONES_FIND
    bl_description = strings.BONES_FIND_TIP
    bl_options = _UNDO

    def act(self, carrier: Any) -> tuple[str, str]:
        units.ensure(carrier)
        said = bone_finding.find(carrier, mapping.rig_map(carrier) if mapping.has_map(carrier) else None)
        found = bool(bones.rows(carrier))
        told = bones.told(bones.connect(carrier)) if found else []
        return "INFO" if found else "WARNING", "; ".join([*said, *told])


class ConnectBones(OnMap, bpy.types.Operator):
    bl_idname = "expression_transfer.connect_bones"
    bl_label = strings.BONES_CONNECT
    bl_description = strings.BONES_CONNECT_TIP
    bl_options = _UNDO

    def act(self, carrier: Any) -> tuple[str, str]:
        if not bones.rows(carrier):
            return "ERROR", strings.NO_BONE_ROWS
        connection = bones.connect(carrier)
        names = ", ".join(connection.connected)
        said = strings.BONES_CONNECTED.format(names=names) if names else strings.NO_BONE_ACTS
        return "INFO" if names else "WARNING", "; ".join([said, *bones.told(connection)])


class DisconnectBones(OnMap, bpy.types.Operator):
    bl_idname = "expression_transfer.disconnect_bones"
    bl_label = strings.BONES_RELEASE
    bl_description = strings.BONES_RELEASE_TIP
    bl_options = _UNDO

    def act(self, carrier: Any) -> tuple[str, str]:
        bones.release(carrier)
        bones.restore(carrier)
        return "INFO", ""


class AddBone(OnMap, bpy.types.Operator):
    bl_idname = "expression_transfer.add_bone"
    bl_label = strings.BONE_ADD
    bl_description = strings.BONE_ADD_TIP
    bl_options = _UNDO

    role: bpy.props.EnumProperty(items=strings.BONE_ROLES, name=strings.BONE_ROLE, description=strings.BONE_ROLE_TIP)

    @classmethod
    def poll(cls: Any, context: Any) -> bool:
        if context.active_object is None:
            cls.poll_message_set(strings.NO_BONE_CHOSEN)
            return False
        return bool(super().poll(context))

    def act(self, carrier: Any) -> tuple[str, str]:
        chosen, target = bpy.context.active_pose_bone, bpy.context.active_object
        units.ensure(carrier)
        if chosen is None and target.type == "ARMATURE":
            return "ERROR", strings.NO_BONE_CHOSEN
        row = bone_finding.add(carrier, target, chosen.name if chosen else None, self.role)
        bones.connect_row(carrier, row)
        return "INFO", strings.BONE_FOUND.format(role=bones.role_name(row), bone=bones.name_of(row))


class RemoveBone(OnMap, bpy.types.Operator):
    bl_idname = "expression_transfer.remove_bone"
    bl_label = strings.BONE_REMOVE
    bl_description = strings.BONE_REMOVE_TIP
    bl_options = _UNDO

    index: bpy.props.IntProperty(min=0, options={"HIDDEN"})

    def act(self, carrier: Any) -> tuple[str, str]:
        bones.remove(carrier, self.index)
        return "INFO", ""


_CLASSES = (FindBones, ConnectBones, DisconnectBones, AddBone, RemoveBone)


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
