"""The extension's preferences: face models, and files that are not part of it."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

import textwrap
from typing import Any

import bpy

from ..scene import compat, models, settings, strings
from . import working

_LINE = 90
"""Letters of a licence on a line."""


class EXPRESSION_TRANSFER_UL_models(bpy.types.UIList):  # noqa: N801  Blender asks for such a name
    def draw_item(
        self, _context: Any, layout: Any, _data: Any, item: Any, _icon: Any, _active: Any, _name: Any, _index: Any
    ) -> None:
        row = layout.split(factor=0.3)
        row.label(text=item.name, icon="ERROR" if item.kind == "unusable" else "USER")
        row = row.split(factor=0.2)
        row.label(text=item.kind)
        row.label(text=item.licence)


class TransferPreferences(bpy.types.AddonPreferences):
    bl_idname = settings.PACKAGE

    device: bpy.props.EnumProperty(items=strings.DEVICES, name=strings.DEVICE, description=strings.DEVICE_TIP)
    detector: bpy.props.EnumProperty(items=strings.DETECTORS, name=strings.DETECTOR, description=strings.DETECTOR_TIP)
    task_file: bpy.props.StringProperty(
        subtype="FILE_PATH", options=compat.RELATIVE_PATH, name=strings.TASK_FILE, description=strings.TASK_FILE_TIP
    )
    identity_model: bpy.props.StringProperty(
        subtype="FILE_PATH",
        options=compat.RELATIVE_PATH,
        name=strings.IDENTITY_MODEL,
        description=strings.IDENTITY_MODEL_TIP,
    )

    def draw(self, context: Any) -> None:
        layout = self.layout
        layout.use_property_split, layout.use_property_decorate = True, False
        layout.prop(self, "device")
        layout.prop(self, "detector")
        layout.prop(self, "task_file")
        layout.prop(self, "identity_model")
        _draw_models(layout.box(), context)


def _draw_models(layout: Any, context: Any) -> None:
    models.ask()
    job, known = settings.job(context), settings.models(context)
    layout.label(text=strings.MODELS, icon="USER")
    row = layout.row()
    row.template_list("EXPRESSION_TRANSFER_UL_models", "", known, "known", known, "chosen", rows=4)
    buttons = row.column(align=True)
    buttons.operator("expression_transfer.choose_model", text="", icon="ADD")
    buttons.operator("expression_transfer.remove_model", text="", icon="REMOVE")
    buttons.separator()
    buttons.operator("expression_transfer.refresh_models", text="", icon="FILE_REFRESH")
    if (marked := models.chosen(context)) is not None:
        _draw_details(layout, marked)
    if job.running:
        working.draw_progress(layout, job)
    else:
        layout.operator("expression_transfer.clear_cache", text=strings.CLEAR_CACHE_FREES.format(size=known.cached))
    working.draw_message(layout, job, settings.MODELS)


def _draw_details(layout: Any, model: Any) -> None:
    column = layout.column(align=True)
    for label, text in ((strings.MODEL_SIZE, model.size), (strings.LICENCE, model.licence), (strings.PATH, model.path)):
        for line, part in enumerate(textwrap.wrap(text, _LINE)):
            row = column.split(factor=0.15)
            row.label(text="" if line else label)
            row.label(text=part)


_CLASSES = (EXPRESSION_TRANSFER_UL_models, TransferPreferences)


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
