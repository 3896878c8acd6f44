"""A shot's performance in FACS terms: what artists edit and rigs follow.

Units say what this face did, its own neutral removed (from_fit.Neutral): a brow that always hangs low is no AU4.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from ..storage import Saved


@dataclass(frozen=True)
class Performance(Saved):
    """T frames of action units, head turn and gaze, one row per frame of the source, first to last."""

    schema: ClassVar[str] = "performance/2"

    units: Array
    """T×len(tables.UNITS), 0–1 above the face's own neutral, where 1 is the strongest the action gets (artists may
    exceed it)."""
    head: Array
    """T×3 rad: yaw to the subject's left, pitch downwards, roll to the subject's right."""
    position: Array
    """T×3 m: the head's place against its usual one in this shot (median): to the picture's right, up, towards the
    camera."""
    gaze: Array
    """T×2×2 rad in the head: per eye (left first) yaw to the subject's left, pitch downwards."""
    confidence: Array
    """T, 0–1."""
    bridged: NDArray[np.bool_]
    """T: interpolated over a short gap."""
    missing: NDArray[np.bool_]
    """T: no face and no bridge; the curves are at rest there."""
    frames: NDArray[np.int64]
    """T source frame numbers."""
    times: Array
    """T seconds from the first frame of the file or sequence (a range keeps its place in it)."""
    fps: float
    source: str
    """Name of the footage, for reports."""

    def __len__(self) -> int:
        return len(self.frames)
