"""Hair and clothes: painted where they lie on the head, and as volumes behind it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...core.conventions import Array, Array32
from .person import Hair, Person

NECK = np.array([0.0, -0.15, -0.07])
"""m, face space: the head turns about it, the body hangs from it."""
BODY = np.array([[0.0, -0.17, 0.0], [0.21, 0.13, 0.10]])
"""Middle and half extents, m from the neck."""
COLLAR = -0.165
"""m: clothes begin below."""
SKULL_MIDDLE = -0.06
"""m, face space: depth of the axis that strands run round."""
STRAND = 4.0
"""Per m: how often the grain repeats downwards."""
RAGGED = 0.006
"""m: how far the hairline wanders up and down."""
DULL = 0.8
"""How much less than skin hair and clothes shine."""
EDGE, SEAM = 0.008, 0.003
"""m: how gradually hair and clothes begin."""


def dress(albedo: Array32, shine: Array32, neutral: Array32, skin: NDArray[np.intp], person: Person) -> None:
    """Paint hair on the skull and clothes on the neck where N×3 colours are skin (indices), and dull their shine (N×2).

    `neutral`: N×3 m, the places on the neutral head.
    """
    across, height, depth = neutral[skin].T
    hair = person.hair
    above = height - hair.line + hair.slope * (0.04 - depth) + RAGGED
    some = np.flatnonzero(above > 0)
    turn = np.arctan2(across[some], depth[some] - SKULL_MIDDLE)
    share = (above[some] - RAGGED * (1 + _wave(turn, hair.waves))) / EDGE
    strand = _strands(hair.grain, turn, height[some])
    _blend(albedo, skin[some], strand[:, None] * hair.colour, share)
    shine[skin[some], 0] *= 1 - DULL * np.clip(share, 0, 1)
    some = np.flatnonzero(height < COLLAR)
    _blend(albedo, skin[some], person.cloth, (COLLAR - height[some]) / SEAM)
    shine[skin[some], 0] *= 1 - DULL


def _wave(turn: Array32, waves: Array32) -> Array32:
    """N, −1 to 1: waves round the head (2×K: numbers and phases)."""
    return np.asarray(np.sin(turn[:, None] * waves[0] + waves[1]).mean(axis=1))


def _strands(grain: Array32, turn: Array32, height: Array32) -> Array32:
    """N factors of k×l ones, wound round the head."""
    rows, columns = grain.shape
    row = (STRAND * height % 1 * rows).astype(int)
    column = ((turn / (2 * np.pi) + 0.5) * columns).astype(int)
    return np.asarray(grain[row % rows, column % columns])


def _blend(albedo: Array32, place: NDArray[np.intp], colour: Array32, share: Array32) -> None:
    albedo[place] += np.clip(share, 0, 1)[:, None] * (colour - albedo[place])


@dataclass(frozen=True)
class Volumes:
    """Convex outlines behind a head, in face space: its hair, and a body that hangs upright from its neck."""

    hair: Array
    """N×3 m; none where there is no hair that stands out."""
    body: Array
    """N×3 m, from the neck."""


def volumes(skull: Array | Array32, hair: Hair) -> Volumes:
    """Of a person whose skull has N vertices (N×3 m)."""
    low, high = skull.min(axis=0), skull.max(axis=0)
    middle, half = (low + high) / 2, (high - low) / 2
    mane = middle + SPHERE * half * hair.volume
    if hair.length:
        mane = np.concatenate([mane, middle - [0, hair.length, 0] + SPHERE * half * hair.volume * [1.0, 0.4, 0.6]])
    return Volumes(mane if hair.volume.min() >= 1 else mane[:0], BODY[0] + SPHERE * BODY[1])


def paint_behind(picture: Array32, person: Person, hair: Array, body: Array, light: Array32) -> None:
    """Paint hair and clothes, given by what their outlines hold (N×2 px), into a backdrop (H×W×3) lit by `light` (3),
    in place.
    """
    if len(hair):
        grain = cv2.resize(person.hair.grain, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)[..., None]
        _fill(picture, hair, 0.6 * light * person.hair.colour * grain, 2.0)
    _fill(picture, body, 0.8 * light * person.cloth, 1.0)


def _fill(picture: Array32, points: Array, colour: Array32, soft: float) -> None:
    """The convex hull of N×2 px, its edge blurred."""
    mask = np.zeros(picture.shape[:2], dtype=np.float32)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.round(points).astype(np.int32)), 1.0)
    picture += cv2.GaussianBlur(mask, (0, 0), soft)[..., None] * (colour - picture)


def _sphere(count: int) -> Array:
    """count×3 points on the unit sphere, evenly spread along Fibonacci's spiral."""
    k = np.arange(count) + 0.5
    height, angle = 1 - 2 * k / count, np.pi * (1 + 5**0.5) * k
    out = np.sqrt(1 - height**2)
    return np.stack([out * np.cos(angle), height, out * np.sin(angle)], axis=1)


SPHERE = _sphere(80)
