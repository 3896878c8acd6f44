"""The footage with the performance."""
# mypy: disallow-subclassing-any=False

from typing import Any

import bpy

from ..scene import settings, strings, summary
from .section import Section, draw_facts, draw_footage, draw_step, fields_of
from .working import draw_lines


class SourcePanel(Section, bpy.types.Panel):
    bl_idname = "EXPRESSION_TRANSFER_PT_source"
    bl_label = strings.SOURCE
    bl_order = 1

    def draw(self, context: Any) -> None:
        chosen = settings.of_scene(context.scene)
        draw_step(self.layout, context, "source")
        fields = fields_of(self.layout, context)
        draw_footage(fields, chosen, "source")
        fields.prop(chosen, "offset")
        _draw_facts(self.layout, context.scene)


def _draw_facts(layout: Any, scene: Any) -> None:
    told, rate = summary.of_source(scene), scene.render.fps / scene.render.fps_base
    draw_facts(layout, told)
    if told.name and abs(told.rate - rate) > 1e-3 * rate:
        draw_lines(layout.column(align=True), strings.FACTS_RATE.format(rate=rate), "TIME")
        layout.operator("expression_transfer.match_scene", icon="PREVIEW_RANGE")


def register() -> None:
    bpy.utils.register_class(SourcePanel)


def unregister() -> None:
    bpy.utils.unregister_class(SourcePanel)
