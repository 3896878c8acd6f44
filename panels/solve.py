"""The solve, how sure it is, and where it deserves a look."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..scene import fitted, settings, strings, summary
from . import working
from .section import Section, draw_step, fields_of

_ICONS = {"LOW": "QUESTION", "BRIDGED": "LINKED", "MISSING": "GHOST_DISABLED"}
_LINES = 4
"""Passages that are seen at once."""


class EXPRESSION_TRANSFER_UL_passages(bpy.types.UIList):  # noqa: N801  Blender asks for such a name
    def draw_item(
        self, _context: Any, layout: Any, _data: Any, item: Any, _icon: Any, _active: Any, _name: Any, _index: Any
    ) -> None:
        kind = layout.enum_item_name(item, "kind", item.kind)
        text = strings.PASSAGE_LINE.format(kind=kind, first=item.first, last=item.last)
        layout.label(text=text, icon=_ICONS[item.kind])
        layout.operator("expression_transfer.jump", text="", icon="PLAY_REVERSE").seconds = item.seconds


class SolvePanel(Section, bpy.types.Panel):
    bl_idname = "EXPRESSION_TRANSFER_PT_solve"
    bl_label = strings.SOLVE
    bl_order = 3

    def draw(self, context: Any) -> None:
        chosen, job, told = settings.of_scene(context.scene), settings.job(context), summary.of_source(context.scene)
        draw_step(self.layout, context, "solve")
        fields = fields_of(self.layout, context)
        if (preferences := settings.preferences(context)) is not None:
            fields.prop(preferences, "device")
        fields.prop(chosen, "resume")
        _draw_solve(fields, solved=bool(chosen.result_folder))
        if told.name:
            _draw_confidence(fields, told)
        if chosen.result_folder:
            _draw_head(fields, context)
        for section in (settings.SOLVE, settings.HEAD):
            working.draw_message(self.layout, job, section)


def _draw_solve(layout: Any, *, solved: bool) -> None:
    """Before the first solve, its button is the next step's."""
    if not solved:
        layout.operator("expression_transfer.open_solve", icon="FILE_FOLDER")
        return
    row = layout.row(align=True)
    row.operator("expression_transfer.solve", icon="PLAY")
    row.operator("expression_transfer.open_solve", text="", icon="FILE_FOLDER")


def _draw_confidence(layout: Any, told: Any) -> None:
    column = layout.column(align=True)
    sure = strings.CONFIDENCE.format(confidence=told.confidence, seen=told.seen, frames=told.frames)
    working.draw_lines(column, sure, "INFO" if told.passages else "CHECKMARK")
    working.draw_lines(column, strings.RESIDUAL.format(residual=told.residual), "BLANK1")
    for warning in told.warnings.splitlines():
        working.draw_lines(column, warning, "ERROR")
    if not told.passages:
        column.label(text=strings.ALL_SURE, icon="BLANK1")
        return
    layout.label(text=strings.WORTH_A_LOOK)
    layout.template_list(
        "EXPRESSION_TRANSFER_UL_passages", "", told, "passages", told, "marked", rows=min(_LINES, len(told.passages))
    )


def _draw_head(layout: Any, context: Any) -> None:
    layout.operator("expression_transfer.show_fitted_head", icon="OUTLINER_OB_CAMERA").role = "source"
    face = fitted.head_of(context.object)
    if face is None:
        return
    if (seen_by := fitted.camera_of(face)) is not None and seen_by.data.background_images:
        _draw_footage(layout, seen_by.data.background_images[0])
    layout.operator("expression_transfer.bake_texture", icon="TEXTURE")


def _draw_footage(layout: Any, behind: Any) -> None:
    """How the footage lies with the head: behind it, or over it and see-through."""
    layout.row().prop(behind, "display_depth", expand=True)
    layout.prop(behind, "alpha", text=strings.FOOTAGE_ALPHA, slider=True)


_CLASSES = (EXPRESSION_TRANSFER_UL_passages, SolvePanel)


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
