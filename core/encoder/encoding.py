"""What the encoder keeps of one person in one shot."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ..storage import Saved


@dataclass(frozen=True)
class Encoding(Saved):
    """One row per frame of the clip, beside its LandmarkTrack; zeros where the person is not seen."""

    schema: ClassVar[str] = "encoding/3"

    texture: NDArray[np.uint8]
    """T×SIDE×SIDE, shape-free: what the face looks like, wherever it is."""
    visible: NDArray[np.bool_]
    """T: the person was found in this frame and encoded."""

    def __len__(self) -> int:
        return len(self.visible)
