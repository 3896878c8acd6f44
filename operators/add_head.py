"""Add > Mesh > Expression Head: a face model's head, a character to drive where there is none yet."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from typing import Any

import bpy
import numpy as np

from ..core.errors import ExpressionTransferError
from ..core.heads.registry import load_model
from ..scene import head, settings, strings


class AddHead(bpy.types.Operator):
    bl_idname = "expression_transfer.add_head"
    bl_label = strings.ADD_HEAD
    bl_description = strings.ADD_HEAD_TIP
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012  Blender reads it as a set

    model: bpy.props.StringProperty(default=strings.BUILTIN, name=strings.MODEL, description=strings.MODEL_TIP)

    @classmethod
    def poll(cls, context: Any) -> bool:
        if context.mode != "OBJECT":
            cls.poll_message_set(strings.OTHER_MODE)
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        try:
            model = load_model(self.model)
        except ExpressionTransferError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        added = head.add_head(model, np.zeros(len(model.identity)), strings.HEAD)
        added.face.location = context.scene.cursor.location
        chosen = settings.of_scene(context.scene)
        chosen.rig = chosen.rig or added.face
        return {"FINISHED"}

    def draw(self, context: Any) -> None:
        self.layout.use_property_split = True
        self.layout.prop_search(self, "model", settings.models(context), "known", icon="USER")


def _draw_menu(menu: Any, context: Any) -> None:  # noqa: ARG001  Blender's signature
    menu.layout.operator(AddHead.bl_idname, icon="USER")


def register() -> None:
    bpy.utils.register_class(AddHead)
    bpy.types.VIEW3D_MT_mesh_add.append(_draw_menu)


def unregister() -> None:
    bpy.types.VIEW3D_MT_mesh_add.remove(_draw_menu)
    bpy.utils.unregister_class(AddHead)
