"""Where on a head the skin's texture lies: every feature is found by its landmarks, none by coordinates."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...core.conventions import Array, Array32
from ...core.face.model import FaceModel
from ...core.face.paint import BROWS
from ...core.face.texels import Texels, hollowness
from ...core.landmarks.mirror import MIRROR
from ...core.landmarks.places import EYES, OUTER_EYE_CORNERS

SKIN = "skin"
SIZE = 512
"""px of the chart's side."""
BROW_LIFT = 0.055
"""In distances of the outer eye corners (heads.makeup): hairs grow above the ridge that stands for a bare head's brow.
"""
HOLLOW_ROUNDS = 6
FOREHEAD_TOP = 10


@dataclass(frozen=True)
class Chart:
    """The skin's texture of one head model: size×size texels, first row at v = 1, symmetric about the middle column."""

    size: int
    marks: Array
    """468×2 px, mirror-symmetric: where landmarks lie; NaN of those beside the skin. The subject's left is right."""
    unit: float
    """px between the outer eye corners."""
    hollow: Array32
    """size×size: above 0 in folds and pits (texels.hollowness)."""
    expressions: tuple[str, ...]
    """Names of the weights that a skin is asked for."""

    def points(self, *landmarks: int) -> Array:
        """N×2 px."""
        return self.marks[list(landmarks)]

    def mirrored(self, points: Array) -> Array:
        """…×2 px on the other side of the face."""
        return np.asarray(np.array([self.size, 0.0]) + points * [-1, 1])


def with_skin_chart(head: FaceModel) -> FaceModel:
    """The same head, its skin's texture coordinates spread over 0–1: readers pack a head's textures into one, where
    the face is no longer in the middle.
    """
    corners = head.uv[head.uv_triangles[_on_skin(head)]]
    low, high = corners.min(axis=(0, 1)), corners.max(axis=(0, 1))
    return replace(head, uv=np.asarray((head.uv - low) / (high - low), dtype=np.float32))


def skin_chart(head: FaceModel, size: int = SIZE) -> Chart:
    """The chart of a head that `with_skin_chart` gave."""
    skin = _on_skin(head)
    only = replace(head, triangles=head.triangles[skin], uv_triangles=head.uv_triangles[skin], part=head.part[skin])
    texels = Texels(only, size)
    mean = head.mean.astype(np.float64)
    marks = _symmetric(_landmarks(head, skin) * [size, -size] + [0, size], size)
    left, right = marks[OUTER_EYE_CORNERS]
    unit = float(np.linalg.norm(left - right))
    marks[:, 1] -= BROW_LIFT * unit * _near_brows(marks[:, 1], marks)
    hollow = texels.at(hollowness(mean, only.triangles, HOLLOW_ROUNDS)[:, None])[..., 0]
    return Chart(size, marks, unit, hollow, head.expressions)


def _near_brows(row: Array, marks: Array) -> Array:
    """N, 0–1: 1 in rows of brows, 0 from the lids down and from the forehead's top up, so that nothing folds."""
    upper, lower = (marks[[edge for brow in BROWS for edge in brow[side]], 1] for side in (0, 1))
    lids = marks[np.concatenate([eye.aperture.upper for eye in EYES]), 1]
    steps = [marks[FOREHEAD_TOP, 1], upper.mean(), lower.mean(), lids.min()]
    return np.asarray(np.interp(row, steps, [0.0, 1.0, 1.0, 0.0]))


def _on_skin(head: FaceModel) -> NDArray[np.bool_]:
    return np.asarray(head.part == head.parts.index(SKIN))


def _landmarks(head: FaceModel, skin: NDArray[np.bool_]) -> Array:
    """468×2 texture coordinates."""
    corners = head.uv[head.uv_triangles[head.landmark_triangle]]
    places = np.einsum("lkc,lk->lc", corners, head.landmark_weights).astype(np.float64)
    places[~skin[head.landmark_triangle]] = np.nan
    return np.asarray(places[:468])


def _symmetric(marks: Array, size: int) -> Array:
    """The landmarks were measured on each side by itself."""
    other = marks[MIRROR[:468]] * [-1, 1] + [size, 0]
    return np.asarray((marks + other) / 2)
