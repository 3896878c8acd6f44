"""Source, target, options and the button."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..scene import models, settings, strings
from . import working


class TransferPanel(bpy.types.Panel):
    bl_idname = "EXPRESSION_TRANSFER_PT_transfer"
    bl_label = strings.TRANSFER
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = strings.TAB

    def draw(self, context: Any) -> None:
        models.ask()
        chosen, job = settings.of_scene(context.scene), settings.job(context)
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        fields = layout.column()
        fields.enabled = not job.running
        _draw_source(fields, chosen)
        _draw_target(fields, chosen)
        _draw_options(fields, chosen, settings.models(context))
        _draw_action(layout, job)


def _draw_source(layout: Any, chosen: Any) -> None:
    layout.label(text=strings.SOURCE, icon="FILE_MOVIE")
    _draw_footage(layout, chosen, "source")


def _draw_target(layout: Any, chosen: Any) -> None:
    layout.label(text=strings.TARGET, icon="USER")
    layout.prop(chosen, "rig")
    _draw_footage(layout, chosen, "plate")
    layout.prop(chosen, "output")


def _draw_footage(layout: Any, chosen: Any, role: str) -> None:
    """A clip, or else a file."""
    layout.prop(chosen, f"{role}_clip")
    row = layout.row()
    row.active = getattr(chosen, f"{role}_clip") is None
    row.prop(chosen, f"{role}_file")


def _draw_options(layout: Any, chosen: Any, known: Any) -> None:
    layout.label(text=strings.OPTIONS, icon="OPTIONS")
    layout.prop_search(chosen, "model", known, "known", icon="USER")
    layout.prop(chosen, "strength")
    layout.prop(chosen, "region")
    row = layout.row()
    row.active = chosen.plate_clip is not None or bool(chosen.plate_file)
    row.prop(chosen, "mode")
    layout.prop(chosen, "use_range")
    frames = layout.column(align=True)
    frames.active = chosen.use_range
    frames.prop(chosen, "start")
    frames.prop(chosen, "end")
    layout.prop(chosen, "resume")


def _draw_action(layout: Any, job: Any) -> None:
    layout.separator()
    if job.running:
        working.draw_progress(layout, job)
        return
    row = layout.row()
    row.scale_y = 1.5
    row.operator("expression_transfer.transfer", icon="PLAY")
    working.draw_message(layout, job, settings.TRANSFER)


def register() -> None:
    bpy.utils.register_class(TransferPanel)


def unregister() -> None:
    bpy.utils.unregister_class(TransferPanel)
