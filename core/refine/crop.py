"""The square round a face that a network sees: upright, of a fixed number of pixels, as large as the head whatever it
does.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from ..conventions import CV_PIXEL_CENTRE, Array, Array32
from ..landmarks.places import OUTER_EYE_CORNERS, RIGID, eye_distance
from ..raster.windows import Window

SIDE = 256
"""px."""
SPAN, BELOW = 2.6, 0.42
"""In head sizes: the square's side, and how far its middle lies below the eyes."""
NOSE_DROP = 1.9
"""Head sizes in what lies between the eyes and the nose's base: from the side, only this tells the size."""
_EYE_CORNERS, _NOSE_BASE = RIGID[:4], RIGID[4:]


@dataclass(frozen=True)
class Crop:
    """A turned square of a frame."""

    affine: Array
    """2×3: from px of the square to px of the frame, both with centres at +0.5."""

    @staticmethod
    def of(landmarks: Array) -> "Crop":
        """Round a face (478×2 px). Only points that go with the skull decide: an opening mouth moves nothing."""
        eyes, nose = landmarks[_EYE_CORNERS].mean(axis=0), landmarks[_NOSE_BASE].mean(axis=0)
        left, right = landmarks[OUTER_EYE_CORNERS]
        across = (left - right) / max(float(np.linalg.norm(left - right)), 1e-6)
        down = np.array([-across[1], across[0]])
        drop = NOSE_DROP * float(np.linalg.norm(nose - eyes))
        size = max(float(np.hypot(eye_distance(landmarks), drop)) / np.sqrt(2), 1.0)
        turn = SPAN * size / SIDE * np.stack([across, down], axis=1)
        return Crop(np.column_stack([turn, eyes + BELOW * size * down - turn @ np.full(2, SIDE / 2)]))

    @property
    def scale(self) -> float:
        """How many px of the frame make one of the square."""
        return float(np.sqrt(np.linalg.det(self.affine[:, :2])))

    def points(self, pixels: Array | Array32) -> Array:
        """N×2 px of the square, of N×2 px of the frame."""
        return np.asarray((pixels - self.affine[:, 2]) @ np.linalg.inv(self.affine[:, :2]).T)

    def vectors(self, motion: Array) -> Array:
        """N×2: displacements in px of the square, of those in px of the frame."""
        return np.asarray(motion @ np.linalg.inv(self.affine[:, :2]).T)

    def take(self, values: Array32, window: Window) -> Array32:
        """SIDE×SIDE×C: values on a window's pixels (H×W×C); averaged, not aliased, where they shrink."""
        small = _shrunk(values, max(int(self.scale), 1))
        steps = np.array([values.shape[1] / small.shape[1], values.shape[0] / small.shape[0]])
        linear = self.affine[:, :2] / steps[:, None]
        offset = (self.affine[:, 2] - np.array(window[:2])) / steps
        return _looked_up(small, linear, offset, (SIDE, SIDE), cv2.INTER_LINEAR)

    def put(self, field: Array32, window: Window) -> Array32:
        """H×W×C on a window's pixels, of a field over the square (n×n×C, of however many pixels); its edge goes on."""
        back = np.linalg.inv(self.affine[:, :2]) * (field.shape[0] / SIDE)
        offset = back @ (np.array(window[:2]) - self.affine[:, 2])
        size = (window[2] - window[0], window[3] - window[1])
        return _looked_up(field, back, offset, size, cv2.INTER_LINEAR)


def _shrunk(values: Array32, times: int) -> Array32:
    """Means of about times×times pixels of H×W×C values."""
    if times == 1:
        return values
    size = (-(-values.shape[1] // times), -(-values.shape[0] // times))
    threes = np.array_split(values, -(-values.shape[2] // 3), axis=2)  # OpenCV averages four channels at most
    return np.dstack([cv2.resize(three, size, interpolation=cv2.INTER_AREA) for three in threes])


def _looked_up(values: Array32, linear: Array, offset: Array, size: tuple[int, int], interpolation: int) -> Array32:
    """`values` at linear @ pixel + offset, for the pixels of a picture of a size (width, height); centres at +0.5."""
    middle = np.full(2, CV_PIXEL_CENTRE)
    affine = np.column_stack([linear, offset + linear @ middle - middle])
    flags = interpolation | cv2.WARP_INVERSE_MAP
    found = cv2.warpAffine(values, affine, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found.reshape(size[1], size[0], -1), dtype=np.float32)
