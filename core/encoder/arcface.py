"""A user's own face recognition network, of the kind that ArcFace (Deng et al. 2019) made common."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..conventions import CV_PIXEL_CENTRE, Array, Array32
from ..device import Device
from ..errors import InputError
from ..landmarks.backend import Image
from .sessions import open_session

SIDE = 112
TEMPLATE = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)
"""Where the eyes, the tip of the nose and the corners of the mouth lie in the crop (u, v, the first pixel's centre at
0): insightface, python-package/insightface/utils/face_align.py, `arcface_dst`."""
FIVE = np.array([468, 473, 4, 61, 291])
"""The landmarks that are there: irises, tip of the nose, corners of the mouth; the picture's left first."""
GREY, SPREAD = 127.5, 127.5
"""Of the input: insightface, model_zoo/arcface_onnx.py."""
LONGEST = 4096


@dataclass(frozen=True)
class ArcFace:
    """Crops 1×3×112×112 (RGB, −1 to 1) → one vector per face."""

    session: Any
    path: Path

    @property
    def name(self) -> str:
        return f"{self.path.name} {hashlib.sha256(self.path.read_bytes()).hexdigest()[:8]}"

    def embed(self, rgb: Image, points: Array32) -> Array32:
        """D, unit length: whose face has these landmarks (478×≥2 px) in a picture H×W×3."""
        return _unit(self._run(crop(rgb, points)))

    def _run(self, face: Image) -> Array32:
        given = ((face.transpose(2, 0, 1)[None] - GREY) / SPREAD).astype(np.float32)
        found = self.session.run(None, {self.session.get_inputs()[0].name: given})[0]
        return np.asarray(found, dtype=np.float32)


def open_arcface(path: Path, device: Device) -> ArcFace:
    """Raises as open_session, and InputError where the network takes or gives something else."""
    network = ArcFace(open_session(path, device), path)
    shapes = [list(each.shape) for each in network.session.get_inputs()]
    if len(shapes) != 1 or shapes[0][1:] != [3, SIDE, SIDE]:
        taken = " and ".join("×".join(map(str, shape)) for shape in shapes)
        raise InputError(f"{path}: takes {taken}; a face recognition network that takes 1×3×112×112 is needed")
    try:
        found = network._run(np.zeros((SIDE, SIDE, 3), np.uint8))
    except Exception as error:  # onnxruntime's exceptions have no base of their own
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: does not run on one face ({reason}); give another network") from error
    if found.ndim != 2 or found.shape[0] != 1 or not 64 <= found.shape[1] <= LONGEST:
        given = "×".join(map(str, found.shape))
        raise InputError(f"{path}: gives {given}; a face recognition network that gives one vector (1×512) is needed")
    return network


def crop(rgb: Image, points: Array32) -> Image:
    """112×112×3: the face brought to the template."""
    place = to_template(points[FIVE, :2] - CV_PIXEL_CENTRE)
    return np.asarray(cv2.warpAffine(rgb, place, (SIDE, SIDE), flags=cv2.INTER_LINEAR), dtype=np.uint8)


def to_template(five: Array | Array32) -> Array:
    """2×3: the rotation, scale and move that brings five points (5×2) nearest to the template (Umeyama 1991; in the
    plane it is a straight line through complex numbers).
    """
    here, there = (points.astype(np.float64) @ np.array([1, 1j]) for points in (five, TEMPLATE))
    away, wanted = here - here.mean(), there - there.mean()
    factor = np.vdot(away, wanted) / np.vdot(away, away).real
    move = there.mean() - factor * here.mean()
    return np.array([[factor.real, -factor.imag, move.real], [factor.imag, factor.real, move.imag]])


def _unit(found: Array32) -> Array32:
    vector = found.reshape(-1)
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), dtype=np.float32)
