"""Curves as a picture."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..conventions import Array
from ..facs.performance import Performance
from ..facs.tables import UNITS
from .chart import Axis, Curve, Passage, draw
from .sheet import write_png

GROUPS = {
    "brows": ("AU1_L", "AU1_R", "AU2_L", "AU2_R", "AU4_L", "AU4_R"),
    "eyes": ("AU45_L", "AU45_R", "AU5_L", "AU5_R", "AU7_L", "AU7_R", "AU6_L", "AU6_R"),
    "jaw and lips": ("AU26", "AU8", "AU18", "AU22", "AU17", "AU28_upper", "AU28_lower"),
    "mouth corners": ("AU12_L", "AU12_R", "AU15_L", "AU15_R", "AU20_L", "AU20_R", "AU14_L", "AU14_R"),
}
ANGLES = ("head yaw", "head pitch", "head roll", "gaze yaw", "gaze pitch")


def plot_curves(performance: Performance, path: Path, known: dict[str, Array] | None = None) -> None:
    """Write a PNG of the main units, head and gaze over time; bridged frames are shaded lightly, missing ones
    strongly. `known`: true curves (each T) of some units, dashed.
    """
    passages = tuple(find_passages(performance))
    axes = [
        Axis(title, performance.times, tuple(_curve(performance, unit, known or {}) for unit in units), -0.02, 1.05,
             passages)
        for title, units in GROUPS.items()
    ]  # fmt: skip
    headline = performance.source + ("  (dashed: known)" if known else "")
    write_png(draw([*axes, _angles(performance, passages)], headline), path)


def _curve(performance: Performance, unit: str, known: dict[str, Array]) -> Curve:
    return Curve(unit, performance.units[:, UNITS.index(unit)], known.get(unit))


def _angles(performance: Performance, passages: tuple[Passage, ...]) -> Axis:
    degrees = np.rad2deg(np.column_stack([performance.head, performance.gaze.mean(axis=1)]))
    low, high = min(-5.0, np.nanmin(degrees) * 1.1), max(5.0, np.nanmax(degrees) * 1.1)
    curves = (Curve(name, degrees[:, column]) for column, name in enumerate(ANGLES))
    return Axis("degrees", performance.times, tuple(curves), low, high, passages)


def find_passages(performance: Performance) -> Iterator[Passage]:
    """Bridged and missing frames, a stretch at a time, from half a frame before to half a frame behind."""
    half = 0.5 / performance.fps
    for marks, strength in ((performance.bridged, 0.12), (performance.missing, 0.3)):
        edges = np.flatnonzero(np.diff(marks, prepend=False, append=False)).reshape(-1, 2)
        for first, beyond in edges:
            yield Passage(performance.times[first] - half, performance.times[beyond - 1] + half, strength)
