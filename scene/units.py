"""Action units, gaze, head turn and place as animatable custom properties of one object, the carrier.

Custom properties of the object itself, not registered ones: they evaluate on a machine without the extension.
"""

from typing import Any

from ..core.errors import InputError
from ..core.facs import channels
from ..core.facs.channels import GAZE, HEAD, POSITION
from ..core.facs.tables import ACTION_UNITS, GAZE_RANGE, GAZE_SHAPES, UNITS
from . import compat, strings
from .characters import rig_of

CHANNELS: tuple[str, ...] = channels.CHANNELS
"""What is animated: units (0–1), gaze and head turn (rad), the head's place (m), as in a Performance."""
DERIVED: tuple[str, ...] = GAZE_SHAPES
"""Driven by the gaze: weights of the lids that follow the eyes."""

_FARTHEST = 100.0
"""Hard limit of every channel, far from use: sums of layers are clamped to it."""
_SOFT = {"AU": (0.0, 1.0), "mouth": (0.0, 1.0), "gaze": (-0.6, 0.6), "head": (-1.2, 1.2)}
"""Sliders' range by the channel's beginning."""


def path(channel: str) -> str:
    """Data path of a channel (or its gain, its offset, a derived one) from the carrier."""
    return f'["{channel}"]'


def gain(unit: str) -> str:
    """Name of a unit's gain: what is used of the unit is its value · gain + offset."""
    return f"{unit}_gain"


def offset(unit: str) -> str:
    """Name of a unit's offset, see gain."""
    return f"{unit}_offset"


EDITABLE: tuple[str, ...] = (*CHANNELS, *map(gain, UNITS), *map(offset, UNITS))
"""What an artist changes: the channels, and the units' gains and offsets."""


def is_carrier(candidate: Any) -> bool:
    """Whether an object has the channels."""
    return CHANNELS[0] in candidate


def carrier_of(target: Any) -> Any:
    """The object that carries, or is to carry, the channels of the character that `target` belongs to: the nearest
    that has them already, else the rig's armature, else the mesh.
    """
    nearest = target
    while nearest is not None and not is_carrier(nearest):
        nearest = nearest.parent
    return rig_of(target) if nearest is None else nearest


def ensure(carrier: Any) -> None:
    """Give a carrier the properties it lacks; values that are there stay.

    Raises InputError where the object is linked from another file and can't take properties, or is an override of
    such a one: Blender would lose new properties and drivers of that with the next load.
    """
    if carrier.library is not None:
        raise InputError(strings.LINKED.format(name=carrier.name))
    if carrier.override_library is not None and not is_carrier(carrier):
        file = carrier.override_library.reference.library.name
        raise InputError(strings.OVERRIDDEN.format(name=carrier.name, file=file))
    for channel in CHANNELS:
        _add(carrier, channel, 0.0, soft_range(channel), subtype(channel), description(channel))
    for unit in UNITS:
        _add(carrier, gain(unit), 1.0, (0.0, 2.0), "NONE", strings.GAIN_TIP.format(unit=unit))
        _add(carrier, offset(unit), 0.0, (-1.0, 1.0), "NONE", strings.OFFSET_TIP.format(unit=unit))
    for shape in DERIVED:
        if shape not in carrier:
            _add(carrier, shape, 0.0, (0.0, 1.0), "NONE", strings.DERIVED_TIP)
            _follow_gaze(carrier, shape)


def remove(carrier: Any) -> None:
    """Take the properties away again, with the drivers of the derived ones; layers and connections go first."""
    for shape in DERIVED:
        carrier.driver_remove(path(shape))
    for name in (*CHANNELS, *map(gain, UNITS), *map(offset, UNITS), *DERIVED):
        carrier.pop(name, None)


def _add(carrier: Any, name: str, default: float, soft: tuple[float, float], subtype: str, description: str) -> None:
    if isinstance(carrier.get(name), float):
        return
    carrier[name] = float(carrier.get(name, default))
    carrier.id_properties_ui(name).update(
        default=default, min=-_FARTHEST, max=_FARTHEST, soft_min=soft[0], soft_max=soft[1],
        subtype=subtype, precision=2, description=description,
    )  # fmt: skip
    carrier.property_overridable_library_set(path(name), True)


def description(channel: str) -> str:
    """A channel's tooltip."""
    code = channel.partition("_")[0]
    names = [unit.name for unit in ACTION_UNITS if unit.code == code]
    return strings.UNIT_TIP.format(code=code, name=names[0]) if names else strings.CHANNEL_TIP.format(channel=channel)


def soft_range(channel: str) -> tuple[float, float]:
    """The range of a channel's slider."""
    if channel in POSITION:
        return -0.3, 0.3
    return next(limits for beginning, limits in _SOFT.items() if channel.startswith(beginning))


def subtype(channel: str) -> str:
    """What a channel's numbers are, as Blender's properties have it."""
    if channel in POSITION:
        return "DISTANCE"
    return "ANGLE" if channel in (*GAZE, *HEAD) else "NONE"


def _follow_gaze(carrier: Any, shape: str) -> None:
    """The driver of a derived channel: core.fit.lids.gaze_weights as an expression."""
    way, side = shape.removeprefix("eyeLook").split("_")
    source = f"gaze_{side}_{'yaw' if way in ('In', 'Out') else 'pitch'}"
    sign = "" if (way, side) in {("Down", "L"), ("Down", "R"), ("Out", "L"), ("In", "R")} else "-"
    curve = compat.add_driver(carrier, path(shape))
    variable = curve.driver.variables.new()
    variable.name = "gaze"
    variable.targets[0].id, variable.targets[0].data_path = carrier, path(source)
    curve.driver.expression = f"clamp({sign}gaze/{GAZE_RANGE[way]:g},0,1)"
