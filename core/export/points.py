"""Points of a face in its footage, as trackers take them: named, and told of every frame whether they were seen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import LANDMARKS, Array
from ..face.model import FaceModel
from ..fit.result import Fit
from ..landmarks.places import LEFT_EYE, MOUTH, RIGHT_EYE
from ..landmarks.track import LandmarkTrack

MAIN: dict[str, int] = {
    "nose_bridge": 168, "nose_tip": 1, "nose_base": 2, "nostril_L": 327, "nostril_R": 98,
    "brow_inner_L": 285, "brow_mid_L": 282, "brow_outer_L": 276,
    "brow_inner_R": 55, "brow_mid_R": 52, "brow_outer_R": 46,
    "eye_inner_L": 362, "eye_upper_L": 386, "eye_outer_L": 263, "eye_lower_L": 374, "iris_L": LEFT_EYE.iris,
    "eye_inner_R": 133, "eye_upper_R": 159, "eye_outer_R": 33, "eye_lower_R": 145, "iris_R": RIGHT_EYE.iris,
    "lip_corner_L": 291, "lip_corner_R": 61, "lip_upper": 0, "lip_lower": 17,
    "lip_inner_upper": int(MOUTH.upper[5]), "lip_inner_lower": int(MOUTH.lower[5]),
    "cheek_L": 280, "cheek_R": 50, "jaw_L": 397, "jaw_R": 172, "chin": 152, "forehead": 10,
    "temple_L": 454, "temple_R": 234,
}  # fmt: skip
"""Landmarks that a tracker is usually asked for, by name; L and R are the subject's."""
HEAD = ("nose_bridge", "eye_inner_L", "eye_outer_L", "eye_inner_R", "eye_outer_R", "nose_base")
"""Those that go with the skull."""
PLANE: Array = np.array([[-0.06, -0.07, 0.0], [0.06, -0.07, 0.0], [0.06, 0.05, 0.0], [-0.06, 0.05, 0.0]])
"""4×3 m in face space, seen from before it: lower left, lower right, upper right, upper left of a card at the nose's
bridge, which a corner pin fastens to the head.
"""


@dataclass(frozen=True)
class Points:
    """N points in T frames."""

    names: tuple[str, ...]
    places: Array
    """T×N×2 px (u right, v down, centres at +0.5); NaN where not seen."""
    frames: NDArray[np.int64]
    """T source frame numbers."""
    width: int
    height: int

    @property
    def seen(self) -> NDArray[np.bool_]:
        """T×N."""
        return np.asarray(np.isfinite(self.places).all(axis=-1))

    def only(self, names: tuple[str, ...]) -> "Points":
        rows = [self.names.index(name) for name in names]
        return Points(names, self.places[:, rows], self.frames, self.width, self.height)


def main_points(track: LandmarkTrack) -> Points:
    """The landmarks of MAIN, where the detector saw them."""
    return _points(track, MAIN)


def all_points(track: LandmarkTrack) -> Points:
    """All 478, named after MediaPipe's numbers."""
    return _points(track, {f"point_{index:03d}": index for index in range(LANDMARKS)})


def _points(track: LandmarkTrack, chosen: dict[str, int]) -> Points:
    places = np.where(track.visible[:, None, None], track.points[:, list(chosen.values())], np.nan)
    return Points(tuple(chosen), places.astype(np.float64), track.frames, track.width, track.height)


def card(fit: Fit, model: FaceModel) -> Points:
    """Corners of a card on the head (PLANE), as the fit has the head; seen wherever it has one."""
    bridge = model.landmarks(model.neutral(fit.identity))[MAIN["nose_bridge"]]
    places = np.stack([fit.project(PLANE + bridge, row) for row in range(len(fit))])
    places[~(fit.visible | fit.bridged)] = np.nan
    return Points(("lower_R", "lower_L", "upper_L", "upper_R"), places, fit.frames, fit.camera.width, fit.camera.height)
