"""Timeline markers where a take is not to be trusted: missing, bridged, or read with low confidence."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.conventions import Array
from ..core.facs.performance import Performance
from ..core.report import LOW_CONFIDENCE
from ..core.report import passages as runs
from . import strings


def mark(scene: Any, performance: Performance, frames: Array, take: str) -> None:
    """A marker at the beginning of each passage, saying what it is and how many source frames it lasts.

    `frames`: T scene frames. Markers of an earlier solve of the take are replaced; an artist's own stay.
    """
    unmark(scene, take)
    for kind, marks in _kinds(performance).items():
        for first, last in runs(marks, np.arange(len(performance))):
            name = strings.MARK.format(kind=kind, count=last - first + 1, take=take)
            scene.timeline_markers.new(name, frame=round(float(frames[first])))


def unmark(scene: Any, take: str) -> None:
    """Take a take's markers away."""
    kinds = "|".join(map(re.escape, (strings.MARK_MISSING, strings.MARK_BRIDGED, strings.MARK_DOUBTFUL)))
    ours = re.compile(strings.MARK.format(kind=f"({kinds})", count=r"\d+", take=re.escape(take)))
    for marker in list(scene.timeline_markers):
        if ours.fullmatch(marker.name):
            scene.timeline_markers.remove(marker)


def _kinds(performance: Performance) -> dict[str, NDArray[np.bool_]]:
    seen = ~performance.missing & ~performance.bridged
    return {
        strings.MARK_MISSING: performance.missing,
        strings.MARK_BRIDGED: performance.bridged & ~performance.missing,
        strings.MARK_DOUBTFUL: seen & (performance.confidence < LOW_CONFIDENCE),
    }
