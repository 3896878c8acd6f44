"""The footage with the performance."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..scene import settings, strings
from .section import Section, draw_footage, draw_step, fields_of


class SourcePanel(Section, bpy.types.Panel):
    bl_idname = "EXPRESSION_TRANSFER_PT_source"
    bl_label = strings.SOURCE
    bl_order = 1

    def draw(self, context: Any) -> None:
        chosen = settings.of_scene(context.scene)
        draw_step(self.layout, context, "source")
        fields = fields_of(self.layout, context)
        draw_footage(fields, chosen, "source")


def register() -> None:
    bpy.utils.register_class(SourcePanel)


def unregister() -> None:
    bpy.utils.unregister_class(SourcePanel)
