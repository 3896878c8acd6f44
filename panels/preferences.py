"""The extension's preferences: face models, and files that are not part of it."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

import textwrap
from typing import Any

import bpy

from ..core import offers
from ..scene import compat, models, settings, strings
from . import working

_LINE = 90
"""Letters on a line."""


class EXPRESSION_TRANSFER_UL_models(bpy.types.UIList):  # noqa: N801  Blender asks for such a name
    def draw_item(
        self, _context: Any, layout: Any, _data: Any, item: Any, _icon: Any, _active: Any, _name: Any, _index: Any
    ) -> None:
        row = layout.split(factor=0.3)
        row.label(text=item.name, icon="ERROR" if item.kind == "unusable" else "USER")
        row = row.split(factor=0.2)
        row.label(text=item.kind)
        row.label(text=item.licence)


def _change_data_folder(_preferences: Any, context: Any) -> None:
    settings.use_data_folder(context)
    models.refresh()


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

    data_folder: bpy.props.StringProperty(
        subtype="DIR_PATH",
        options=compat.RELATIVE_PATH,
        name=strings.DATA_FOLDER,
        description=strings.DATA_FOLDER_TIP,
        update=_change_data_folder,
    )

    def draw(self, context: Any) -> None:
        layout = self.layout
        layout.use_property_split, layout.use_property_decorate = True, False
        layout.label(text=strings.PRIVATE, icon="LOCKED")
        _draw_machine(layout.box(), self, context)
        _draw_models(layout.box(), context)
        _draw_offers(layout.box(), context)


def _draw_machine(layout: Any, chosen: Any, context: Any) -> None:
    row = layout.row(align=True)
    row.prop(chosen, "device")
    row.operator("expression_transfer.find_devices", text="", icon="FILE_REFRESH")
    for line in settings.models(context).devices.splitlines():
        _draw_wrapped(layout.column(align=True), "", line)
    layout.prop(chosen, "detector")
    layout.prop(chosen, "task_file")
    layout.prop(chosen, "identity_model")


def _draw_offers(layout: Any, context: Any) -> None:
    known, online = settings.models(context), bpy.app.online_access
    layout.label(text=strings.OPTIONAL, icon="IMPORT")
    layout.label(text=strings.OPTIONAL_NOTE if online else strings.OFFLINE, icon="INFO")
    for each in offers.OFFERS:
        box = layout.box()
        row = box.row()
        row.label(text=strings.MEGABYTES.format(title=each.title, size=round(each.size / 1e6)))
        if each.name in known.fetched.split():
            row.label(text=strings.FETCHED, icon="CHECKMARK")
        else:
            row.operator("expression_transfer.fetch", icon="IMPORT").name = each.name
        said = {strings.USED_FOR: each.use, strings.LICENCE: each.licence, strings.SOURCE_URL: each.url,
                strings.CHECKSUM: each.sha256}  # fmt: skip
        for label, text in said.items():
            _draw_wrapped(box.column(align=True), label, text)


def _draw_models(layout: Any, context: Any) -> None:
    models.ask()
    job, known = settings.job(context), settings.models(context)
    layout.label(text=strings.MODELS, icon="USER")
    if (chosen := settings.preferences(context)) is not None:
        layout.prop(chosen, "data_folder")
    layout.label(text=strings.DATA_FOLDER_IS.format(folder=known.folder))
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
    for label, text in ((strings.MODEL_SIZE, model.size), (strings.LICENCE, model.licence), (strings.PATH, model.path)):
        _draw_wrapped(layout.column(align=True), label, text)


def _draw_wrapped(layout: Any, label: str, text: str) -> None:
    for line, part in enumerate(textwrap.wrap(text, _LINE)):
        row = layout.split(factor=0.15)
        row.label(text="" if line else label)
        row.label(text=part)


_CLASSES = (EXPRESSION_TRANSFER_UL_models, TransferPreferences)


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)
    settings.use_data_folder(bpy.context)


def unregister() -> None:
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
