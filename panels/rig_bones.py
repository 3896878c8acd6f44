"""The bones and objects that turn with the performance: eyes, jaw and head."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..operators.mapping import carrier_of
from ..scene import bones, strings
from .rig import RigPanel
from .section import Section


class RigBonesPanel(Section, bpy.types.Panel):
    """A box a row: what turns and how strongly, unfolded which way and how far."""

    bl_idname = "EXPRESSION_TRANSFER_PT_rig_bones"
    bl_label = strings.BONES
    bl_parent_id = RigPanel.bl_idname
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012  Blender reads it as a set

    @classmethod
    def poll(cls, context: Any) -> bool:
        return carrier_of(context) is not None

    def draw_header(self, _context: Any) -> None:
        """Bones are no step that has to be done."""

    def draw(self, context: Any) -> None:
        carrier, layout = carrier_of(context), self.layout
        layout.operator("expression_transfer.find_bones", icon="BONE_DATA")
        found = bones.rows(carrier)
        for index, row in enumerate(found):
            _draw_row(layout.box(), row, index)
        layout.operator_menu_enum("expression_transfer.add_bone", "role", icon="ADD")
        if any(row.connected for row in found):
            layout.operator("expression_transfer.disconnect_bones", icon="UNLINKED")
        elif found:
            layout.operator("expression_transfer.connect_bones", icon="LINKED")


def _draw_row(box: Any, row: Any, index: int) -> None:
    head = box.row(align=True)
    head.prop(row, "shown", text="", icon="DOWNARROW_HLT" if row.shown else "RIGHTARROW", emboss=False)
    there = bones.turned(row) is not None
    line = head.split(factor=0.72, align=True)
    line.label(text=f"{bones.role_name(row)}: {bones.name_of(row)}", icon=_icon(row) if there else "ERROR")
    line.prop(row, "strength", text="")
    head.operator("expression_transfer.remove_bone", text="", icon="X", emboss=False).index = index
    if row.shown:
        _draw_settings(box.column(), row)


def _icon(row: Any) -> str:
    return "BONE_DATA" if row.bone else "OBJECT_DATA"


def _draw_settings(column: Any, row: Any) -> None:
    column.use_property_split, column.use_property_decorate = True, False
    if row.role == "JAW":
        for name in ("open", "sideways", "thrust"):
            column.prop(row, name)
    column.prop(row, "forward")
    column.prop(row, "up")


def register() -> None:
    bpy.utils.register_class(RigBonesPanel)


def unregister() -> None:
    bpy.utils.unregister_class(RigBonesPanel)
