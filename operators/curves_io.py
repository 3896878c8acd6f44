"""Curves of action units from and to files of other programs."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from pathlib import Path
from typing import Any

import bpy

from ..core.errors import ExpressionTransferError, InputError
from ..core.export.curves import WRITERS
from ..scene import curve_files, settings, sliders, strings, units


class ImportCurves(bpy.types.Operator):
    bl_idname = "expression_transfer.import_curves"
    bl_label = strings.IMPORT_CURVES
    bl_description = strings.IMPORT_CURVES_TIP
    bl_translation_context = strings.CONTEXT
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012  Blender reads it as a set

    filepath: bpy.props.StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: bpy.props.StringProperty(default=strings.CURVE_FILES, options={"HIDDEN"})
    start: bpy.props.IntProperty(default=1, name=strings.CURVES_START, description=strings.CURVES_START_TIP)

    @classmethod
    def poll(cls, context: Any) -> bool:
        if context.object is None and settings.of_scene(context.scene).rig is None:
            cls.poll_message_set(strings.NO_CARRIER)
            return False
        return True

    def invoke(self, context: Any, event: Any) -> set[str]:  # noqa: ARG002  Blender's signature
        self.start = context.scene.frame_start
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: Any) -> set[str]:
        scene = context.scene
        target = sliders.carrier_in(context) or settings.of_scene(scene).rig or context.object
        try:
            told = curve_files.import_curves(units.carrier_of(target), Path(self.filepath), scene, self.start)
        except ExpressionTransferError as error:
            self.report({"ERROR"}, strings.REPORT.format(message=error))
            return {"CANCELLED"}
        scene.frame_set(scene.frame_current)  # show the new curves
        self.report({"INFO"}, strings.REPORT.format(message=told))
        return {"FINISHED"}


class ExportCurves(bpy.types.Operator):
    bl_idname = "expression_transfer.export_curves"
    bl_label = strings.EXPORT_CURVES
    bl_description = strings.EXPORT_CURVES_TIP
    bl_translation_context = strings.CONTEXT

    filepath: bpy.props.StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: bpy.props.StringProperty(default=strings.CURVE_FILES, options={"HIDDEN"})
    check_existing: bpy.props.BoolProperty(default=True, options={"HIDDEN"})
    kind: bpy.props.EnumProperty(items=strings.CURVE_FORMATS, default="json", name=strings.CURVE_FORMAT)

    @classmethod
    def poll(cls, context: Any) -> bool:
        if sliders.carrier_in(context) is None:
            cls.poll_message_set(strings.NO_CARRIER)
            return False
        return True

    def invoke(self, context: Any, event: Any) -> set[str]:  # noqa: ARG002  Blender's signature
        if not self.filepath:
            self.filepath = sliders.carrier_in(context).name + WRITERS[self.kind][0]
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def check(self, context: Any) -> bool:  # noqa: ARG002  Blender's signature
        """The file's ending follows the format."""
        path = Path(self.filepath)
        ending = WRITERS[self.kind][0]
        if not path.name or path.suffix.lower() == ending:
            return False
        self.filepath = str(path.with_suffix(ending))
        return True

    def execute(self, context: Any) -> set[str]:
        try:
            if not self.filepath:
                raise InputError(strings.NO_CURVE_FILE)
            file = Path(self.filepath)
            kind = self.kind if self.properties.is_property_set("kind") else curve_files.format_of(file)
            told = curve_files.export_curves(sliders.carrier_in(context), file, kind, context.scene)
        except ExpressionTransferError as error:
            self.report({"ERROR"}, strings.REPORT.format(message=error))
            return {"CANCELLED"}
        self.report({"INFO"}, strings.REPORT.format(message=told))
        return {"FINISHED"}


def _draw_import(menu: Any, context: Any) -> None:  # noqa: ARG001  Blender's signature
    menu.layout.operator(ImportCurves.bl_idname, text=strings.CURVES_MENU)


def _draw_export(menu: Any, context: Any) -> None:  # noqa: ARG001  Blender's signature
    menu.layout.operator(ExportCurves.bl_idname, text=strings.CURVES_MENU)


_CLASSES = (ImportCurves, ExportCurves)


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.TOPBAR_MT_file_import.append(_draw_import)
    bpy.types.TOPBAR_MT_file_export.append(_draw_export)


def unregister() -> None:
    bpy.types.TOPBAR_MT_file_export.remove(_draw_export)
    bpy.types.TOPBAR_MT_file_import.remove(_draw_import)
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
