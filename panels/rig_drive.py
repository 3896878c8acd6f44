"""How the chosen rig's keys and bones follow its action units."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..operators.mapping import carrier_of
from ..scene import strings
from .rig import RigPanel
from .section import InTab


class RigDrivePanel(InTab, bpy.types.Panel):
    bl_idname = "EXPRESSION_TRANSFER_PT_rig_drive"
    bl_label = strings.DRIVE
    bl_parent_id = RigPanel.bl_idname
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012  Blender reads it as a set

    @classmethod
    def poll(cls, context: Any) -> bool:
        return carrier_of(context) is not None

    def draw(self, _context: Any) -> None:
        layout = self.layout
        row = layout.row(align=True)
        row.operator("expression_transfer.connect_rig", icon="LINKED")
        row.operator("expression_transfer.disconnect_rig", icon="UNLINKED")
        layout.operator("expression_transfer.bake_rig", icon="KEYFRAME_HLT")
        layout.operator_menu_enum("expression_transfer.export_character", "kind", icon="EXPORT")
        layout.operator("expression_transfer.limit_rig", icon="DRIVER_DISTANCE")
        layout.operator("expression_transfer.remove_from_rig", icon="TRASH")


def register() -> None:
    bpy.utils.register_class(RigDrivePanel)


def unregister() -> None:
    bpy.utils.unregister_class(RigDrivePanel)
