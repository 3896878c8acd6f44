"""Keys of corrections: set, deleted, reduced."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from typing import Any

import bpy

from ..scene import editing, sliders, strings
from .editing import EditOperator


class KeyShown(EditOperator):
    bl_idname = "expression_transfer.key_units"
    bl_label = strings.KEY_SHOWN
    bl_description = strings.KEY_SHOWN_TIP

    def execute(self, context: Any) -> set[str]:
        """The frame stays as it is: setting it would undo what was moved by hand before it is keyed."""
        carrier, scene = sliders.carrier_in(context), context.scene
        channels = sliders.ticked(scene)
        count = editing.key_shown(carrier, channels, scene.frame_current, sliders.of_scene(scene).reach)
        said = strings.KEYS_SET.format(channels=strings.counted(count, *strings.CHANNELS), frame=scene.frame_current)
        self.report({"INFO"}, strings.REPORT.format(message=said))
        return {"FINISHED"}


class DeleteKeys(EditOperator):
    bl_idname = "expression_transfer.delete_unit_keys"
    bl_label = strings.DELETE_KEYS
    bl_description = strings.DELETE_KEYS_TIP

    where: bpy.props.EnumProperty(items=strings.WHERES, default="FRAME", name=strings.WHERE)

    def edit(self, carrier: Any, channels: list[str], span: editing.Span, frame: int) -> str:
        chosen = span if self.where == "RANGE" else (frame, frame)
        count = editing.delete_keys(carrier, channels, chosen)
        return strings.KEYS_DELETED.format(keys=strings.counted(count, *strings.CORRECTION_KEYS))


class ReduceKeys(EditOperator):
    bl_idname = "expression_transfer.reduce_unit_keys"
    bl_label = strings.REDUCE
    bl_description = strings.REDUCE_TIP

    tolerance: bpy.props.FloatProperty(
        default=0.01, min=0.0, soft_max=0.1, precision=3, name=strings.TOLERANCE, description=strings.TOLERANCE_TIP
    )

    def edit(self, carrier: Any, channels: list[str], span: editing.Span, frame: int) -> str:  # noqa: ARG002  the base's
        before, after = editing.reduce(carrier, channels, span, self.tolerance)
        return strings.REDUCED.format(keys=strings.counted(before, *strings.CORRECTION_KEYS), after=after)


_CLASSES = (KeyShown, DeleteKeys, ReduceKeys)


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
