"""With which face it is solved."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..scene import settings, strings, summary
from .section import Section, draw_known, draw_step, fields_of
from .working import draw_lines


class FacePanel(Section, bpy.types.Panel):
    bl_idname = "EXPRESSION_TRANSFER_PT_face"
    bl_label = strings.FACE
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012  Blender reads it as a set
    bl_order = 2

    def draw(self, context: Any) -> None:
        chosen = settings.of_scene(context.scene)
        draw_step(self.layout, context, "face")
        fields = fields_of(self.layout, context)
        fields.prop_search(chosen, "model", settings.models(context), "known", icon="USER")
        draw_known(fields, chosen.source_reading)
        if (told := summary.of_source(context.scene)).name:
            _draw_found(self.layout.column(align=True), told)


def _draw_found(layout: Any, told: Any) -> None:
    focal = strings.FOCAL_IS if told.focal_given else strings.FOCAL_GUESSED
    draw_lines(layout, strings.SOLVED_WITH.format(model=told.model), "USER")
    draw_lines(layout, focal.format(focal=told.focal), "CAMERA_DATA")


def register() -> None:
    bpy.utils.register_class(FacePanel)


def unregister() -> None:
    bpy.utils.unregister_class(FacePanel)
