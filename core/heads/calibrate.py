"""Where a detector sees the landmarks of a head whose geometry is known: measured by rendering and detecting.

Rendering and detection are handed in as images and pixels, so any head, renderer and detector can be calibrated.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, camera_rotations


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

    def jacobian(self, points: Array) -> Array:
        """…×2×3 px/m: how the projection of face-space points moves with them."""
        x, y, z = np.moveaxis(self.to_camera(points), -1, 0)
        zero = np.zeros_like(z)
        plane = np.stack([np.stack([1 / z, zero, -x / z**2], -1), np.stack([zero, 1 / z, -y / z**2], -1)], axis=-2)
        return np.asarray(self.focal * plane @ camera_rotations(self.turn))


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
    low, high = image.min(axis=1), image.max(axis=1)
    found, weights = np.full(len(pixels), -1, dtype=np.int64), np.zeros((len(pixels), 3))
    for index, pixel in enumerate(pixels):
        near = np.flatnonzero(((low <= pixel) & (pixel <= high)).all(axis=1))
        corner = image[near] - pixel
        share = np.stack([_cross(corner[:, k - 2], corner[:, k - 1]) for k in range(3)], axis=1) / area[near, None]
        inside = np.flatnonzero((share >= 0).all(axis=1))
        if inside.size:
            scaled = share[inside] / depth[near[inside]]
            closeness = scaled.sum(axis=1)
            nearest = int(closeness.argmax())
            found[index], weights[index] = front[near[inside[nearest]]], scaled[nearest] / closeness[nearest]
    return found, weights


def explain(jacobians: Array, residuals: Array, expected: Array, ridge: Array) -> Array:
    """L×3 m: displacements whose projections explain what the detector reported, in all views together.

    `jacobians`: K×L×2×3 px/m; `residuals`: K×L×2 px (NaN: not seen in that view); `expected`: L×3 m, what is
    believed beforehand; `ridge`: 3, (px/m)² per observation: how strongly, per face axis (depth is badly seen).
    Minimises Σ‖J d − r‖² + K Σ ridge·(d − expected)².
    """
    seen = np.isfinite(residuals)
    j = np.where(seen[..., None], jacobians, 0.0)
    r = np.where(seen, residuals, 0.0)
    weight = np.diag(ridge) * len(residuals)
    normal = np.einsum("klac,klad->lcd", j, j) + weight
    right = np.einsum("klac,kla->lc", j, r) + expected @ weight
    return np.asarray(np.linalg.solve(normal, right[..., None])[..., 0])


def explain_linear(jacobians: Array, residuals: Array, codes: Array, ridge: float) -> tuple[Array, Array]:
    """A constant (L×3 m) and a mode per code (I×L×3 m) whose projections explain residuals that vary with `codes`.

    `jacobians`: K×L×2×3 px/m; `residuals`: K×L×2 px; `codes`: K×I. The modes carry a ridge (per observation, in
    units of the landmarks' mean information), the constant none along the image and a little in depth.
    """
    design = np.concatenate([np.ones((len(codes), 1)), codes], axis=1)
    constant, modes = [], []
    for landmark in range(jacobians.shape[1]):
        j, r = jacobians[:, landmark], residuals[:, landmark]
        rows = np.einsum("ki,kac->kaic", design, j).reshape(len(codes) * 2, -1)
        normal = rows.T @ rows
        penalty = np.full((design.shape[1], 3), ridge * np.trace(normal) / len(normal))
        penalty[0] *= 0.01
        solution = np.linalg.solve(normal + np.diag(penalty.ravel()), rows.T @ r.ravel()).reshape(-1, 3)
        constant.append(solution[0])
        modes.append(solution[1:])
    return np.array(constant), np.array(modes).transpose(1, 0, 2)


def noise_model(residuals: Array, rank: int) -> tuple[Array, Array]:
    """Detector noise of residuals (N×L×2, about zero) as sigma (L×2) and a low-rank common part (R×L×2).

    Their covariance diag(sigma²) + Σ common ⊗ common has the residuals' own variances on its diagonal.
    """
    flat = residuals.reshape(len(residuals), -1)
    _, scale, modes = np.linalg.svd(flat / np.sqrt(len(flat)), full_matrices=False)
    common = scale[:rank, None] * modes[:rank]
    variance = np.mean(flat**2, axis=0)
    rest = np.maximum(variance - np.sum(common**2, axis=0), 0.01 * variance)
    shape = residuals.shape[1:]
    return np.sqrt(rest).reshape(shape), common.reshape(rank, *shape)


def gain_and_correlation(measured: Array, geometry: Array) -> tuple[float, float]:
    """How strongly, and how similarly, the detector answers a motion (both L×3, or any same shape)."""
    along = float(np.sum(measured * geometry))
    norms = float(np.linalg.norm(measured)), float(np.linalg.norm(geometry))
    return along / max(norms[1] ** 2, 1e-18), along / max(norms[0] * norms[1], 1e-18)


def _cross(a: Array, b: Array) -> Array:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])
