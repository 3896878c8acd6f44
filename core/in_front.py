"""In which frames of a job something is in front of the face, kept beside its frames for a run that goes on with it."""

import json
from pathlib import Path

from .refine.reperform import Reperformed
from .storage import UNREADABLE, write_json

FILE = "in_front.json"
"""Source frame → percent of what was to be changed that something is in front of."""
NOTED = 0.5
"""Percent from which on a frame is told in report.json."""


class InFront:
    """A job's record."""

    def __init__(self, folder: Path, kept: set[int]) -> None:
        """`kept`: the frames of an earlier run that stay."""
        self._file = folder / FILE
        self._percent = {number: percent for number, percent in noted(folder).items() if number in kept}

    def note(self, number: int, made: Reperformed) -> None:
        """One frame that was made."""
        covered, changed = float(made.occlusion.sum()), float(made.matte.sum())
        self._percent[number] = round(100 * covered / max(covered + changed, 1.0), 2)

    def close(self) -> None:
        """Write it, however far the job has come."""
        write_json(self._file, {str(number): self._percent[number] for number in sorted(self._percent)})


def noted(folder: Path) -> dict[int, float]:
    """What a folder's record holds: percent by source frame; nothing where there is none."""
    try:
        stored = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return {int(number): float(percent) for number, percent in stored.items()}
    except (*UNREADABLE, AttributeError, TypeError):
        return {}
