"""The solve, and how sure it is."""
# mypy: disallow-subclassing-any=False

from pathlib import Path
from typing import Any

import bpy

from ..scene import fitted, settings, strings
from . import working
from .section import Section, draw_step, fields_of


class SolvePanel(Section, bpy.types.Panel):
    bl_idname = "EXPRESSION_TRANSFER_PT_solve"
    bl_label = strings.SOLVE
    bl_order = 3

    def draw(self, context: Any) -> None:
        chosen, job = settings.of_scene(context.scene), settings.job(context)
        draw_step(self.layout, context, "solve")
        fields = fields_of(self.layout, context)
        fields.prop(chosen, "resume")
        fields.operator("expression_transfer.solve", icon="PLAY")
        if chosen.result_folder:
            _draw_add(fields, strings.ADD_SOURCE_HEAD, Path(chosen.result_folder))
        if fitted.head_of(context.object) is not None:
            fields.operator("expression_transfer.bake_texture", icon="TEXTURE")
        working.draw_message(self.layout, job, settings.SOLVE)
        working.draw_message(self.layout, job, settings.HEAD)


def _draw_add(layout: Any, text: str, folder: Path) -> None:
    layout.operator("expression_transfer.add_fitted_head", text=text, icon="OUTLINER_OB_CAMERA").folder = str(folder)


def register() -> None:
    bpy.utils.register_class(SolvePanel)


def unregister() -> None:
    bpy.utils.unregister_class(SolvePanel)
