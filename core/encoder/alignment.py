"""Landmarks brought to one place, as the encoder sees them, whatever the head's pose.

Lengths are in eye distances: 1 is the distance of the outer eye corners. Axes are those of face space, the origin lies
between the eyes.
"""

from dataclasses import dataclass

import numpy as np

from ..conventions import CAMERA_FROM_FACE, Array, Array32

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
