"""What the work leaves for other programs."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..scene import settings, strings, summary
from . import working
from .section import Section, draw_step, fields_of


class ExportPanel(Section, bpy.types.Panel):
    bl_idname = "EXPRESSION_TRANSFER_PT_export"
    bl_label = strings.EXPORT
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012  Blender reads it as a set
    bl_order = 8

    def draw(self, context: Any) -> None:
        draw_step(self.layout, context, "export")
        fields = fields_of(self.layout, context)
        chosen, told = settings.of_scene(context.scene), summary.of_source(context.scene)
        fields.prop(chosen, "output")
        if chosen.result_folder:
            _draw_results(fields, chosen, told)
        fields.operator("expression_transfer.export_curves", icon="EXPORT")
        working.draw_message(self.layout, settings.job(context), settings.EXPORT)


def _draw_results(layout: Any, chosen: Any, told: Any) -> None:
    if told.products:
        working.draw_lines(layout.column(align=True), told.products, "FILE_TICK")
    layout.operator("expression_transfer.open_folder", icon="FILE_FOLDER").folder = chosen.result_folder
    layout.operator("expression_transfer.guides", icon="RENDERLAYERS")
    layout.operator("expression_transfer.build_compositor", icon="NODE_COMPOSITING")
    row = layout.row(align=True)
    row.operator("expression_transfer.add_tracks", icon="TRACKER")
    row.operator("expression_transfer.add_head_empty", icon="EMPTY_AXIS")


def register() -> None:
    bpy.utils.register_class(ExportPanel)


def unregister() -> None:
    bpy.utils.unregister_class(ExportPanel)
