"""The big button, above all sections; while a worker runs, how far it is."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..scene import models, settings
from . import working
from .section import InTab


class TransferPanel(InTab, bpy.types.Panel):
    bl_idname = "EXPRESSION_TRANSFER_PT_transfer"
    bl_label = ""
    bl_options = {"HIDE_HEADER"}  # noqa: RUF012  Blender reads it as a set
    bl_order = 0

    def draw(self, context: Any) -> None:
        models.ask()
        job = settings.job(context)
        if job.running:
            working.draw_progress(self.layout, job)
            return
        row = self.layout.row()
        row.scale_y = 1.5
        row.operator("expression_transfer.transfer", icon="PLAY")
        _draw_mix(self.layout, settings.of_scene(context.scene))
        working.draw_message(self.layout, job, settings.TRANSFER)


def _draw_mix(layout: Any, chosen: Any) -> None:
    """What holds for the rig as for the plate."""
    row = layout.row(align=True)
    row.prop(chosen, "strength")
    row.prop(chosen, "region", text="")


def register() -> None:
    bpy.utils.register_class(TransferPanel)


def unregister() -> None:
    bpy.utils.unregister_class(TransferPanel)
