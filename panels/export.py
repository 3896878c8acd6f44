"""What the work leaves for other programs."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..scene import settings, strings
from .section import Section, draw_step, fields_of


class ExportPanel(Section, bpy.types.Panel):
    bl_idname = "EXPRESSION_TRANSFER_PT_export"
    bl_label = strings.EXPORT
    bl_order = 8

    def draw(self, context: Any) -> None:
        draw_step(self.layout, context, "export")
        fields = fields_of(self.layout, context)
        fields.prop(settings.of_scene(context.scene), "output")


def register() -> None:
    bpy.utils.register_class(ExportPanel)


def unregister() -> None:
    bpy.utils.unregister_class(ExportPanel)
