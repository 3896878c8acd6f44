"""Drivers from a carrier's properties to numbers anywhere in the file.

Their expressions are of the kind that Blender evaluates itself, without Python: fast, and they need no permission to
run scripts. They are told from an artist's own by their variables' names.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import bpy

from ..core.facs.tables import UNITS
from . import compat, units

_AT_ONCE = 8
"""Terms of one expression: Blender cuts what is longer than 255 characters without a word."""
_VARIABLE = re.compile(r"[vgo]\d")
"""Value, gain and offset of a term."""
_SUM = "expression_sum_{}"
"""Property of a carrier that holds a part of a longer sum."""


def drive(
    datablock: Any,
    path: str,
    carrier: Any,
    weights: Mapping[str, float],
    *,
    index: int = -1,
    limits: tuple[float, float] | None = None,
) -> Any:
    """Let Σ weight · property of the carrier, clamped to `limits`, drive a number; the driver's F-curve.

    Units count with their gain and offset. A driver of ours that is there is replaced.
    """
    release(datablock, path, index)
    names = list(weights.items())
    if len(names) > _AT_ONCE:
        groups = [dict(names[start : start + _AT_ONCE]) for start in range(0, len(names), _AT_ONCE)]
        names = [(_add_sum(carrier, group), 1.0) for group in groups]
    total = "+".join(_term(number, name, weight) for number, (name, weight) in enumerate(names)) or "0"
    expression = total if limits is None else f"clamp({total},{limits[0]:g},{limits[1]:g})"
    return express(datablock, path, carrier, [name for name, _ in names], expression, index=index)


def express(datablock: Any, path: str, carrier: Any, names: Sequence[str], expression: str, *, index: int = -1) -> Any:
    """Let an expression of used() properties of the carrier drive a number; the driver's F-curve."""
    release(datablock, path, index)
    curve = compat.add_driver(datablock, path, index)
    for number, name in enumerate(names):
        _add_variables(curve.driver, number, name, carrier)
    curve.driver.expression = expression
    return curve


def used(number: int, name: str) -> str:
    """What an expression calls the property that is the `number`th of its names; units with their gain and offset."""
    return f"(v{number}*g{number}+o{number})" if name in UNITS else f"v{number}"


def _term(number: int, name: str, weight: float) -> str:
    return used(number, name) if weight == 1.0 else f"{weight:.6g}*{used(number, name)}"


def _add_variables(driver: Any, number: int, name: str, carrier: Any) -> None:
    sources = {"v": name} | ({"g": units.gain(name), "o": units.offset(name)} if name in UNITS else {})
    for letter, source in sources.items():
        variable = driver.variables.new()
        variable.name = f"{letter}{number}"
        variable.targets[0].id, variable.targets[0].data_path = carrier, units.path(source)


def _add_sum(carrier: Any, weights: Mapping[str, float]) -> str:
    number = 0
    while _SUM.format(number) in carrier:
        number += 1
    carrier[_SUM.format(number)] = 0.0
    drive(carrier, units.path(_SUM.format(number)), carrier, weights)
    return _SUM.format(number)


def is_ours(curve: Any, carrier: Any = None) -> bool:
    """Whether a driver is one of drive(), of one carrier or of any."""
    variables = curve.driver.variables
    sources = [variable.targets[0].id for variable in variables if variable.type == "SINGLE_PROP"]
    return (
        0 < len(sources) == len(variables)
        and all(_VARIABLE.fullmatch(variable.name) for variable in variables)
        and all(source == carrier if carrier else source and units.is_carrier(source) for source in sources)
    )


def sources(curve: Any) -> set[str]:
    """The names of the carrier's properties that a driver of ours takes."""
    return {variable.targets[0].data_path[2:-2] for variable in curve.driver.variables}


def release(datablock: Any, path: str, index: int = -1) -> None:
    """Take a driver of ours away, with the parts of its sum; anything else stays."""
    curve = datablock.animation_data.drivers.find(path, index=max(index, 0)) if datablock.animation_data else None
    if curve is None or not is_ours(curve):
        return
    for variable in curve.driver.variables:
        target = variable.targets[0]
        name = target.data_path[2:-2]
        if re.fullmatch(_SUM.format(r"\d+"), name):
            target.id.driver_remove(target.data_path)
            del target.id[name]
    datablock.driver_remove(path, index)


def find(carrier: Any) -> Iterator[tuple[Any, Any]]:
    """Every datablock that a carrier drives, with each F-curve of its drivers; the parts of sums left out."""
    for datablock in (*bpy.data.objects, *bpy.data.shape_keys):
        curves = datablock.animation_data.drivers if datablock.animation_data else ()
        for curve in list(curves):
            if is_ours(curve, carrier) and not curve.data_path.startswith(f'["{_SUM.format("")}'):
                yield datablock, curve
