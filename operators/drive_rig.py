"""The chosen rig's keys and bones: connected to its action units, disconnected, or baked into keyframes."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from typing import Any

import bpy
import numpy as np

from ..scene import bones, driving, editing, rig_drive, strings
from .mapping import OnMap

_UNDO = {"REGISTER", "UNDO"}


def _told(driven: driving.Driven) -> str:
    words = (strings.SHAPE_KEYS, strings.BONES_COUNTED, strings.OBJECTS_COUNTED)
    counts = [strings.counted(count, *each) for count, each in zip(driven, words, strict=True) if count]
    return ", ".join(counts) or strings.NOTHING_DRIVEN


class ConnectRig(OnMap, bpy.types.Operator):
    bl_idname = "expression_transfer.connect_rig"
    bl_label = strings.CONNECT
    bl_description = strings.CONNECT_TIP
    bl_translation_context = strings.CONTEXT
    bl_options = _UNDO

    def act(self, carrier: Any) -> tuple[str, str]:
        connection = rig_drive.connect(bpy.context.scene, carrier)
        said = [strings.CONNECTED.format(name=carrier.name, driven=_told(driving.driven_by(carrier)))]
        said += bones.told_resting(connection.resting)
        for text, rows in ((strings.KEYS_LEFT, connection.left), (strings.KEYS_MISSING, connection.missing)):
            said += [text.format(names=strings.shortened([row.key for row in rows]))] if rows else []
        return "INFO", strings.REPORT.format(message="; ".join(said))


class DisconnectRig(OnMap, bpy.types.Operator):
    bl_idname = "expression_transfer.disconnect_rig"
    bl_label = strings.DISCONNECT
    bl_description = strings.DISCONNECT_TIP
    bl_translation_context = strings.CONTEXT
    bl_options = _UNDO

    def act(self, carrier: Any) -> tuple[str, str]:
        driven = driving.disconnect(carrier)
        driving.unbake(carrier)
        said = strings.DISCONNECTED.format(name=carrier.name, driven=_told(driven))
        return "INFO", strings.REPORT.format(message=said)


class BakeRig(OnMap, bpy.types.Operator):
    bl_idname = "expression_transfer.bake_rig"
    bl_label = strings.BAKE_RIG
    bl_description = strings.BAKE_RIG_TIP
    bl_translation_context = strings.CONTEXT
    bl_options = _UNDO

    first: bpy.props.IntProperty(name=strings.BAKE_FIRST, description=strings.BAKE_FIRST_TIP)
    last: bpy.props.IntProperty(name=strings.BAKE_LAST, description=strings.BAKE_LAST_TIP)

    def invoke(self, context: Any, event: Any) -> set[str]:  # noqa: ARG002  Blender's signature
        self.first, self.last = editing.span_of(context.scene)
        return set(context.window_manager.invoke_props_dialog(self))

    def act(self, carrier: Any) -> tuple[str, str]:
        first, last = self._span()
        driven = driving.bake(carrier, np.arange(first, last + 1.0))
        said = strings.BAKED_RIG.format(driven=_told(driven), first=first, last=last)
        return "INFO", strings.REPORT.format(message=said)

    def _span(self) -> tuple[int, int]:
        """As given; the scene's where nothing was (from a script)."""
        if not (self.properties.is_property_set("first") and self.properties.is_property_set("last")):
            return editing.span_of(bpy.context.scene)
        return min(self.first, self.last), max(self.first, self.last)


class LimitRig(OnMap, bpy.types.Operator):
    bl_idname = "expression_transfer.limit_rig"
    bl_label = strings.LIMIT_RIG
    bl_description = strings.LIMIT_RIG_TIP
    bl_translation_context = strings.CONTEXT
    bl_options = _UNDO

    need = "map"
    limit: bpy.props.FloatProperty(default=1.5, min=0.0, max=10.0, name=strings.HIGH, description=strings.HIGH_TIP)

    def act(self, carrier: Any) -> tuple[str, str]:
        rig_drive.limit(carrier, self.limit)
        return "INFO", ""


class RemoveFromRig(OnMap, bpy.types.Operator):
    bl_idname = "expression_transfer.remove_from_rig"
    bl_label = strings.REMOVE_FROM_RIG
    bl_description = strings.REMOVE_FROM_RIG_TIP
    bl_translation_context = strings.CONTEXT
    bl_options = _UNDO

    def invoke(self, context: Any, event: Any) -> set[str]:
        return set(context.window_manager.invoke_confirm(self, event))

    def act(self, carrier: Any) -> tuple[str, str]:
        rig_drive.remove(bpy.context.scene, carrier)
        return "INFO", strings.REPORT.format(message=strings.REMOVED_FROM_RIG.format(name=carrier.name))


_CLASSES = (ConnectRig, DisconnectRig, BakeRig, LimitRig, RemoveFromRig)


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
