"""The re-performed plate."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..scene import settings, strings
from .section import Section, draw_step


class CompositePanel(Section, bpy.types.Panel):
    bl_idname = "EXPRESSION_TRANSFER_PT_composite"
    bl_label = strings.COMPOSITE
    bl_order = 7

    def draw(self, context: Any) -> None:
        draw_step(self.layout, context, "composite")
        chosen = settings.of_scene(context.scene)
        for made, icon in ((chosen.result_clip, "FILE_MOVIE"), (chosen.result_image, "FILE_IMAGE")):
            if made is not None:
                self.layout.label(text=made.name, icon=icon)


def register() -> None:
    bpy.utils.register_class(CompositePanel)


def unregister() -> None:
    bpy.utils.unregister_class(CompositePanel)
