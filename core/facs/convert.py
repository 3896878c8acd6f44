"""Performance ↔ expression weights of a face model ↔ ARKit's 52 shapes."""

import numpy as np

from ..conventions import Array
from ..fit.lids import gaze_weights
from .performance import Performance
from .tables import (
    ARKIT,
    ARKIT_MERGED,
    GAZE_RANGE,
    GAZE_SHAPES,
    SHAPES,
    UNIT_SHAPES,
    UNITS,
    arkit_name,
)

_ARKIT_INDEX = {name: column for column, name in enumerate(ARKIT)}


def gaze_from_weights(weights: dict[str, Array]) -> Array:
    """T×2×2 rad from eyeLook… weights by name (each T): the inverse of gaze_weights."""
    eyes = []
    for side, left in (("L", 1.0), ("R", -1.0)):
        out, inward = weights[f"eyeLookOut_{side}"] * GAZE_RANGE["Out"], weights[f"eyeLookIn_{side}"] * GAZE_RANGE["In"]
        down, up = weights[f"eyeLookDown_{side}"] * GAZE_RANGE["Down"], weights[f"eyeLookUp_{side}"] * GAZE_RANGE["Up"]
        eyes.append(np.stack([left * (out - inward), down - up], axis=-1))
    return np.stack(eyes, axis=1)


def shape_weights(performance: Performance, expressions: tuple[str, ...]) -> Array:
    """T×E weights for a face model's expressions (names of tables.SHAPES; others stay at 0)."""
    unit_of = {shape: unit for unit, shape in UNIT_SHAPES.items()}
    gaze = gaze_weights(performance.gaze)
    weights = np.zeros((len(performance), len(expressions)))
    for column, shape in enumerate(expressions):
        if shape in unit_of:
            weights[:, column] = performance.units[:, UNITS.index(unit_of[shape])]
        elif shape in GAZE_SHAPES:
            weights[:, column] = gaze[:, GAZE_SHAPES.index(shape)]
    return weights


def units_from_shapes(expression: Array, expressions: tuple[str, ...]) -> Array:
    """T×len(UNITS) control channels of a model's weights (T×E); shapes that the model lacks stay at 0."""
    units = np.zeros((len(expression), len(UNITS)))
    for column, (_, shape) in enumerate(UNIT_SHAPES.items()):
        if shape in expressions:
            units[:, column] = expression[:, expressions.index(shape)]
    return units


def arkit_weights(performance: Performance) -> Array:
    """T×52 weights in the order of tables.ARKIT; a merged shape is the mean of its two sides."""
    weights = shape_weights(performance, SHAPES)
    arkit = np.zeros((len(performance), len(ARKIT)))
    for column, shape in enumerate(SHAPES):
        name = arkit_name(shape)
        arkit[:, _ARKIT_INDEX[name]] += weights[:, column] / len(ARKIT_MERGED.get(name, (name,)))
    return arkit


def shapes_from_arkit(arkit: Array) -> dict[str, Array]:
    """Weights by shape name (tables.SHAPES, each T) of ARKit weights (T×52, order of tables.ARKIT)."""
    return {shape: arkit[:, _ARKIT_INDEX[arkit_name(shape)]] for shape in SHAPES}
