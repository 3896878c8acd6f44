"""A fit as a take on its fitted head: shown exactly as fitted, and edited as units."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.conventions import Array
from ..core.facs.from_fit import performance, rest
from ..core.facs.performance import Performance
from ..core.facs.tables import GAZE_SHAPES, UNIT_SHAPES
from ..core.facs.transfer import remainder
from ..core.fit.result import Fit
from . import drivers, head, keys, layers, units

_REMAINDER = "{}_fitted"
"""Property of a fitted head: what of a shape key's value is not of the performance (transfer.remainder)."""
_STRONGEST = 10.0
"""Blender's own limit of a shape key's slider."""


@dataclass(frozen=True)
class Take:
    fit: Fit
    performance: Performance
    remainder: dict[str, Array]
    """Expression → T."""
    weights: dict[str, dict[str, float]]
    """Expression → what of which channel it follows."""


def take_of(fit: Fit, source: str, neutral_frame: int | None) -> Take:
    """As core.pipeline has the performance of a solve; `source`: its footage's name."""
    neutral = rest(fit, neutral_frame)
    own = performance(fit, neutral, source)
    scales = zip(UNIT_SHAPES.items(), neutral.scale(), strict=True)
    weights = {shape: {unit: float(scale)} for (unit, shape), scale in scales}
    return Take(fit, own, remainder(fit, neutral, own), weights | {shape: {shape: 1.0} for shape in GAZE_SHAPES})


def put(face: Any, take: Take, rows: NDArray[np.intp], frames: Array, name: str, moves: dict[str, Array]) -> None:
    """Put the rows of a take (at N scene frames) on its head, which moves so besides (N×C by data path).

    Expressions that are no unit's are keyed as they were fitted.
    """
    units.ensure(face)
    rests = {_REMAINDER.format(shape): values[rows] for shape, values in take.remainder.items()}
    for each in rests:
        face[each] = 0.0
    extra = {units.path(each): values for each, values in rests.items()}
    layers.put_solve(face, _rows(take.performance, rows), frames, name, extra=extra | moves)
    shape_keys = face.data.shape_keys
    for shape in take.remainder:
        weights = {_REMAINDER.format(shape): 1.0} | take.weights[shape]
        highest = 1.0 if shape in GAZE_SHAPES else _STRONGEST
        shape_keys.key_blocks[shape].slider_max = highest
        drivers.drive(shape_keys, keys.value_path(shape), face, weights, limits=(0.0, highest))
    fitted = zip(take.fit.expressions, take.fit.expression[rows].T, strict=True)
    others = {keys.value_path(shape): column for shape, column in fitted if shape not in take.remainder}
    if others:
        keys.key_object(shape_keys, others, frames, name)
    head.drive_eyes(face, face)


def _rows(acted: Performance, rows: NDArray[np.intp]) -> Performance:
    columns = ("units", "head", "position", "gaze", "confidence", "bridged", "missing", "frames", "times")
    return replace(acted, **{column: getattr(acted, column)[rows] for column in columns})
