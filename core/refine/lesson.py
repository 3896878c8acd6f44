"""What another shot teaches: the driver's folds, for expressions that the plate's person never showed.

Another person's skin is printed on this one's: of its folds only the soft shading is taken, where the driver has no
hair. Pores, stubble, lashes and thin lines are the driver's own.
"""

from dataclasses import replace

import cv2
import numpy as np

from ..clip import Clip
from ..clip.proxy import is_encoded
from ..conventions import Array32
from ..easing import smoothstep
from ..face.model import FaceModel
from ..fit.result import Fit
from ..landmarks.track import LandmarkTrack
from ..reporting import Reporter
from .geometry import PlateGeometry
from .wrinkles import Learner, Lent, Wrinkles

__all__ = ["Lent", "lesson"]

GAMMA = 2.2
"""Of displays, roughly."""
SOFT = 5.0
"""Texels, the standard deviation of what is left out: 4 % of the distance of the outer eye corners."""
HAIR = (0.02, 0.05)
"""Natural log by which skin differs from its surroundings in the mean: bare, and under hair."""
SHADE = (0.25, 0.6)
"""Natural log by which it is darker than most of the face: lit, and in a beard or in shadow."""


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
    return None if found is None else Lent(softened(found), GAMMA ** (_shown(clip) - _shown(plate)))


def softened(wrinkles: Wrinkles) -> Wrinkles:
    """The coarse part of what folds do to bare skin."""
    skin = wrinkles.chart.skin > 0
    bare = _bare(wrinkles.usual) * skin
    around = np.maximum(_blurred(bare, SOFT), np.float32(1e-3))
    pictures = np.zeros_like(wrinkles.pictures)
    for picture, fine in zip(pictures, wrinkles.pictures, strict=True):
        whole = np.zeros_like(bare)
        whole[skin] = fine
        # what is under hair adds nothing to the skin beside it
        picture[:] = (bare * _blurred(whole * bare, SOFT) / around)[skin]
    return replace(wrinkles, pictures=pictures)


def _bare(usual: Array32) -> Array32:
    """SIDE×SIDE, 0–1: where a look (natural log) is that of skin without hair: smooth, and no darker than the rest."""
    rough = _blurred(np.abs(usual - _blurred(usual, SOFT / 2)), SOFT)
    darker = np.median(usual) - _blurred(usual, SOFT)
    hair: Array32 = np.maximum(smoothstep(rough, *HAIR), smoothstep(darker, *SHADE))
    return _blurred(1 - hair, SOFT / 2) * (1 - hair)


def _blurred(picture: Array32, sigma: float) -> Array32:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), dtype=np.float32)


def _shown(clip: Clip) -> int:
    """1 where values are a display's, 0 where they are linear light."""
    return int(np.issubdtype(clip.dtype, np.integer) or is_encoded(clip.colour_space))
