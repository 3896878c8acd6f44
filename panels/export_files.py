"""What the result is handed on as."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..scene import settings, strings
from . import working
from .export import ExportPanel
from .section import InTab, fields_of


class ExportFilesPanel(InTab, bpy.types.Panel):
    bl_idname = "EXPRESSION_TRANSFER_PT_export_files"
    bl_label = strings.EXPORT_FILES_FOR
    bl_parent_id = ExportPanel.bl_idname

    @classmethod
    def poll(cls, context: Any) -> bool:
        return bool(settings.of_scene(context.scene).result_folder)

    def draw(self, context: Any) -> None:
        chosen, job = settings.of_scene(context.scene), settings.job(context)
        fields = fields_of(self.layout, context)
        fields.prop(chosen, "export_kind")
        fields.prop(chosen, "provenance")
        if job.running and job.section == settings.EXPORT:
            working.draw_progress(self.layout, job)
        else:
            self.layout.operator("expression_transfer.export", icon="EXPORT")


def register() -> None:
    bpy.utils.register_class(ExportFilesPanel)


def unregister() -> None:
    bpy.utils.unregister_class(ExportFilesPanel)
