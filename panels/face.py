"""With which face it is solved."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..scene import settings, strings
from .section import Section, draw_known, draw_step, fields_of


class FacePanel(Section, bpy.types.Panel):
    bl_idname = "EXPRESSION_TRANSFER_PT_face"
    bl_label = strings.FACE
    bl_order = 2

    def draw(self, context: Any) -> None:
        chosen = settings.of_scene(context.scene)
        draw_step(self.layout, context, "face")
        fields = fields_of(self.layout, context)
        fields.prop_search(chosen, "model", settings.models(context), "known", icon="USER")
        draw_known(fields, chosen.source_reading)


def register() -> None:
    bpy.utils.register_class(FacePanel)


def unregister() -> None:
    bpy.utils.unregister_class(FacePanel)
