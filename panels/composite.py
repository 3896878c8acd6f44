"""The re-performed plate: made anew where it was edited, looked at while it is."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..scene import preview, recomposite, settings, strings
from . import working
from .section import Section, draw_step, fields_of


class CompositePanel(Section, bpy.types.Panel):
    bl_idname = "EXPRESSION_TRANSFER_PT_composite"
    bl_label = strings.COMPOSITE
    bl_order = 7

    def draw(self, context: Any) -> None:
        job = settings.job(context)
        if recomposite.head_in(context) is None:
            draw_step(self.layout, context, "composite")
        else:
            _draw_editing(self.layout, job)
        working.draw_message(self.layout, job, settings.COMPOSITE)
        chosen = settings.of_scene(context.scene)
        fields = fields_of(self.layout, context)
        for name in ("feather", "choke", "grain", "shutter", "borrow_folds"):
            fields.prop(chosen, name)
        for made, icon in ((chosen.result_clip, "FILE_MOVIE"), (chosen.result_image, "FILE_IMAGE")):
            if made is not None:
                self.layout.label(text=made.name, icon=icon)


def _draw_editing(layout: Any, job: Any) -> None:
    if job.running and job.section == settings.COMPOSITE:
        working.draw_progress(layout, job)
        return
    layout.operator("expression_transfer.recomposite", icon="NODE_COMPOSITING")
    state = preview.state()
    layout.operator("expression_transfer.preview", icon="HIDE_OFF", depress=state.running)
    if state.running:
        layout.row().prop(state, "compare", expand=True)
        row = layout.row()
        row.active = state.compare == "WIPE"
        row.prop(state, "wipe")
    if state.text:
        working.draw_lines(layout.column(align=True), state.text, "ERROR" if state.failed else "INFO")


def register() -> None:
    bpy.utils.register_class(CompositePanel)


def unregister() -> None:
    bpy.utils.unregister_class(CompositePanel)
