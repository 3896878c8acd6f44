"""Ticked action units over a range: smoothed, eased, held, looped, mirrored, or taken back to what was solved."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from typing import Any

import bpy

from ..scene import editing, strings
from .editing import EditOperator, told


def _fade(default: int) -> Any:
    return bpy.props.IntProperty(default=default, min=0, soft_max=48, name=strings.FADE, description=strings.FADE_TIP)


class Smooth(EditOperator):
    bl_idname = "expression_transfer.smooth_units"
    bl_label = strings.SMOOTH
    bl_description = strings.SMOOTH_TIP

    radius: bpy.props.FloatProperty(
        default=2.0, min=0.0, soft_max=12.0, name=strings.RADIUS, description=strings.RADIUS_TIP
    )
    keep_blinks: bpy.props.BoolProperty(default=True, name=strings.KEEP_BLINKS, description=strings.KEEP_BLINKS_TIP)

    def edit(self, carrier: Any, channels: list[str], span: editing.Span, frame: int) -> str:  # noqa: ARG002  the base's
        return told(editing.smooth(carrier, channels, span, self.radius, keep_blinks=self.keep_blinks), span)


class EaseUnits(EditOperator):
    bl_idname = "expression_transfer.ease_units"
    bl_label = strings.EASE
    bl_description = strings.EASE_TIP

    kind: bpy.props.EnumProperty(items=strings.EASES, default="both", name=strings.EASE_KIND)

    def edit(self, carrier: Any, channels: list[str], span: editing.Span, frame: int) -> str:  # noqa: ARG002  the base's
        return told(editing.ease(carrier, channels, span, self.kind), span)


class Hold(EditOperator):
    bl_idname = "expression_transfer.hold_units"
    bl_label = strings.HOLD
    bl_description = strings.HOLD_TIP

    fade: _fade(4)

    def edit(self, carrier: Any, channels: list[str], span: editing.Span, frame: int) -> str:
        return told(editing.hold(carrier, channels, span, frame, self.fade), span)


class Loop(EditOperator):
    bl_idname = "expression_transfer.loop_units"
    bl_label = strings.LOOP
    bl_description = strings.LOOP_TIP

    rounds: bpy.props.IntProperty(default=1, min=1, soft_max=20, name=strings.ROUNDS, description=strings.ROUNDS_TIP)
    blend: bpy.props.IntProperty(default=4, min=0, soft_max=48, name=strings.BLEND, description=strings.BLEND_TIP)

    def edit(self, carrier: Any, channels: list[str], span: editing.Span, frame: int) -> str:  # noqa: ARG002  the base's
        looped = editing.looped(span, self.rounds, bpy.context.scene.frame_end)
        return told(editing.loop(carrier, channels, span, looped[1], self.blend), looped)


class Mirror(EditOperator):
    bl_idname = "expression_transfer.mirror_units"
    bl_label = strings.MIRROR_SIDES
    bl_description = strings.MIRROR_SIDES_TIP

    side: bpy.props.EnumProperty(items=strings.SIDES, name=strings.SIDE)
    fade: _fade(0)

    def edit(self, carrier: Any, channels: list[str], span: editing.Span, frame: int) -> str:  # noqa: ARG002  the base's
        return told(editing.mirror(carrier, channels, span, self.side, self.fade), span)


class Reset(EditOperator):
    bl_idname = "expression_transfer.reset_units"
    bl_label = strings.RESET
    bl_description = strings.RESET_TIP

    fade: _fade(0)

    def edit(self, carrier: Any, channels: list[str], span: editing.Span, frame: int) -> str:  # noqa: ARG002  the base's
        return told(editing.reset(carrier, channels, span, self.fade), span)


_CLASSES = (Smooth, EaseUnits, Hold, Loop, Mirror, Reset)


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
