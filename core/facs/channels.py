"""A performance as named channels: what is keyed, edited and written column by column."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from .performance import Performance
from .tables import UNITS

HEAD = ("head_yaw", "head_pitch", "head_roll")
POSITION = ("head_x", "head_y", "head_z")
GAZE = ("gaze_L_yaw", "gaze_L_pitch", "gaze_R_yaw", "gaze_R_pitch")
"""As the Performance has them, in its order: rad, m, rad."""

CHANNELS: tuple[str, ...] = (*UNITS, *GAZE, *HEAD, *POSITION)

_GROUP_OF = {
    "brow": ("AU1", "AU2", "AU4"),
    "eye": ("AU5", "AU7", "AU45"),
    "nose": ("AU9",),
    "cheek": ("AU6", "AU34"),
    "jaw": ("AU26", "AU29", "AU30"),
}


def _group(unit: str) -> str:
    code = unit.split("_", maxsplit=1)[0]
    return next((group for group, codes in _GROUP_OF.items() if code in codes), "mouth")


GROUPS: dict[str, tuple[str, ...]] = {
    group: tuple(unit for unit in UNITS if _group(unit) == group)
    for group in ("brow", "eye", "nose", "cheek", "mouth", "jaw")
} | {"gaze": GAZE, "head": (*HEAD, *POSITION)}
"""Every channel once, by part of the face."""

_SIDEWAYS = {"mouthLeft": "mouthRight", "mouthRight": "mouthLeft", "AU30_L": "AU30_R", "AU30_R": "AU30_L"}
"""Movements of the whole to one side: in a mirror they go to the other, but no side of the face does them."""
_TURNED = frozenset({"gaze_L_yaw", "gaze_R_yaw", "head_yaw", "head_roll", "head_x"})
"""Channels whose sign a mirror turns."""


@cache
def other_side(channel: str) -> str | None:
    """The channel of the same action on the other side of the face; None where it has no sides."""
    if channel in _SIDEWAYS:
        return None
    for side, other in (("L", "R"), ("R", "L")):
        for here, there in ((f"_{side}_", f"_{other}_"), (f"_{side}", f"_{other}")):
            if channel.endswith(here) or (here.endswith("_") and here in channel):
                return channel.replace(here, there)
    return None


def reflected(channel: str) -> tuple[str, float]:
    """The channel that shows a channel's movement in a mirror, and its sign there."""
    partner = _SIDEWAYS.get(channel) or other_side(channel) or channel
    return partner, -1.0 if channel in _TURNED else 1.0


def curves_of(performance: Performance) -> dict[str, Array]:
    """Every channel's T values."""
    gaze = performance.gaze.reshape(-1, len(GAZE))
    values = np.column_stack([performance.units, gaze, performance.head, performance.position])
    return dict(zip(CHANNELS, values.T, strict=True))


def resting(frames: NDArray[np.int64], times: Array, fps: float, source: str) -> Performance:
    """A face at rest (T frame numbers, T s), seen and known for sure in every frame."""
    count = len(frames)
    return Performance(
        units=np.zeros((count, len(UNITS))),
        head=np.zeros((count, len(HEAD))),
        position=np.zeros((count, len(POSITION))),
        gaze=np.zeros((count, 2, 2)),
        confidence=np.ones(count),
        bridged=np.zeros(count, bool),
        missing=np.zeros(count, bool),
        frames=frames,
        times=times,
        fps=fps,
        source=source,
    )


def with_curves(performance: Performance, curves: Mapping[str, Array]) -> Performance:
    """The performance with other values (T each) in some channels."""
    known = curves_of(performance) | dict(curves)

    def of(names: tuple[str, ...]) -> Array:
        return np.stack([known[name] for name in names], axis=1)

    return replace(performance, units=of(UNITS), gaze=of(GAZE).reshape(-1, 2, 2), head=of(HEAD), position=of(POSITION))
