"""What another shot teaches: the driver's folds, for expressions that the plate's person never showed."""

import numpy as np

from ..clip import Clip
from ..clip.proxy import is_encoded
from ..face.model import FaceModel
from ..fit.result import Fit
from ..landmarks.track import LandmarkTrack
from ..reporting import Reporter
from .geometry import PlateGeometry
from .wrinkles import Learner, Lent

__all__ = ["Lent", "lesson"]

GAMMA = 2.2
"""Of displays, roughly."""


def lesson(
    clip: Clip, model: FaceModel, fit: Fit, track: LandmarkTrack, plate: Clip, reporter: Reporter
) -> Lent | None:
    """The folds of the person in `clip`, read once, for a `plate`; None where no skin was seen."""
    geometry = PlateGeometry(model, fit, track)
    learner = Learner(fit, geometry.chart)
    wanted = set(learner.rows.tolist())
    for row, frame in enumerate(clip):
        reporter.check()
        if row in wanted:
            learner.add(row, frame.pixels, *geometry.skin(row))
        if row >= max(wanted, default=0):
            break
    found = learner.learnt()
    return None if found is None else Lent(found, GAMMA ** (_shown(clip) - _shown(plate)))


def _shown(clip: Clip) -> int:
    """1 where values are a display's, 0 where they are linear light."""
    return int(np.issubdtype(clip.dtype, np.integer) or is_encoded(clip.colour_space))
