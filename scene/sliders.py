"""What the panel needs to edit action units: which are ticked, which groups are open, and sliders for linked sides.

A linked slider moves both sides of the face by as much, so that what was uneven stays so. It is a registered property
without storage over the carrier's two custom properties; drawn unlinked, those are sliders themselves, with all that
Blender does for animated properties.
"""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from collections.abc import Callable
from typing import Any

import bpy

from ..core.facs.channels import CHANNELS, GROUPS, other_side
from . import editing, settings, strings, units

_PAIRED = tuple(channel for channel in CHANNELS if other_side(channel))


def _getter(channel: str) -> Callable[[Any], float]:
    return lambda sliders: float(sliders.id_data.get(channel, 0.0))


def _setter(channel: str) -> Callable[[Any, float], None]:
    return lambda sliders, value: move_both(sliders.id_data, channel, value)


def move_both(carrier: Any, channel: str, value: float) -> None:
    """Set a channel, and move its other side by as much; both are keyed where Blender is set to key automatically."""
    change = value - carrier[channel]
    both = (channel, other_side(channel) or channel)
    for name in dict.fromkeys(both):
        carrier[name] += change
    carrier.update_tag()
    scene = bpy.context.scene
    if scene.tool_settings.use_keyframe_insert_auto:
        editing.key_shown(carrier, both, scene.frame_current, of_scene(scene).reach)


def _linked(channel: str) -> Any:
    low, high = units.soft_range(channel)
    return bpy.props.FloatProperty(
        name=channel,
        description=strings.LINKED_TIP,
        soft_min=low,
        soft_max=high,
        subtype=units.subtype(channel),
        options=set(),
        get=_getter(channel),
        set=_setter(channel),
    )


class ExpressionTransferLinked(bpy.types.PropertyGroup):
    """A slider for each channel with sides, by its name."""

    __annotations__ = {channel: _linked(channel) for channel in _PAIRED}


class ExpressionTransferEditing(bpy.types.PropertyGroup):
    """How action units are shown and edited, saved with the scene."""

    __annotations__ = {
        **{
            f"tick_{channel}": bpy.props.BoolProperty(name=channel, description=strings.TICK_TIP)
            for channel in CHANNELS
        },
        **{f"open_{group}": bpy.props.BoolProperty(name=strings.GROUPS[group]) for group in GROUPS},
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


_CLASSES = (ExpressionTransferLinked, ExpressionTransferEditing)


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Object.expression_transfer_linked = bpy.props.PointerProperty(type=ExpressionTransferLinked)
    bpy.types.Scene.expression_transfer_editing = bpy.props.PointerProperty(type=ExpressionTransferEditing)


def unregister() -> None:
    del bpy.types.Scene.expression_transfer_editing
    del bpy.types.Object.expression_transfer_linked
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
