"""The performance as action units, to be edited."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..scene import strings
from .section import Section, draw_step


class ActionUnitsPanel(Section, bpy.types.Panel):
    bl_idname = "EXPRESSION_TRANSFER_PT_action_units"
    bl_label = strings.ACTION_UNITS
    bl_order = 4

    def draw(self, context: Any) -> None:
        draw_step(self.layout, context, "action_units")


def register() -> None:
    bpy.utils.register_class(ActionUnitsPanel)


def unregister() -> None:
    bpy.utils.unregister_class(ActionUnitsPanel)
