"""Where the solve begins: poses by aligning the detector's own 3-D landmarks to the mean face."""

import numpy as np

from ..conventions import CAMERA_FROM_FACE, Array, Array32
from .normal import Pose, rotation_vectors
from .result import Camera


def start_pose(seen: Array, depth: Array32, mean: Array, camera: Camera, focal: Array) -> Pose:
    """Poses of T frames (all visible): seen T×478×2 px, depth T×478 px (smaller is nearer), mean 478×3 m, focal T px.

    Similarity by Umeyama (1991), weak perspective: the scale gives the distance.
    """
    image = np.concatenate([seen - camera.principal, depth[..., None]], axis=2).astype(np.float64)
    centre, origin = image.mean(axis=1), mean.mean(axis=0)
    spread, body = image - centre[:, None], mean - origin
    u, singular, vt = np.linalg.svd(np.einsum("tla,lb->tab", spread, body))
    mirror = np.ones_like(singular)
    mirror[:, 2] = np.sign(np.linalg.det(u @ vt))
    rotation = (u * mirror[:, None]) @ vt
    scale = np.sum(singular * mirror, axis=1) / np.sum(body**2)
    distance = focal / scale
    middle = np.column_stack([centre[:, :2] / scale[:, None], distance])
    turn = rotation_vectors(CAMERA_FROM_FACE.T @ rotation)
    return Pose(turn, middle - np.einsum("tab,b->ta", rotation, origin) * np.array([1.0, 1.0, 0.0]))
