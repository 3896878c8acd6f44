"""What a learnt estimator read off the pictures of a shot: the fit's evidence about expression beside the landmarks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array


@dataclass(frozen=True)
class Evidence:
    """T frames' readings of n expressions, row by row as the LandmarkTrack's."""

    names: tuple[str, ...]
    """n names of expressions (facs.tables.SHAPES); those that the face model lacks are left out of the fit."""
    weights: Array
    """T×n weights, about 0–1, unfiltered; rows of frames that were not seen are NaN."""
    sigma: Array
    """T×n: standard deviation of the weights' error as the estimator states it."""
    gaze: Array | None
    """T×2×2 rad in the head: per eye (left first) yaw to the subject's left, pitch downwards; None: not read."""

    def __len__(self) -> int:
        return len(self.weights)

    def seen(self) -> NDArray[np.bool_]:
        """T: the frame was read."""
        return np.asarray(np.isfinite(self.weights).all(axis=1) & np.isfinite(self.sigma).all(axis=1))
