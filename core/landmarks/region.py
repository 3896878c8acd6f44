"""The turned square that the mesh network looks at, as MediaPipe's face graphs choose it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import CV_PIXEL_CENTRE, Array, Array32
from .places import OUTER_EYE_CORNERS

MARGIN = 1.5
"""Side of the square in larger sides of the face's box (MediaPipe, face_landmark_landmarks_to_roi.pbtxt)."""


@dataclass(frozen=True)
class Region:
    """A square of side `size` px around (u, v) px, its own u axis turned by `angle` rad from the image's towards v."""

    u: float
    v: float
    size: float
    angle: float

    @property
    def centre(self) -> Array:
        return np.array([self.u, self.v])

    def to_image(self, points: Array32) -> Array32:
        """…×3 image px (depth in px too) of points in the square, 0–1 from corner to corner."""
        c, s = np.cos(self.angle), np.sin(self.angle)
        turn = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
        away = (points - np.array([0.5, 0.5, 0.0])) * self.size
        return np.asarray(away @ turn + np.array([self.u, self.v, 0.0]), dtype=np.float32)

    def crop(self, rgb: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
        """The square as side×side pixels, black outside the image; averaged, not aliased, where it shrinks."""
        octaves = max(int(np.log2(max(self.size / side, 1.0))), 0)
        fine = side << octaves
        scale = self.size / fine
        c, s = scale * np.cos(self.angle), scale * np.sin(self.angle)
        # image position of crop pixel (x, y): both have their centres at +0.5, OpenCV at 0
        origin = np.array([[c, -s], [s, c]]) @ np.full(2, CV_PIXEL_CENTRE - fine / 2) + self.centre - CV_PIXEL_CENTRE
        back = np.array([[c, -s, origin[0]], [s, c, origin[1]]])
        crop = cv2.warpAffine(rgb, back, (fine, fine), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        if octaves:
            crop = cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA)
        return np.asarray(crop, dtype=np.uint8)


def region_of_mesh(points: Array32) -> Region:
    """The region around landmarks (478×≥2 image px)."""
    mesh = points[:468, :2]
    low, high = mesh.min(axis=0), mesh.max(axis=0)
    u, v = (low + high) / 2
    left, right = OUTER_EYE_CORNERS  # level in the crop
    across = points[left, :2] - points[right, :2]
    return Region(float(u), float(v), float(MARGIN * np.max(high - low)), float(np.arctan2(across[1], across[0])))


def region_of_box(box: Array, right_eye: Array, left_eye: Array) -> Region:
    """The region around a detector's box (left, top, right, bottom px) with two eye centres (px)."""
    across = left_eye - right_eye
    size = MARGIN * max(box[2] - box[0], box[3] - box[1])
    centre = (box[:2] + box[2:]) / 2
    return Region(float(centre[0]), float(centre[1]), float(size), float(np.arctan2(across[1], across[0])))
