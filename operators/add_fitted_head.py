"""The fitted head of a solve, with the camera and the footage that it belongs to."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from pathlib import Path
from typing import Any

import bpy

from ..core.errors import ExpressionTransferError, InputError
from ..scene import compat, fitted, settings, strings, windows


class AddFittedHead(bpy.types.Operator):
    bl_idname = "expression_transfer.add_fitted_head"
    bl_label = strings.FITTED_HEAD
    bl_description = strings.FITTED_HEAD_TIP
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012  Blender reads it as a set

    folder: bpy.props.StringProperty(
        subtype="DIR_PATH", options=compat.RELATIVE_PATH, name=strings.FOLDER, description=strings.FOLDER_TIP
    )
    start: bpy.props.IntProperty(default=1, name=strings.FIRST, description=strings.FIRST_TIP)
    animate: bpy.props.EnumProperty(items=strings.ANIMATED, name=strings.ANIMATE, description=strings.ANIMATE_TIP)
    sensor_width: bpy.props.FloatProperty(
        default=36.0, min=1.0, max=1000.0, unit="CAMERA", name=strings.SENSOR, description=strings.SENSOR_TIP
    )
    take_size: bpy.props.BoolProperty(name=strings.TAKE_SIZE, description=strings.TAKE_SIZE_TIP)
    take_rate: bpy.props.BoolProperty(name=strings.TAKE_RATE, description=strings.TAKE_RATE_TIP)

    @classmethod
    def poll(cls, context: Any) -> bool:
        if context.mode != "OBJECT":
            cls.poll_message_set(strings.OTHER_MODE)
            return False
        return True

    def invoke(self, context: Any, event: Any) -> set[str]:  # noqa: ARG002  Blender's signature
        chosen = settings.of_scene(context.scene)
        if not self.properties.is_property_set("folder"):
            self.folder = chosen.result_folder or chosen.output
        if not self.properties.is_property_set("start"):
            self.start = context.scene.frame_start
        return set(context.window_manager.invoke_props_dialog(self, width=360))

    def draw(self, context: Any) -> None:  # noqa: ARG002  Blender's signature
        layout = self.layout
        layout.use_property_split, layout.use_property_decorate = True, False
        layout.prop(self, "folder")
        layout.prop(self, "start")
        layout.row().prop(self, "animate", expand=True)
        layout.prop(self, "sensor_width")
        matched = layout.column(heading=strings.MATCH)
        matched.prop(self, "take_size")
        matched.prop(self, "take_rate")

    def execute(self, context: Any) -> set[str]:
        options = fitted.Options(self.start, self.animate, self.sensor_width, self.take_size, self.take_rate)
        try:
            if self.folder.startswith("//") and not bpy.data.filepath:
                raise InputError(strings.UNSAVED)
            solve = fitted.read_solve(Path(bpy.path.abspath(self.folder)))
            face, said = fitted.add_fitted_head(solve, context.scene, options)
        except ExpressionTransferError as error:
            self.report({"ERROR"}, strings.REPORT.format(message=error))
            return {"CANCELLED"}
        windows.look_through(context, face, fitted.camera_of(face))
        self.report({"INFO"}, strings.REPORT.format(message=said))
        return {"FINISHED"}


def _draw_menu(menu: Any, context: Any) -> None:  # noqa: ARG001  Blender's signature
    menu.layout.operator_context = "INVOKE_DEFAULT"
    menu.layout.operator(AddFittedHead.bl_idname, icon="OUTLINER_OB_CAMERA")


def register() -> None:
    bpy.utils.register_class(AddFittedHead)
    bpy.types.VIEW3D_MT_mesh_add.append(_draw_menu)


def unregister() -> None:
    bpy.types.VIEW3D_MT_mesh_add.remove(_draw_menu)
    bpy.utils.unregister_class(AddFittedHead)
