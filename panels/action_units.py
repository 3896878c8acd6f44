"""The performance as action units, to be edited: sliders by part of the face, and what is done to the ticked ones."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..core.facs import poses
from ..core.facs.channels import GROUPS, other_side
from ..core.facs.tables import ACTION_UNITS, UNITS
from ..scene import sliders, strings, units
from .section import Section, draw_step

_NAMES = {unit.code: unit.name for unit in ACTION_UNITS}
_Row = tuple[str, tuple[str, ...]]
"""Label and channels: one, or left and right."""
_EDITS = (
    (("smooth_units", "SMOOTHCURVE"), ("ease_units", "IPO_EASE_IN_OUT")),
    (("hold_units", "FREEZE"), ("loop_units", "FILE_REFRESH")),
    (("mirror_units", "MOD_MIRROR"), ("reduce_unit_keys", "IPO_LINEAR")),
    (("reset_units", "LOOP_BACK"), ("delete_unit_keys", "KEY_DEHLT")),
)


def _label(channel: str) -> str:
    """AU12_L → AU12 lip corner puller; gaze_L_yaw → Yaw."""
    code = channel.partition("_")[0]
    return f"{code} {_NAMES[code]}" if code in _NAMES else channel.rpartition("_")[2].capitalize()


def _central_label(channel: str) -> str:
    """With what tells it from others of its code: AU28_upper → AU28 lip suck (upper)."""
    code, _, part = channel.partition("_")
    if code not in _NAMES:
        return strings.SIDEWAYS.get(channel) or _label(channel)
    return f"{_label(channel)} ({strings.PARTS[part]})" if part else _label(channel)


def _rows(channels: tuple[str, ...]) -> tuple[_Row, ...]:
    rows: list[_Row] = []
    for channel in channels:
        other = other_side(channel)
        if other is None:
            rows.append((_central_label(channel), (channel,)))
        elif "_L" in channel:
            rows.append((_label(channel), (channel, other)))
    return tuple(rows)


_ROWS = {group: _rows(channels) for group, channels in GROUPS.items()}


class ActionUnitsPanel(Section, bpy.types.Panel):
    bl_idname = "EXPRESSION_TRANSFER_PT_action_units"
    bl_label = strings.ACTION_UNITS
    bl_order = 4

    def draw(self, context: Any) -> None:
        layout, carrier = self.layout, sliders.carrier_in(context)
        if carrier is None:
            draw_step(layout, context, "action_units")
            layout.operator("expression_transfer.import_curves", icon="IMPORT")
            return
        chosen, ticked = sliders.of_scene(context.scene), set(sliders.ticked(context.scene))
        row = layout.row(align=True)
        row.label(text=carrier.name, icon="OUTLINER_OB_ARMATURE" if carrier.type == "ARMATURE" else "MESH_DATA")
        row.prop(chosen, "linked", text="", icon="LINKED" if chosen.linked else "UNLINKED")
        row.prop(chosen, "gains", text="", icon="DRIVER_TRANSFORM")
        row.operator("expression_transfer.tick_units", text="", icon=_tick_icon(ticked, units.CHANNELS)).group = ""
        groups = layout.column(align=True)
        for group, rows in _ROWS.items():
            _draw_group(groups, carrier, chosen, ticked, group, rows)
        _draw_edits(layout, context.scene, chosen)
        _draw_files(layout)


def _tick_icon(ticked: set[str], channels: tuple[str, ...]) -> str:
    if ticked.issuperset(channels):
        return "CHECKBOX_HLT"
    return "CHECKBOX_DEHLT" if ticked.isdisjoint(channels) else "REMOVE"


def _draw_group(layout: Any, carrier: Any, chosen: Any, ticked: set[str], group: str, rows: tuple[_Row, ...]) -> None:
    header, opened = layout.row(align=True), getattr(chosen, f"open_{group}")
    title = header.row()
    title.alignment = "LEFT"
    title.prop(chosen, f"open_{group}", icon="DOWNARROW_HLT" if opened else "RIGHTARROW", emboss=False)
    header.label()
    icon = _tick_icon(ticked, GROUPS[group])
    header.operator("expression_transfer.tick_units", text="", icon=icon, emboss=False).group = group
    if opened:
        box = layout.box().column(align=True)
        for label, channels in rows:
            _draw_row(box, carrier, chosen, label, channels)


def _draw_row(layout: Any, carrier: Any, chosen: Any, label: str, channels: tuple[str, ...]) -> None:
    layout.label(text=label)
    linked = chosen.linked and len(channels) > 1
    row = layout.row(align=True)
    for channel in channels:
        if not (linked and channel == channels[-1]):
            row.prop(chosen, f"tick_{channel}", text="")
        side = "" if len(channels) == 1 else strings.LEFT if "_L" in channel else strings.RIGHT
        row.prop(*sliders.slider(carrier, channel, chosen), text=side, slider=True)
    if chosen.gains and channels[0] in UNITS:
        row = layout.row(align=True)
        for channel in channels:
            row.prop(carrier, units.path(units.gain(channel)), text=strings.GAIN_SIGN)
            row.prop(carrier, units.path(units.offset(channel)), text=strings.OFFSET_SIGN)


def _draw_edits(layout: Any, scene: Any, chosen: Any) -> None:
    box = layout.box().column(align=True)
    row = box.row(align=True)
    row.prop(scene, "use_preview_range", text="", toggle=True)
    ends = ("frame_preview_start", "frame_preview_end") if scene.use_preview_range else ("frame_start", "frame_end")
    row.prop(scene, ends[0], text=strings.START)
    row.prop(scene, ends[1], text=strings.END)
    row = box.row(align=True)
    row.operator("expression_transfer.key_units", icon="KEY_HLT")
    row.prop(chosen, "reach")
    row = box.row(align=True)
    row.menu("EXPRESSION_TRANSFER_MT_poses", icon="POSE_HLT")
    row.operator("expression_transfer.keep_pose", text="", icon="ADD")
    for pair in _EDITS:
        row = box.row(align=True)
        for name, icon in pair:
            row.operator(f"expression_transfer.{name}", icon=icon)


def _draw_files(layout: Any) -> None:
    row = layout.row(align=True)
    row.operator("expression_transfer.import_curves", icon="IMPORT")
    row.operator("expression_transfer.export_curves", icon="EXPORT")


class EXPRESSION_TRANSFER_MT_poses(bpy.types.Menu):  # noqa: N801  Blender asks for such a name
    bl_label = strings.PASTE
    bl_translation_context = strings.CONTEXT

    def draw(self, context: Any) -> None:  # noqa: ARG002  Blender's signature
        row = self.layout.row()
        for kind, title in (("emotion", strings.POSE_EMOTIONS), ("sound", strings.POSE_SOUNDS)):
            column = row.column()
            column.label(text=title)
            for name in (pose.name for pose in poses.PRESETS.values() if pose.kind == kind):
                column.operator("expression_transfer.paste_pose", text=strings.POSE_NAMES[name]).pose = name
        column = row.column()
        column.label(text=strings.POSE_OWN)
        for name in poses.listed_own():
            line = column.row(align=True)
            line.operator("expression_transfer.paste_pose", text=name, translate=False).pose = name
            line.operator("expression_transfer.drop_pose", text="", icon="X").pose = name


_CLASSES = (ActionUnitsPanel, EXPRESSION_TRANSFER_MT_poses)


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
