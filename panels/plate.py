"""The footage that gets the expression."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..scene import settings, strings, summary
from .section import Section, draw_facts, draw_footage, draw_known, draw_step, fields_of


class PlatePanel(Section, bpy.types.Panel):
    bl_idname = "EXPRESSION_TRANSFER_PT_plate"
    bl_label = strings.PLATE
    bl_order = 6

    def draw(self, context: Any) -> None:
        chosen = settings.of_scene(context.scene)
        draw_step(self.layout, context, "plate")
        fields = fields_of(self.layout, context)
        draw_footage(fields, chosen, "plate")
        draw_known(fields, chosen.plate_reading)
        fields.prop(chosen, "mode")
        fields.prop(chosen, "method")
        draw_facts(self.layout, summary.of_plate(context.scene))
        if chosen.result_of_plate:
            shown = fields.operator(
                "expression_transfer.show_fitted_head", text=strings.SHOW_PLATE_HEAD, icon="OUTLINER_OB_CAMERA"
            )
            shown.role = "plate"


def register() -> None:
    bpy.utils.register_class(PlatePanel)


def unregister() -> None:
    bpy.utils.unregister_class(PlatePanel)
