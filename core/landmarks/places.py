"""Which of MediaPipe's 478 landmarks lie where; every FaceModel carries them. Left and right are the subject's."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32

Indices = NDArray[np.intp]


def _indices(*landmarks: int) -> Indices:
    return np.array(landmarks, dtype=np.intp)


@dataclass(frozen=True)
class Aperture:
    """An opening of the face: two rims that run from one shared corner to the other."""

    upper: Indices
    lower: Indices


@dataclass(frozen=True)
class Eye:
    aperture: Aperture
    iris: int
    """The iris's centre."""
    limbus: Indices
    """Four points on the iris's edge."""
    rings: tuple[Indices, Indices, Indices]
    """Closed contours of 16, point by point outside each other: the lids' edge, their skin, the orbit."""


MOUTH = Aperture(
    upper=_indices(78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308),
    lower=_indices(78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308),
)

LEFT_EYE = Eye(
    aperture=Aperture(
        upper=_indices(362, 398, 384, 385, 386, 387, 388, 466, 263),
        lower=_indices(362, 382, 381, 380, 374, 373, 390, 249, 263),
    ),
    iris=473,
    limbus=_indices(474, 475, 476, 477),
    rings=(
        _indices(263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249),
        _indices(359, 467, 260, 259, 257, 258, 286, 414, 463, 341, 256, 252, 253, 254, 339, 255),
        _indices(446, 342, 445, 444, 443, 442, 441, 413, 464, 453, 452, 451, 450, 449, 448, 261),
    ),
)
RIGHT_EYE = Eye(
    aperture=Aperture(
        upper=_indices(33, 246, 161, 160, 159, 158, 157, 173, 133),
        lower=_indices(33, 7, 163, 144, 145, 153, 154, 155, 133),
    ),
    iris=468,
    limbus=_indices(469, 470, 471, 472),
    rings=(
        _indices(33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7),
        _indices(130, 247, 30, 29, 27, 28, 56, 190, 243, 112, 26, 22, 23, 24, 110, 25),
        _indices(226, 113, 225, 224, 223, 222, 221, 189, 244, 233, 232, 231, 230, 229, 228, 31),
    ),
)
EYES = (LEFT_EYE, RIGHT_EYE)
"""Left first, as gaze is."""

OUTER_LIPS = _indices(
    61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146,
)  # fmt: skip
"""A closed contour round both lips."""
OUTER_EYE_CORNERS = _indices(263, 33)
"""Left, right: the distance between them is the face's size (eye_distance)."""
RIGID = _indices(33, 133, 362, 263, 98, 327, 2)
"""Points that go with the skull whatever the expression, about as deep as the teeth: eye corners, the nose's base."""
CHIN = _indices(152, 148, 377, 176, 400, 175, 199)
"""Points that go with the jaw."""
OPEN_SKIN = _indices(50, 280, 205, 425, 101, 330, 9, 151)
"""On cheeks and forehead, clear of hair, eyes and mouth."""


def eye_distance(landmarks: Array | Array32) -> Array:
    """… distances of the outer eye corners (px) of landmarks …×478×2."""
    left, right = OUTER_EYE_CORNERS
    return np.asarray(np.linalg.norm(landmarks[..., left, :] - landmarks[..., right, :], axis=-1))
