"""The character that the performance drives, and the table of what its shape keys follow."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..core.facs.tables import UNITS
from ..core.rigs.mapping import level
from ..scene import map_presets, mapping, settings, strings, units
from .section import InTab, Section, draw_step, fields_of
from .working import draw_message


class EXPRESSION_TRANSFER_UL_map(bpy.types.UIList):  # noqa: N801  Blender asks for such a name
    """A row: its key, the units it follows, gain and solo; greyed out where muted, a warning where the rig lacks it."""

    def draw_item(
        self, _context: Any, layout: Any, _data: Any, item: Any, _icon: Any, _active: Any, _name: Any, _index: Any
    ) -> None:
        row = layout.row(align=True)
        row.active = not item.mute
        columns = row.split(factor=0.38, align=True)
        columns.label(text=item.key or strings.KEY, icon="NONE" if mapping.is_there(item) else "ERROR")
        columns = columns.split(factor=0.5, align=True)
        columns.label(text=" ".join(each.channel for each in item.weights))
        values = columns.row(align=True)
        values.prop(item, "gain", text="", emboss=False)
        values.prop(item, "solo", text="", icon="SOLO_ON" if item.solo else "SOLO_OFF", emboss=False)


class EXPRESSION_TRANSFER_MT_presets(bpy.types.Menu):  # noqa: N801  Blender asks for such a name
    bl_label = strings.MAP_PRESETS

    def draw(self, _context: Any) -> None:
        found = map_presets.presets()
        for name, file in found.items():
            self.layout.operator("expression_transfer.map_load", text=name).filepath = str(file)
        if not found:
            self.layout.label(text=strings.NO_PRESETS)


class RigPanel(Section, bpy.types.Panel):
    bl_idname = "EXPRESSION_TRANSFER_PT_rig"
    bl_label = strings.RIG
    bl_order = 5

    def draw(self, context: Any) -> None:
        draw_step(self.layout, context, "rig")
        fields = fields_of(self.layout, context)
        chosen = settings.of_scene(context.scene)
        fields.prop(chosen, "rig")
        if chosen.rig is not None:
            _draw_map(self.layout.column(), context, units.carrier_of(chosen.rig))


def _draw_map(layout: Any, context: Any, carrier: Any) -> None:
    layout.use_property_split = False
    makers = layout.row(align=True)
    makers.operator("expression_transfer.map_names", icon="SORTALPHA")
    makers.operator("expression_transfer.map_rig", icon="MESH_MONKEY")
    draw_message(layout, settings.job(context), settings.RIG)
    row = layout.row()
    row.template_list("EXPRESSION_TRANSFER_UL_map", "", carrier, mapping.ROWS, carrier, mapping.MARKED, rows=6)
    _draw_buttons(row.column(align=True))
    marked = mapping.marked_row(carrier)
    if marked is not None:
        _draw_row(layout.box(), marked)


def _draw_buttons(column: Any) -> None:
    column.operator("expression_transfer.map_add", text="", icon="ADD")
    column.operator("expression_transfer.map_remove", text="", icon="REMOVE")
    column.separator()
    column.operator_menu_enum("expression_transfer.map_mirror", "side", text="", icon="MOD_MIRROR")
    column.separator()
    column.menu("EXPRESSION_TRANSFER_MT_presets", text="", icon="PRESET")
    column.operator_context = "INVOKE_DEFAULT"
    column.operator("expression_transfer.map_save", text="", icon="FILE_TICK")
    column.operator("expression_transfer.map_load", text="", icon="FILE_FOLDER")


def _draw_row(layout: Any, row: Any) -> None:
    layout.use_property_split, layout.use_property_decorate = True, False
    layout.prop_search(row, "mesh", bpy.data, "objects", icon="MESH_DATA")
    shape_keys = mapping.shape_keys_of(row.mesh)
    if shape_keys is None:
        layout.prop(row, "key")
    else:
        layout.prop_search(row, "key", shape_keys, "key_blocks", icon="SHAPEKEY_DATA")
    if not mapping.is_there(row):
        layout.label(text=strings.MAP_MISSING, icon="ERROR")
    for index, each in enumerate(row.weights):
        line = layout.row(align=True)
        line.use_property_split = False
        line.prop(each, "channel", text="")
        line.prop(each, "weight", text="")
        line.operator("expression_transfer.map_remove_weight", text="", icon="X").index = index
    layout.operator("expression_transfer.map_add_weight", icon="ADD")
    layout.prop(row, "gain")
    limits = layout.column(align=True)
    limits.prop(row, "low")
    limits.prop(row, "high")
    layout.prop(row, "mute")


class RigReportPanel(InTab, bpy.types.Panel):
    """How well the rig does each unit, as far as it was measured, and what it can't do."""

    bl_idname = "EXPRESSION_TRANSFER_PT_rig_report"
    bl_label = strings.MAP_QUALITY
    bl_parent_id = RigPanel.bl_idname
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012  Blender reads it as a set

    @classmethod
    def poll(cls, context: Any) -> bool:
        rig = settings.of_scene(context.scene).rig
        return rig is not None and mapping.has_map(units.carrier_of(rig))

    def draw(self, context: Any) -> None:
        carrier = units.carrier_of(settings.of_scene(context.scene).rig)
        followed = {each.channel for row in mapping.rows_of(carrier) for each in row.weights}
        qualities = mapping.qualities_of(carrier)
        grid = self.layout.grid_flow(row_major=True, columns=2, even_columns=True, align=True)
        for unit in UNITS:
            _draw_quality(grid, unit, qualities.get(unit), unit in followed)


def _draw_quality(layout: Any, unit: str, quality: Any, followed: bool) -> None:
    if not followed:
        layout.label(text=unit, icon="ERROR")
    elif quality is None:
        layout.label(text=unit, icon="CHECKMARK")
    else:
        line = layout.row()
        line.alert = level(quality.share) == "hardly"
        line.progress(factor=quality.share, text=f"{unit}  {quality.share:.0%}")


_CLASSES = (EXPRESSION_TRANSFER_UL_map, EXPRESSION_TRANSFER_MT_presets, RigPanel, RigReportPanel)


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
