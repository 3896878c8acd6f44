"""One person fitted in one shot."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32, camera_rotations
from ..storage import Saved


@dataclass(frozen=True)
class Camera:
    """A pinhole camera; pixel (u, v) = principal + focal · (x/z · aspect, y/z), with radial distortion k1, k2 of r²."""

    width: int
    height: int
    focal: Array
    """T px (constant where the lens is fixed), measured down the image."""
    principal: Array
    """2 px."""
    distortion: Array
    """k1, k2 (0: none)."""
    aspect: float
    """Width of a pixel in heights of it, inverted: 1 for square pixels."""

    def project(self, points: Array, frame: int) -> Array:
        """…×2 px of camera-space points (…×3 m) in row `frame` of the shot."""
        plane = points[..., :2] / points[..., 2:]
        r2 = np.sum(plane**2, axis=-1, keepdims=True)
        bent = plane * (1 + self.distortion[0] * r2 + self.distortion[1] * r2**2)
        return np.asarray(self.principal + self.focal[frame] * bent * np.array([self.aspect, 1.0]))


@dataclass(frozen=True)
class Fit(Saved):
    """A shot of T frames solved with one face model (I identity modes, E expressions)."""

    schema: ClassVar[str] = "fit/1"

    model: str
    """Name of the FaceModel, as `models list` shows it."""
    expressions: tuple[str, ...]
    """E names of the model's expressions."""
    camera: Camera
    identity: Array
    """I, in standard deviations."""
    rotation: Array
    """T×3 rad: head turn as rotation vectors, zero looks into the camera (conventions.camera_rotations)."""
    translation: Array
    """T×3 m, camera space."""
    expression: Array
    """T×E weights."""
    variance: Array32
    """T×E: variance of the weights given their own frame alone (neighbours in time make them surer)."""
    gaze: Array
    """T×2×2 rad in the head: per eye (left first) yaw to the subject's left, pitch downwards."""
    offset: Array
    """478×3 m: this person's own bias of the detected landmarks against the model's response."""
    residual: Array
    """T: root mean square distance of the landmarks to the fit, px; NaN where unseen."""
    confidence: Array
    """T, 0–1."""
    visible: NDArray[np.bool_]
    """T: landmarks were seen and used."""
    bridged: NDArray[np.bool_]
    """T: unseen, but inside a gap short enough to bridge; neither visible nor bridged: no face, curves at rest."""
    frames: NDArray[np.int64]
    times: Array
    fps: float

    def __len__(self) -> int:
        return len(self.frames)

    def to_camera(self, points: Array, frame: int) -> Array:
        """Camera-space points (…×3 m) of face-space points in row `frame`."""
        return np.asarray(points @ camera_rotations(self.rotation[frame]).T + self.translation[frame])

    def project(self, points: Array, frame: int) -> Array:
        """Pixels (…×2) of face-space points (…×3 m) in row `frame`."""
        return self.camera.project(self.to_camera(points, frame), frame)
