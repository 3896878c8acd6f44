"""Residuals and normal equations of many frames at once.

Gradients of all frames are a few large products. Normal matrices cost far more and change little once the pose is
near, so the solve reuses them for a few steps (weak perspective, which would give them from precomputed Gram
matrices, was tried: at 0.6 m it is so wrong along the view axis that the steps diverge).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, camera_rotations, rotation_matrices
from .metric import Metric
from .result import Camera

POSE = 6
"""Pose states of a frame: rotation (3 rad, in the head's axes), translation x and y (m), log of distance."""


@dataclass(frozen=True)
class Pose:
    """T head poses: turn T×3 rad (conventions.camera_rotations), translation T×3 m in camera space."""

    turn: Array
    translation: Array

    def rows(self, select: NDArray[np.int64]) -> "Pose":
        return Pose(self.turn[select], self.translation[select])

    def moved(self, step: Array) -> "Pose":
        """After a step in the POSE states (T×6)."""
        matrices = rotation_matrices(self.turn) @ rotation_matrices(step[:, :3])
        translation = self.translation * np.exp(step[:, 5:6])
        translation[:, :2] += step[:, 3:5]
        return Pose(rotation_vectors(matrices), translation)


def rotation_vectors(matrices: Array) -> Array:
    """Rotation vectors (T×3 rad) of rotation matrices (T×3×3), through quaternions (stable up to π)."""
    m = matrices
    trace = np.trace(m, axis1=1, axis2=2)
    diagonal = np.diagonal(m, axis1=1, axis2=2)
    candidates = np.concatenate([trace[:, None], 2 * diagonal - trace[:, None]], axis=1)
    magnitude = np.sqrt(np.maximum(1 + candidates, 0)) / 2
    w = magnitude[:, 0]
    signs = np.stack([m[:, 2, 1] - m[:, 1, 2], m[:, 0, 2] - m[:, 2, 0], m[:, 1, 0] - m[:, 0, 1]], axis=1)
    vector = np.where(w[:, None] > 0.1, signs / (4 * np.maximum(w, 0.1))[:, None], np.copysign(magnitude[:, 1:], signs))
    norm = np.linalg.norm(vector, axis=1)
    angle = 2 * np.arctan2(norm, w)
    return np.asarray(vector * np.where(norm > 1e-9, angle / np.maximum(norm, 1e-12), 2.0)[:, None])


@dataclass(frozen=True)
class Residuals:
    """How T frames differ from the fit; errors are image errors carried to the face's distance (m)."""

    errors: Array
    """T×478×2 m, model − seen."""
    robust: Array
    """T×478: weight of each landmark, 1 where it agrees, towards 0 where it is an outlier."""
    view: Array
    """T×478×2×3: derivative of the errors by face-space points."""

    def rows(self, select: NDArray[np.int64]) -> "Residuals":
        return Residuals(self.errors[select], self.robust[select], self.view[select])


def residuals(points: Array, seen: Array, pose: Pose, camera: Camera, focal: Array, metric: Metric) -> Residuals:
    """points: T×478×3 m in the face; seen: T×478×2 px; focal: T px (overrides the camera's)."""
    rotation = camera_rotations(pose.turn)
    placed = points @ rotation.transpose(0, 2, 1) + pose.translation[:, None]
    distance = pose.translation[:, None, 2:]
    inverse = 1.0 / placed[..., 2:]
    plane = placed[..., :2] * inverse
    target = (seen - camera.principal) / (focal[:, None, None] * np.array([camera.aspect, 1.0]))
    errors = (plane - target) * distance
    scale = distance * inverse
    direct = rotation[:, None, :2, :] * scale[..., None]
    towards = plane[..., None] * rotation[:, None, 2:, :] * scale[..., None]
    return Residuals(errors, robust_weights(errors, metric), direct - towards)


def robust_weights(errors: Array, metric: Metric, knee: float = 3.0) -> Array:
    """Weights (T×478) of a Cauchy-like loss: halved where an error is `knee` times what is usual in its frame (never
    less than the noise), so that a frame that is far off as a whole is still pulled in.
    """
    distance = np.mean(errors**2 * metric.weight, axis=2)
    usual = np.maximum(1.0, np.median(distance, axis=1, keepdims=True))
    return np.asarray(1.0 / (1.0 + distance / (usual * knee**2)))


def gradients(res: Residuals, points: Array, pose: Pose, modes: Array, metric: Metric) -> Array:
    """T×(POSE+n): −derivative of half the squared, weighted error by pose and by n shape modes (n×478×3)."""
    root = np.sqrt(res.robust)[..., None]
    force = -root * metric.precision(root * res.errors)
    pull = np.einsum("tlia,tli->tla", res.view, force)
    rotation = camera_rotations(pose.turn)
    turn = np.sum(np.cross(points, pull), axis=1)
    push = np.einsum("tij,tj->ti", rotation, np.sum(pull, axis=1))
    closer = np.sum(push * pose.translation, axis=1)
    shape = pull.reshape(len(pull), -1) @ modes.reshape(len(modes), -1).T
    return np.column_stack([turn, push[:, :2], closer, shape])


def normal_matrices(res: Residuals, points: Array, pose: Pose, modes: Array, metric: Metric) -> Array:
    """T×(POSE+n)×(POSE+n) Gauss–Newton normal matrices by pose and n shape modes (n×478×3).

    Single precision is enough: they steer the steps, the gradient decides where they end.
    """
    size = POSE + len(modes)
    normals = np.empty((len(points), size, size))
    basis = np.empty((3, points.shape[1], size), np.float32)
    basis[:, :, POSE:] = modes.transpose(2, 1, 0)
    rows = np.empty((points.shape[1], 2, size), np.float32)
    root = np.sqrt(metric.weight).astype(np.float32)
    common = (metric.common.reshape(-1, *metric.weight.shape) / np.sqrt(metric.weight)).astype(np.float32)
    common = common.reshape(len(common), metric.weight.size)
    rotation = camera_rotations(pose.turn)
    for frame in range(len(points)):
        basis[:, :, :POSE] = _pose_modes(points[frame], rotation[frame], pose.translation[frame])
        weighted = (res.view[frame] * (root * np.sqrt(res.robust[frame])[:, None])[..., None]).astype(np.float32)
        for image_axis in range(2):
            row = rows[:, image_axis]
            np.multiply(weighted[:, image_axis, 0, None], basis[0], out=row)
            row += weighted[:, image_axis, 1, None] * basis[1]
            row += weighted[:, image_axis, 2, None] * basis[2]
        flat = rows.reshape(-1, size)
        shared = common @ flat
        normals[frame] = flat.T @ flat - shared.T @ (metric.core.astype(np.float32) @ shared)
    return normals


def _pose_modes(points: Array, rotation: Array, translation: Array) -> Array:
    """3×478×POSE: how face-space points move with the pose's states (a camera's shift seen in the face's axes)."""
    modes = np.zeros((3, len(points), POSE))
    x, y, z = points.T
    modes[1, :, 0], modes[2, :, 0] = -z, y
    modes[0, :, 1], modes[2, :, 1] = z, -x
    modes[0, :, 2], modes[1, :, 2] = -y, x
    modes[:, :, 3:5] = rotation[:2].T[:, None]
    modes[:, :, 5] = (rotation.T @ translation)[:, None]
    return modes
