"""What the detector saw of one person."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..storage import Saved


@dataclass(frozen=True)
class LandmarkTrack(Saved):
    """One person's landmarks, one row per frame of the clip, first to last; gaps are marked, not left out."""

    schema: ClassVar[str] = "landmarks/2"

    points: Array32
    """T×478×2 px (u right, v down, centres at +0.5); NaN where not visible."""
    depth: Array32
    """T×478, the detector's relative depth in px, smaller is nearer; NaN where not visible."""
    score: Array32
    """T, the detector's presence score 0–1; 0 where not visible."""
    visible: NDArray[np.bool_]
    """T: the person was found in this frame and is believed."""
    frames: NDArray[np.int64]
    """T source frame numbers."""
    times: Array
    """T seconds from the first frame of the file or sequence (a range keeps its place in it)."""
    fps: float
    width: int
    height: int
    """Size of the frames, px, as displayed (rotation flags applied)."""
    focal: float | None
    """Focal length, px, where the footage says it (EXIF); None otherwise."""
    backend: str
    """Which detector: 'mediapipe-solutions' or 'mediapipe-tasks'."""
    likeness: Array32 | None = None
    """D: the person's mean look (recogniser.Recogniser)."""
    recogniser: str | None = None
    """Whose looks they are; those of others don't compare."""
    warnings: tuple[str, ...] = ()
    """What was wrong with the footage but could be read around."""

    def __len__(self) -> int:
        return len(self.frames)
