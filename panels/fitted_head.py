"""The person that was solved, as a head in the scene."""
# mypy: disallow-subclassing-any=False

from pathlib import Path
from typing import Any

import bpy

from ..scene import fitted, settings, strings
from . import working

_OPERATOR = "expression_transfer.add_fitted_head"


class FittedHeadPanel(bpy.types.Panel):
    bl_idname = "EXPRESSION_TRANSFER_PT_fitted_head"
    bl_label = strings.FITTED_HEAD
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = strings.TAB
    bl_parent_id = "EXPRESSION_TRANSFER_PT_transfer"

    @classmethod
    def poll(cls, context: Any) -> bool:
        return bool(settings.of_scene(context.scene).result_folder) or fitted.head_of(context.object) is not None

    def draw(self, context: Any) -> None:
        chosen, job = settings.of_scene(context.scene), settings.job(context)
        column = self.layout.column()
        column.enabled = not job.running
        if chosen.result_folder:
            _draw_add(column, strings.ADD_SOURCE_HEAD, Path(chosen.result_folder))
        if chosen.result_folder and chosen.result_of_plate:
            _draw_add(column, strings.ADD_PLATE_HEAD, Path(chosen.result_folder) / "target")
        if fitted.head_of(context.object) is not None:
            column.operator("expression_transfer.bake_texture", icon="TEXTURE")
        working.draw_message(self.layout, job, settings.HEAD)


def _draw_add(layout: Any, text: str, folder: Path) -> None:
    layout.operator(_OPERATOR, text=text, icon="OUTLINER_OB_CAMERA").folder = str(folder)


def register() -> None:
    bpy.utils.register_class(FittedHeadPanel)


def unregister() -> None:
    bpy.utils.unregister_class(FittedHeadPanel)
