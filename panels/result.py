"""The plate that the last transfer made, at hand for the clip and image editors."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..scene import settings, strings


class ResultPanel(bpy.types.Panel):
    bl_idname = "EXPRESSION_TRANSFER_PT_result"
    bl_label = strings.RESULT
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = strings.TAB
    bl_parent_id = "EXPRESSION_TRANSFER_PT_transfer"

    @classmethod
    def poll(cls, context: Any) -> bool:
        chosen = settings.of_scene(context.scene)
        return chosen.result_clip is not None or chosen.result_image is not None

    def draw(self, context: Any) -> None:
        chosen = settings.of_scene(context.scene)
        for made, icon in ((chosen.result_clip, "FILE_MOVIE"), (chosen.result_image, "FILE_IMAGE")):
            if made is not None:
                self.layout.label(text=made.name, icon=icon)


def register() -> None:
    bpy.utils.register_class(ResultPanel)


def unregister() -> None:
    bpy.utils.unregister_class(ResultPanel)
