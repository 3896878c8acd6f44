"""A chart of curves over seconds, drawn with OpenCV: a plotting library would be a fifth of Blender's extension."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

import cv2
import numpy as np

from ..conventions import Array
from .sheet import Image

WIDTH, HEIGHT, HEAD = 1120, 184, 24
"""px of an axis with its ticks and names, and height of the headline."""
LEFT, RIGHT, TOP, BOTTOM = 58, 10, 6, 24
"""px around an axis' frame."""
FINER = 2
"""Everything is drawn so many times larger and shrunk: OpenCV's own smoothing leaves thin lines ragged."""
COLOURS = (
    (31, 119, 180), (255, 127, 14), (44, 160, 44), (214, 39, 40),
    (148, 103, 189), (140, 86, 75), (227, 119, 194), (127, 127, 127),
)  # fmt: skip
"""RGB of one curve after another (Tableau 10)."""
RED, BLACK, GREY = COLOURS[3], (50, 50, 50), (226, 226, 226)
DASH = 5
"""Points of a dashed line that are drawn, and then left out."""


@dataclass(frozen=True)
class Curve:
    name: str
    values: Array
    """T."""
    known: Array | None = None
    """T: what the values should be; dashed."""


@dataclass(frozen=True)
class Passage:
    """A stretch of time (s) that is shaded red, 0–1 strong."""

    start: float
    end: float
    strength: float


@dataclass(frozen=True)
class Axis:
    """Curves over common times (T, s), shown from `low` to `high`."""

    title: str
    times: Array
    curves: tuple[Curve, ...]
    low: float
    high: float
    passages: tuple[Passage, ...] = ()


def draw(axes: Sequence[Axis], headline: str) -> Image:
    """The headline over the axes, one under another; RGB."""
    head = np.full((HEAD * FINER, WIDTH * FINER, 3), 255, np.uint8)
    _write(head, headline, (WIDTH // 2 - 3 * len(headline), 16))
    large = np.vstack([head, *map(_panel, axes)])
    size = (WIDTH, large.shape[0] // FINER)
    return np.asarray(cv2.resize(large, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def places(axis: Axis, seconds: Array, values: Array) -> Array:
    """N×2 px of values at times, in the axis' panel."""
    start, end = _span(axis)
    across = LEFT + (seconds - start) / (end - start) * (WIDTH - RIGHT - LEFT)
    up = np.clip((values - axis.low) / (axis.high - axis.low), 0, 1)
    return np.column_stack([across, HEIGHT - BOTTOM - up * (HEIGHT - BOTTOM - TOP)])


def _panel(axis: Axis) -> Image:
    picture = np.full((HEIGHT * FINER, WIDTH * FINER, 3), 255, np.uint8)
    for passage in axis.passages:
        _shade(picture, axis, passage)
    _rule(picture, axis)
    for curve, colour in zip(axis.curves, COLOURS, strict=False):
        if curve.known is not None:
            _dash(picture, places(axis, axis.times, curve.known), colour)
        _line(picture, places(axis, axis.times, curve.values), colour)
    _legend(picture, axis)
    return picture


def _shade(picture: Image, axis: Axis, passage: Passage) -> None:
    ends = places(axis, np.clip([passage.start, passage.end], *_span(axis)), np.zeros(2))[:, 0]
    u0, u1 = np.rint(ends * FINER).astype(int)
    area = picture[TOP * FINER : (HEIGHT - BOTTOM) * FINER, u0:u1]
    area[:] = np.rint((1 - passage.strength) * area + passage.strength * np.array(RED))


def _rule(picture: Image, axis: Axis) -> None:
    """Grid, frame, ticks and the title."""
    start, end = _span(axis)
    for second in _ticks(start, end, 10):
        ends = places(axis, np.array([second, second]), np.array([axis.low, axis.high]))
        _line(picture, ends, GREY)
        _write(picture, f"{second:g} s", (round(ends[0, 0]) - 6, HEIGHT - BOTTOM + 14))
    for value in _ticks(axis.low, axis.high, 5):
        ends = places(axis, np.array([start, end]), np.array([value, value]))
        _line(picture, ends, GREY)
        _write(picture, f"{value:g}".rjust(5), (LEFT - 40, round(ends[0, 1]) + 4))
    corners = [(start, axis.low), (end, axis.low), (end, axis.high), (start, axis.high), (start, axis.low)]
    _line(picture, places(axis, *np.array(corners).T), BLACK)
    written = np.full((18 * FINER, (HEIGHT - BOTTOM) * FINER, 3), 255, np.uint8)
    _write(written, axis.title, ((HEIGHT - BOTTOM) // 2 - 3 * len(axis.title), 13))
    picture[: (HEIGHT - BOTTOM) * FINER, : 18 * FINER] = np.rot90(written)


def _legend(picture: Image, axis: Axis) -> None:
    """Names in the right upper corner, four in a row, upon whitened ground."""
    step, rows = 104, ceil(len(axis.curves) / 4)
    left = WIDTH - RIGHT - 8 - step * min(4, len(axis.curves))
    ground = picture[(TOP + 3) * FINER : (TOP + 8 + 15 * rows) * FINER, left * FINER : (WIDTH - RIGHT - 4) * FINER]
    ground[:] = np.rint(0.2 * ground + 0.8 * 255)
    for place, (curve, colour) in enumerate(zip(axis.curves, COLOURS, strict=False)):
        u, v = left + 6 + step * (place % 4), TOP + 16 + 15 * (place // 4)
        _line(picture, np.array([(u, v - 4), (u + 18, v - 4)]), colour)
        _write(picture, curve.name, (u + 23, v))


def _line(picture: Image, points: Array, colour: tuple[int, int, int]) -> None:
    """Through N×2 px; parted where a point is NaN."""
    for run in np.split(points, np.flatnonzero(~np.isfinite(points).all(axis=1))):
        corners = np.rint(run[np.isfinite(run).all(axis=1)] * FINER).astype(np.int32)
        cv2.polylines(picture, [corners], isClosed=False, color=colour, thickness=FINER, lineType=cv2.LINE_AA)


def _dash(picture: Image, points: Array, colour: tuple[int, int, int]) -> None:
    """The same dashed, in steps of a pixel along the line."""
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    steps = np.arange(0, along[-1], 1.0)
    fine = np.column_stack([np.interp(steps, along, column) for column in points.T])
    fine[np.arange(len(fine)) % (2 * DASH) >= DASH] = np.nan
    _line(picture, fine, colour)


def _write(picture: Image, text: str, place: tuple[int, int]) -> None:
    """From `place` (u, v px: its left end on the base line)."""
    at = (place[0] * FINER, place[1] * FINER)
    cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.38 * FINER, BLACK, 1, cv2.LINE_AA)


def _span(axis: Axis) -> tuple[float, float]:
    """Seconds; a single frame has a width too."""
    return float(axis.times[0]), float(max(axis.times[-1], axis.times[0] + 1e-3))


def _ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers between two: steps of 1, 2 or 5 times a power of ten, `most` at most."""
    power = 10.0 ** floor(log10((high - low) / most))
    step = next(power * each for each in (1, 2, 5, 10, 20) if (high - low) / (power * each) <= most)
    return [round(step * index, 6) for index in range(ceil(low / step), floor(high / step) + 1)]
