"""What the panel needs to edit action units: which are ticked, which groups are open, and sliders of our own.

A slider is the carrier's custom property itself, with all that Blender does for animated properties, or stands for it:
a registered property without storage, where moving one side of the face is to move the other by as much, so that what
was uneven stays so; and where Blender would key into another action than the corrections (a body's), which would
silence the solve.
"""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from collections.abc import Callable
from typing import Any

import bpy

from ..core.facs.channels import CHANNELS, GROUPS, other_side
from . import editing, layers, settings, strings, units


def _getter(channel: str) -> Callable[[Any], float]:
    return lambda sliders: float(sliders.id_data.get(channel, 0.0))


def _setter(channel: str) -> Callable[[Any, float], None]:
    return lambda sliders, value: _move(sliders.id_data, channel, value)


def _move(carrier: Any, channel: str, value: float) -> None:
    """Set a channel, and move its other side by as much where they are linked; keyed where Blender is set to."""
    scene, change = bpy.context.scene, value - carrier[channel]
    other = other_side(channel) if of_scene(scene).linked else None
    moved = [channel] if other is None else [channel, other]
    for name in moved:
        carrier[name] += change
    carrier.update_tag()
    if scene.tool_settings.use_keyframe_insert_auto:
        editing.key_shown(carrier, moved, scene.frame_current, of_scene(scene).reach)


def _slider(channel: str) -> Any:
    low, high = units.soft_range(channel)
    return bpy.props.FloatProperty(
        name=channel,
        description=strings.LINKED_TIP if other_side(channel) else units.description(channel),
        soft_min=low,
        soft_max=high,
        subtype=units.subtype(channel),
        options=set(),
        get=_getter(channel),
        set=_setter(channel),
    )


class ExpressionTransferSliders(bpy.types.PropertyGroup):
    """A slider for each channel, by its name."""

    __annotations__ = {channel: _slider(channel) for channel in CHANNELS}


class ExpressionTransferEditing(bpy.types.PropertyGroup):
    """How action units are shown and edited, saved with the scene."""

    __annotations__ = {
        **{
            f"tick_{channel}": bpy.props.BoolProperty(name=channel, description=strings.TICK_TIP)
            for channel in CHANNELS
        },
        **{
            f"open_{group}": bpy.props.BoolProperty(name=strings.GROUPS[group], description=strings.OPEN_GROUP_TIP)
            for group in GROUPS
        },
        "linked": bpy.props.BoolProperty(default=True, name=strings.LINKED_SIDES, description=strings.LINKED_SIDES_TIP),
        "gains": bpy.props.BoolProperty(name=strings.GAINS, description=strings.GAINS_TIP),
        "reach": bpy.props.IntProperty(
            default=6, min=0, soft_max=48, name=strings.REACH, description=strings.REACH_TIP
        ),
    }


def of_scene(scene: Any) -> Any:
    return scene.expression_transfer_editing


def carrier_in(context: Any) -> Any:
    """The carrier that is edited: the active object's, else the chosen rig's; None where neither has one."""
    for target in (context.object, settings.of_scene(context.scene).rig):
        carrier = units.carrier_of(target) if target is not None else None
        if carrier is not None and units.is_carrier(carrier):
            return carrier
    return None


def slider(carrier: Any, channel: str, chosen: Any) -> tuple[Any, str]:
    """Owner and name of the property to draw as a channel's slider."""
    if (chosen.linked and other_side(channel)) or not layers.take_blenders_keys(carrier):
        return carrier.expression_transfer_sliders, channel
    return carrier, units.path(channel)


def _is_ticked(chosen: Any, channel: str) -> bool:
    """Where sides are linked, one tick is both's: the left's."""
    other = other_side(channel)
    tick = f"tick_{min(channel, other) if chosen.linked and other else channel}"
    return bool(getattr(chosen, tick))


def ticked(scene: Any) -> list[str]:
    return [channel for channel in CHANNELS if _is_ticked(of_scene(scene), channel)]


def tick(scene: Any, channels: tuple[str, ...], *, on: bool) -> None:
    for channel in channels:
        setattr(of_scene(scene), f"tick_{channel}", on)


_CLASSES = (ExpressionTransferSliders, ExpressionTransferEditing)


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Object.expression_transfer_sliders = bpy.props.PointerProperty(type=ExpressionTransferSliders)
    bpy.types.Scene.expression_transfer_editing = bpy.props.PointerProperty(type=ExpressionTransferEditing)


def unregister() -> None:
    del bpy.types.Scene.expression_transfer_editing
    del bpy.types.Object.expression_transfer_sliders
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
