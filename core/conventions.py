"""Axes, pixel centres, signs and colour: the one place where they are decided.

Face space: metres, right-handed, +X the subject's left, +Y up, +Z out of the face.
Camera space: OpenCV's (x right, y down, z forward), metres.
Image: u right, v down, pixel centres at +0.5. Frames are RGB arrays H×W×3.
Motion: new − old, px, v down. Left and right are the subject's. Rotations are radians.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Array32 = NDArray[np.float32]

LANDMARKS = 478
"""MediaPipe's mesh (468) and irises (2 × 5: the right eye's 468–472, the left eye's 473–477; the centre first)."""

CAMERA_FROM_FACE: Array = np.diag([1.0, -1.0, -1.0])
"""A head that looks into the camera: camera point = CAMERA_FROM_FACE @ exp(turn) @ face point + translation."""

CV_PIXEL_CENTRE = 0.5
"""cv2.remap and friends put the first pixel's centre at 0: subtract this from image coordinates before calling them."""


def rotation_matrices(turn: Array) -> Array:
    """Rotation matrices (…×3×3) of rotation vectors (…×3, radians); Rodrigues' formula."""
    angle = np.linalg.norm(turn, axis=-1)[..., None, None]
    x, y, z = np.moveaxis(turn, -1, 0)
    zero = np.zeros_like(x)
    skew = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1).reshape(*turn.shape[:-1], 3, 3)
    small = angle < 1e-6
    safe = np.where(small, 1.0, angle)
    first = np.where(small, 1.0 - angle**2 / 6, np.sin(safe) / safe)
    second = np.where(small, 0.5 - angle**2 / 24, (1 - np.cos(safe)) / safe**2)
    return np.asarray(np.eye(3) + first * skew + second * (skew @ skew))


def camera_rotations(turn: Array) -> Array:
    """Face-to-camera rotations (…×3×3) of head turns (…×3 rotation vectors; zero looks into the camera)."""
    return np.asarray(CAMERA_FROM_FACE @ rotation_matrices(turn))


def gaze_rotations(gaze: Array) -> Array:
    """Rotations in the head (…×3×3) of an eye that looks yaw to the subject's left and pitch downwards (…×2 rad)."""
    yaw, pitch = np.moveaxis(gaze, -1, 0)
    zero = np.zeros_like(yaw)
    sideways = rotation_matrices(np.stack([zero, yaw, zero], axis=-1))
    return np.asarray(sideways @ rotation_matrices(np.stack([pitch, zero, zero], axis=-1)))


def yaw_pitch_roll(turn: Array) -> Array:
    """Head turn as angles (…×3 rad): yaw to the subject's left, pitch downwards, roll to the subject's right.

    The rotation is Ry(yaw) · Rx(pitch) · Rz(roll) in face space.
    """
    r = rotation_matrices(turn)
    yaw = np.arctan2(r[..., 0, 2], r[..., 2, 2])
    pitch = np.arcsin(np.clip(-r[..., 1, 2], -1, 1))
    roll = np.arctan2(r[..., 1, 0], r[..., 1, 1])
    return np.stack([yaw, pitch, roll], axis=-1)


def stmap_from_pixels(u: Array, v: Array, width: int, height: int) -> tuple[Array, Array]:
    """Nuke STMap coordinates (0–1, origin bottom-left) of image coordinates (px, origin top-left, centres at +0.5)."""
    return u / width, 1.0 - v / height


def srgb_encoded(linear: NDArray[Any]) -> NDArray[Any]:
    """The curve of sRGB (IEC 61966-2-1) of linear light, both 0–1."""
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
