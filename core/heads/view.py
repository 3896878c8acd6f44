"""A known camera before a known head, and where a picture's points lie on the head's surface."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, camera_rotations, rotation_matrices

SIDE = 256
"""px of a picture."""


@dataclass(frozen=True)
class View:
    """A known camera before a head: a square image of `size` px, principal point in its middle."""

    turn: Array
    """3 rad: the head's turn as a rotation vector (conventions.camera_rotations)."""
    translation: Array
    """3 m, camera space."""
    focal: float
    """px."""
    size: int

    def to_camera(self, points: Array) -> Array:
        """…×3 m, camera space, of face-space points (…×3 m)."""
        return np.asarray(points @ camera_rotations(self.turn).T + self.translation)

    def project(self, points: Array) -> Array:
        """…×2 px of face-space points (…×3 m)."""
        camera = self.to_camera(points)
        return np.asarray(self.focal * camera[..., :2] / camera[..., 2:] + self.size / 2)

    def unproject(self, pixels: Array, depth: float) -> Array:
        """N×3 face-space points that are seen at pixels (N×2) and lie `depth` before the camera."""
        plane = (pixels - self.size / 2) / self.focal * depth
        camera = np.column_stack([plane, np.full(len(pixels), depth)])
        return np.asarray((camera - self.translation) @ camera_rotations(self.turn))

    def jacobian(self, points: Array) -> Array:
        """…×2×3 px/m: how the projection of face-space points moves with them."""
        x, y, z = np.moveaxis(self.to_camera(points), -1, 0)
        zero = np.zeros_like(z)
        plane = np.stack([np.stack([1 / z, zero, -x / z**2], -1), np.stack([zero, 1 / z, -y / z**2], -1)], axis=-2)
        return np.asarray(self.focal * plane @ camera_rotations(self.turn))


SPAN = 0.6
"""How much of a picture's side the face takes."""
DISTANCE = 3.2
"""Of the camera, in sizes of the face: 0.6 m before a grown-up's."""


@dataclass(frozen=True)
class Framing:
    """Where a mesh has its face, so that cameras can be put before it, whatever the mesh's unit."""

    centre: Array
    """3: the middle of the face's landmarks."""
    size: float
    """The larger side of their box across and upwards, in the mesh's unit."""

    @classmethod
    def of(cls, landmarks: Array) -> "Framing":
        """The framing of landmarks' places (L×3)."""
        low, high = landmarks.min(axis=0), landmarks.max(axis=0)
        return cls((low + high) / 2, float(np.max((high - low)[:2])))

    def view(self, yaw: float, pitch: float, roll: float = 0.0, nearness: float = 1.0, side: int = SIDE) -> View:
        """A camera before the head turned by yaw, pitch and roll in degrees (conventions.yaw_pitch_roll)."""
        y, x, z = np.radians([yaw, pitch, roll])
        turn = np.linalg.multi_dot([rotation_matrices(axis) for axis in np.array([[0, y, 0], [x, 0, 0], [0, 0, z]])])
        vector = cv2.Rodrigues(turn)[0][:, 0]
        away = np.array([0.0, 0.0, DISTANCE * self.size / nearness])
        return View(vector, away - camera_rotations(vector) @ self.centre, SPAN * side * DISTANCE, side)


def cast_back(
    pixels: Array, vertices: Array, triangles: NDArray[np.int32], view: View
) -> tuple[NDArray[np.int64], Array]:
    """Where rays through pixels (N×2) first meet a mesh's front: triangle (N, -1 where none) and weights (N×3).

    `vertices`: V×3 m, face space; `triangles`: F×3, counter-clockwise from outside. The weights are barycentric on
    the surface (perspective-correct), so they carry the place over to any other pose or identity of the mesh.
    """
    image, depth = view.project(vertices)[triangles], view.to_camera(vertices)[triangles, 2]
    area = _cross(image[:, 1] - image[:, 0], image[:, 2] - image[:, 0])
    front = np.flatnonzero(area < 0)  # v runs down: counter-clockwise to the eye is negative
    image, depth, area = image[front], depth[front], area[front]
    (left, top), (right, bottom) = image.min(axis=1).T, image.max(axis=1).T
    found, weights = np.full(len(pixels), -1, dtype=np.int64), np.zeros((len(pixels), 3))
    known = np.flatnonzero(np.isfinite(pixels).all(axis=1))
    cells, cell = np.unique(np.floor(pixels[known] / CELL), axis=0, return_inverse=True)
    for index, corner in enumerate(cells * CELL):
        here = known[cell.ravel() == index]
        u, v = corner
        near = np.flatnonzero((left <= u + CELL) & (right >= u) & (top <= v + CELL) & (bottom >= v))
        to = image[near] - pixels[here, None, None]
        share = np.stack([_cross(to[:, :, k - 2], to[:, :, k - 1]) for k in range(3)], axis=2) / area[near, None]
        scaled = share / depth[near]
        closeness = np.where((share >= 0).all(axis=2), scaled.sum(axis=2), 0.0)
        if near.size:
            nearest = closeness.argmax(axis=1)
            row = np.flatnonzero(closeness[range(len(here)), nearest] > 0)
            column = nearest[row]
            found[here[row]] = front[near[column]]
            weights[here[row]] = scaled[row, column] / closeness[row, column, None]
    return found, weights


CELL = 16.0
"""px: pixels are looked at in squares of this side, each against the triangles that reach into it."""


def nearest_on_surface(points: Array, vertices: Array, triangles: NDArray[np.int32]) -> tuple[NDArray[np.int64], Array]:
    """The surface's places nearest to points (N×3): triangle (N) and barycentric weights (N×3).

    Looked for among the `NEIGHBOURS` triangles whose circles about their middles are nearest; a place beyond a
    triangle's edge is drawn to the edge by clipping its weights, which is exact to the second order near the surface.
    """
    corners = vertices[triangles]
    middle = corners.mean(axis=1)
    reach = np.linalg.norm(corners - middle[:, None], axis=2).max(axis=1)
    found, weights = np.zeros(len(points), dtype=np.int64), np.zeros((len(points), 3))
    for index, point in enumerate(points):
        gap = np.linalg.norm(middle - point, axis=1) - reach
        near = np.argpartition(gap, min(NEIGHBOURS, len(gap)) - 1)[:NEIGHBOURS]
        share = _on_plane(point, corners[near])
        away = np.linalg.norm(np.einsum("nkc,nk->nc", corners[near], share) - point, axis=1)
        best = int(away.argmin())
        found[index], weights[index] = near[best], share[best]
    return found, weights


NEIGHBOURS = 40


def _on_plane(point: Array, corners: Array) -> Array:
    """N×3 weights, clipped and summing to one, of a point dropped on triangles (N×3×3)."""
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    normal = np.cross(a, b)
    area = np.maximum(np.sum(normal**2, axis=1), 1e-300)
    to = point - corners[:, 0]
    second = np.sum(np.cross(to, b) * normal, axis=1) / area
    third = np.sum(np.cross(a, to) * normal, axis=1) / area
    share = np.maximum(np.stack([1 - second - third, second, third], axis=1), 0)
    return np.asarray(share / share.sum(axis=1, keepdims=True))


def _cross(a: Array, b: Array) -> Array:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])
