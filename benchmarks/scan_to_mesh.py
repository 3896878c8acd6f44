"""How far a known surface lies from a fitted one, after the protocol of the NoW challenge (Sanyal et al. 2019).

Crop, alignment by seven landmarks with scale, refinement and distances as in the challenge's published evaluation
(soubhiksanyal/now_evaluation); only the scan is a known mesh, sampled evenly by area as a scanner would.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ..core.conventions import Array, rotation_matrices

NOW_LANDMARKS = (33, 133, 362, 263, 2, 61, 291)
"""MediaPipe's: the right eye's outer and inner corner, the left eye's inner and outer, below the nose, lip corners."""
SAMPLES = 5000
CANDIDATES = 10
"""So many triangles, those with the nearest middles, are searched for the nearest point."""
ROUNDS = 20


@dataclass(frozen=True)
class Mesh:
    """A surface with the seven landmarks on it."""

    vertices: Array
    """V×3 m."""
    triangles: NDArray[np.int32]
    landmarks: Array
    """7×3 m."""


def face_samples(truth: Mesh, seed: int, among: NDArray[np.bool_] | None = None) -> Array:
    """N×3 m on the known surface inside NoW's crop: a sphere round a point a little above the nose's base.

    `among`: F, only from these triangles.
    """
    bridge, bottom = truth.landmarks[1:3].mean(axis=0), truth.landmarks[4]
    centre = bottom + 0.3 * (bridge - bottom)
    eyes = np.linalg.norm(truth.landmarks[0] - truth.landmarks[3])
    radius = 0.7 * (eyes + np.linalg.norm(bridge - bottom))
    corners = truth.vertices[truth.triangles]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    area[False if among is None else ~among] = 0
    area[np.linalg.norm(corners.mean(axis=1) - centre, axis=1) > radius] = 0
    rng = np.random.default_rng(seed)
    chosen = corners[rng.choice(len(area), SAMPLES, p=area / area.sum())]
    return np.asarray(np.einsum("nkc,nk->nc", chosen, rng.dirichlet(np.ones(3), SAMPLES)))


def distances(samples: Array, truth: Mesh, fitted: Mesh) -> Array:
    """N m: from points of the known surface to the fitted one, aligned by landmarks, then by the surface itself."""
    scale, rotation, shift = similarity(fitted.landmarks, truth.landmarks)
    vertices = scale * fitted.vertices @ rotation.T + shift
    for _ in range(ROUNDS):
        nearest = Surface(vertices, fitted.triangles).nearest(samples)
        vertices = _plane_step(samples, nearest, vertices)
    nearest = Surface(vertices, fitted.triangles).nearest(samples)
    return np.asarray(np.linalg.norm(samples - nearest, axis=1))


def similarity(source: Array, target: Array) -> tuple[float, Array, Array]:
    """Scale, rotation and shift that carry points (N×3) onto others with the least squares (Umeyama 1991)."""
    a, b = source - source.mean(axis=0), target - target.mean(axis=0)
    u, singular, vt = np.linalg.svd(b.T @ a)
    mirror = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = (u * mirror) @ vt
    scale = float(np.sum(singular * mirror) / np.sum(a**2))
    return scale, rotation, target.mean(axis=0) - scale * rotation @ source.mean(axis=0)


def _plane_step(samples: Array, nearest: Array, vertices: Array) -> Array:
    """Vertices after a Gauss–Newton step of shift, turn and scale on the squared distances of samples to the mesh."""
    middle = nearest.mean(axis=0)
    apart, arm = samples - nearest, nearest - middle
    length = np.linalg.norm(apart, axis=1, keepdims=True)
    normal = apart / np.maximum(length, 1e-12)
    rows = np.column_stack([np.cross(arm, normal), normal, np.sum(arm * normal, axis=1)])
    turn_shift_scale = np.linalg.lstsq(rows, length[:, 0], rcond=None)[0]
    turned = (vertices - middle) @ rotation_matrices(turn_shift_scale[:3]).T
    return np.asarray((1 + turn_shift_scale[6]) * turned + middle + turn_shift_scale[3:6])


class Surface:
    """A mesh that can be asked for the point of it nearest to another."""

    def __init__(self, vertices: Array, triangles: NDArray[np.int32]) -> None:
        self._corners = vertices[triangles]
        self._tree = cKDTree(self._corners.mean(axis=1))

    def nearest(self, points: Array) -> Array:
        """N×3 m of points N×3 m."""
        candidates = self._tree.query(points, CANDIDATES)[1]
        places = _nearest_on_triangle(np.repeat(points, CANDIDATES, axis=0), self._corners[candidates.ravel()])
        places = places.reshape(len(points), CANDIDATES, 3)
        best = np.sum((places - points[:, None]) ** 2, axis=2).argmin(axis=1)
        return np.asarray(places[np.arange(len(points)), best])


def _nearest_on_triangle(points: Array, corners: Array) -> Array:
    """N×3: inside the triangle (N×3×3) where the point projects there, on the nearest edge otherwise."""
    a, b, c = np.moveaxis(corners, 1, 0)
    normal = _cross(b - a, c - a)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-18)
    best = points - np.sum((points - a) * normal, axis=1, keepdims=True) * normal
    outside = np.zeros(len(points), bool)
    edges = []
    for start, end in ((a, b), (b, c), (c, a)):
        along = end - start
        outside |= np.sum(_cross(along, best - start) * normal, axis=1) < 0
        share = np.sum((points - start) * along, axis=1) / np.maximum(np.sum(along**2, axis=1), 1e-18)
        edges.append(start + np.clip(share, 0, 1)[:, None] * along)
    apart = np.stack([np.sum((points - edge) ** 2, axis=1) for edge in edges])
    on_edge = np.take_along_axis(np.stack(edges), apart.argmin(axis=0)[None, :, None], axis=0)[0]
    return np.where(outside[:, None], on_edge, best)


def _cross(a: Array, b: Array) -> Array:
    """N×3; numpy's own is several times slower on short axes."""
    x, y, z = a.T
    u, v, w = b.T
    return np.stack([y * w - z * v, z * u - x * w, x * v - y * u], axis=1)
