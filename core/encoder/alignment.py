"""Faces brought to one place: the picture and the landmarks as the encoder sees them, whatever the head's pose.

Lengths are in eye distances: 1 is the distance of the outer eye corners. Axes are those of face space, the origin lies
between the eyes.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import CAMERA_FROM_FACE, CV_PIXEL_CENTRE, Array, Array32

SIDE = 128
"""px of the crop."""
REACH = 1.1
"""From the crop's middle to its edge."""
MIDDLE = np.array([0.0, -0.42, 0.1])
"""What lies in the crop's middle: between the eyes and the mouth."""

STEADY = {
    33: (-0.500, 0.010, -0.025),
    133: (-0.201, -0.010, 0.026),
    362: (0.200, -0.010, 0.022),
    263: (0.500, 0.011, -0.023),
    168: (0.008, 0.068, 0.192),
    6: (0.008, -0.027, 0.245),
    197: (0.009, -0.105, 0.306),
    195: (0.010, -0.174, 0.362),
    5: (0.010, -0.248, 0.423),
    4: (0.010, -0.336, 0.468),
    127: (-0.874, -0.026, -0.761),
    356: (0.852, -0.027, -0.757),
    162: (-0.853, 0.153, -0.571),
    389: (0.833, 0.153, -0.570),
    10: (0.010, 0.595, 0.103),
    67: (-0.394, 0.573, -0.001),
    297: (0.409, 0.573, -0.002),
}
"""Landmarks that expressions hardly move (eye corners, bridge of the nose, temples, hairline) on the built-in head."""
_INDICES = np.array(list(STEADY))
_TEMPLATE = np.array(list(STEADY.values()))


@dataclass(frozen=True)
class Alignment:
    """T faces' places."""

    rotation: Array
    """T×3×3: face to camera axes (x right, y down, z forward)."""
    scale: Array
    """T px per eye distance."""
    origin: Array
    """T×3 px (u, v, detector's depth): the face's origin."""

    def front(self, points: Array | Array32) -> Array32:
        """T×478×3: landmarks (T×478×3 px: u, v, depth) turned to the front, in eye distances."""
        turned = (points - self.origin[:, None]) @ self.rotation
        return np.asarray(turned / self.scale[:, None, None], dtype=np.float32)

    def crop(self, rgb: NDArray[np.uint8], row: int) -> NDArray[np.uint8]:
        """SIDE×SIDE×3 of a picture: upright, the eyes always at the same distance; black outside the picture; averaged,
        not aliased, where it shrinks.
        """
        side = SIDE << max(int(np.log2(max(self._step(row), 1.0))), 0)
        crop = cv2.warpAffine(
            rgb, self._to_picture(row, side), (side, side), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        )
        if side > SIDE:
            crop = cv2.resize(crop, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        return np.asarray(crop, dtype=np.uint8)

    def _step(self, row: int) -> float:
        """Picture px per px of the crop."""
        return float(self.scale[row] * 2 * REACH / SIDE)

    def _to_picture(self, row: int, side: int) -> Array:
        """2×3: from the crop's pixels (at `side` px) to the picture's, both with centres at 0, as OpenCV counts."""
        turn = self.rotation[row]
        angle = np.arctan2(turn[1, 0] + turn[0, 1], turn[0, 0] - turn[1, 1])
        step = self._step(row) * SIDE / side
        linear = step * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        middle = self.origin[row, :2] + self.scale[row] * (turn @ MIDDLE)[:2] - CV_PIXEL_CENTRE
        return np.column_stack([linear, middle - linear @ np.full(2, side / 2 - CV_PIXEL_CENTRE)])


def align(points: Array | Array32) -> Alignment:
    """Where faces are, from landmarks (T×478×3 px: u, v, depth); NaN rows stay NaN.

    Similarity of the steady landmarks by Umeyama (1991), weak perspective.
    """
    seen = np.asarray(points, dtype=np.float64)[:, _INDICES]
    known = np.isfinite(seen).all(axis=(1, 2))
    image, body = np.where(known[:, None, None], seen, _TEMPLATE @ CAMERA_FROM_FACE), _TEMPLATE - _TEMPLATE.mean(axis=0)
    centre = image.mean(axis=1)
    u, singular, vt = np.linalg.svd(np.einsum("tla,lb->tab", image - centre[:, None], body))
    mirror = np.ones_like(singular)
    mirror[:, 2] = np.sign(np.linalg.det(u @ vt))
    rotation = (u * mirror[:, None]) @ vt
    scale = np.sum(singular * mirror, axis=1) / np.sum(body**2)
    origin = centre - scale[:, None] * (rotation @ _TEMPLATE.mean(axis=0))
    lost = ~known
    rotation[lost], scale[lost], origin[lost] = np.nan, np.nan, np.nan
    return Alignment(rotation, scale, origin)
