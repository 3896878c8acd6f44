"""Ticks of several action units at once."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from typing import Any

import bpy

from ..core.facs.channels import CHANNELS, GROUPS
from ..scene import sliders, strings


class TickUnits(bpy.types.Operator):
    bl_idname = "expression_transfer.tick_units"
    bl_label = strings.TICK
    bl_description = strings.TICK_TIP_GROUP
    bl_translation_context = strings.CONTEXT
    bl_options = {"UNDO", "INTERNAL"}  # noqa: RUF012  Blender reads it as a set

    group: bpy.props.StringProperty(options={"HIDDEN", "SKIP_SAVE"})
    """Of core.facs.channels.GROUPS; empty: all."""

    def execute(self, context: Any) -> set[str]:
        channels = GROUPS.get(self.group, CHANNELS)
        on = not set(channels) <= set(sliders.ticked(context.scene))
        sliders.tick(context.scene, channels, on=on)
        return {"FINISHED"}


def register() -> None:
    bpy.utils.register_class(TickUnits)


def unregister() -> None:
    bpy.utils.unregister_class(TickUnits)
