"""Runs of frames that are solved together, and the gaps between them."""

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array

BRIDGED_SECONDS = 0.5
"""Gaps up to this long are bridged; longer ones split the shot."""


def segments(visible: NDArray[np.bool_], times: Array) -> list[slice]:
    """Slices of rows that begin and end with a visible frame and hold no gap longer than BRIDGED_SECONDS."""
    rows = np.flatnonzero(visible)
    if len(rows) == 0:
        return []
    gap = (np.diff(rows) > 1) & (np.diff(times[rows]) > BRIDGED_SECONDS)
    return [slice(int(run[0]), int(run[-1]) + 1) for run in np.split(rows, np.flatnonzero(gap) + 1)]


def bridged(visible: NDArray[np.bool_], times: Array) -> NDArray[np.bool_]:
    """T: not visible, but inside a segment."""
    inside = np.zeros(len(visible), bool)
    for segment in segments(visible, times):
        inside[segment] = True
    return inside & ~visible


def long_runs(marks: NDArray[np.bool_], times: Array) -> NDArray[np.bool_]:
    """T: marked, in a run of marks longer than BRIDGED_SECONDS."""
    rows = np.flatnonzero(marks)
    kept = np.zeros_like(marks)
    for run in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1):
        if len(run) and times[run[-1]] - times[run[0]] > BRIDGED_SECONDS:
            kept[run] = True
    return kept


def bridge(values: Array, visible: NDArray[np.bool_], times: Array) -> Array:
    """Values (T×…) with rows that are not visible interpolated linearly in time, held at the ends."""
    known = np.flatnonzero(visible)
    flat = values.reshape(len(values), -1)
    filled = [np.interp(times, times[known], column[known]) for column in flat.T]
    return np.stack(filled, axis=1).reshape(values.shape)
