"""The character that the performance drives."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..scene import settings, strings
from .section import Section, draw_step, fields_of


class RigPanel(Section, bpy.types.Panel):
    bl_idname = "EXPRESSION_TRANSFER_PT_rig"
    bl_label = strings.RIG
    bl_order = 5

    def draw(self, context: Any) -> None:
        draw_step(self.layout, context, "rig")
        fields = fields_of(self.layout, context)
        fields.prop(settings.of_scene(context.scene), "rig")


def register() -> None:
    bpy.utils.register_class(RigPanel)


def unregister() -> None:
    bpy.utils.unregister_class(RigPanel)
