"""Gaze from the iris landmarks and the fitted eyeballs.

The eyeball's centre is placed from the *seen* eye corners, where the detector would see the iris of a straight look
in front of it, so that biases of fit and detector don't turn the eyes; the iris centre then gives the direction on
the sphere, in weak perspective.
"""

import numpy as np

from ..conventions import CAMERA_FROM_FACE, Array, rotation_matrices
from ..face.model import FaceModel
from ..landmarks.places import EYES
from ..landmarks.track import LandmarkTrack
from .banded import solve_coupled
from .normal import Pose
from .segments import segments
from .solver import Person

IRIS_DEPTH = 0.94
"""Distance of the iris' plane from the eyeball's centre, in radii of the eyeball (the limbus lies at about 0.94)."""

IRIS_GAIN = np.array([0.70, 0.55])
"""How far the detector moves the iris for a true movement across and along the head's height: slopes of its answer on
rendered people whose gaze is known were 0.57–0.78 and 0.43–0.55 (it pulls the iris to the middle of the eye)."""

FARTHEST = 0.8
"""rad: no eye turns farther."""

NOISE, BEND = 0.05, 0.10
"""Standard deviations of a direction's error and of its second difference at 30 fps, rad."""


READ_SHARE = 0.8
"""How much of a direction is taken from the pictures, where both say something."""


def eye_directions(model: FaceModel, person: Person, neutral: Array, points: Array, errors: Array, pose: Pose) -> Array:
    """T×2×2 rad: per eye (left first) yaw to the subject's left and pitch downwards, frame by frame.

    neutral: 478×3 m, where the detector sees the person's landmarks when she looks straight ahead; points: T×478×3 m,
    the fitted landmarks in the face; errors: T×478×2 m, fitted − seen, at the face's distance.
    """
    rotation = rotation_matrices(pose.turn)
    depths = model.eye_centres(person.identity)[:, 2]
    directions = []
    for side, eye in enumerate(EYES):
        corners, iris = eye.aperture.upper[[0, -1]], eye.iris
        ahead = np.array([*neutral[iris, :2], depths[side]]) - neutral[corners].mean(axis=0)
        towards = points[:, iris] - points[:, corners].mean(axis=1) - ahead
        image = np.einsum("tij,tj->ti", CAMERA_FROM_FACE @ rotation, towards)[:, :2]
        image -= errors[:, iris] - errors[:, corners].mean(axis=1)
        angles = _sphere_angles(image, rotation, model.eyes.radius * IRIS_DEPTH)
        directions.append(np.clip(angles / IRIS_GAIN, -FARTHEST, FARTHEST))
    return np.stack(directions, axis=1)


def _sphere_angles(image: Array, rotation: Array, radius: float) -> Array:
    """Yaw and pitch in the head (T×2) of the point on a sphere seen `image` (T×2 m, camera axes) from its centre."""
    length = np.linalg.norm(image, axis=1, keepdims=True)
    image = image * np.minimum(1.0, 0.98 * radius / np.maximum(length, 1e-9))
    depth = -np.sqrt(radius**2 - np.sum(image**2, axis=1))
    camera = np.column_stack([image, depth]) / radius
    face = np.einsum("tji,tj->ti", rotation, camera @ CAMERA_FROM_FACE)
    return np.column_stack([np.arctan2(face[:, 0], face[:, 2]), -np.arcsin(np.clip(face[:, 1], -1, 1))])


def with_reading(raw: Array, read: Array | None) -> Array:
    """Directions from the irises (T×2×2, NaN where unseen) and from the pictures (Evidence.gaze) together."""
    if read is None:
        return raw
    both = READ_SHARE * read + (1 - READ_SHARE) * raw
    return np.where(np.isfinite(both), both, np.where(np.isfinite(raw), raw, read))


def steady_gaze(raw: Array, blink: Array, track: LandmarkTrack) -> Array:
    """Gaze of the whole shot: raw (T×2×2, NaN where unseen) smoothed over time, carried through blinks and short
    gaps, without the constant squint that biased eyeballs give; straight ahead where there is no face.

    blink: T×2 weights of the closed lids, left first.
    """
    gaze = np.zeros_like(raw)
    seen = np.isfinite(raw).all(axis=(1, 2))
    if not seen.any():
        return gaze
    stiff = (NOISE / (BEND * (30.0 / track.fps) ** 2)) ** 2
    certainty: Array = np.where(seen[:, None], np.clip(1.0 - 1.6 * blink, 1e-4, 1.0) ** 2, 1e-4)
    for run in segments(track.visible, track.times):
        weight = np.repeat(certainty[run], 2, axis=1)  # of either eye's yaw and pitch
        pull = weight * np.nan_to_num(raw[run]).reshape(-1, 4)
        found = solve_coupled(weight[..., None] * np.eye(4), pull, np.full((max(len(pull) - 2, 0), 4), stiff))
        gaze[run] = found.reshape(-1, 2, 2)
    squint = np.median(gaze[seen, 0] - gaze[seen, 1], axis=0)
    gaze[seen | (gaze != 0).any(axis=(1, 2))] -= np.stack([squint / 2, -squint / 2])
    return gaze
