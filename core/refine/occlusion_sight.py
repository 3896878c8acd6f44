"""The network that sees what is in front of a face (models/occlusion/CARD.md), and what it is shown."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import CV_PIXEL_CENTRE, Array, Array32
from ..device import Device
from ..easing import smoothstep
from ..encoder.sessions import open_session
from ..errors import InputError
from ..landmarks.places import EYES, OUTER_LIPS
from ..raster.windows import Window
from .crop import SIDE, Crop
from .light import Light
from .occlusion_chart import SIDE as TEXELS
from .occlusion_chart import FaceChart
from .occlusion_look import logarithm, plate_values

NETWORK = Path(__file__).resolve().parents[2] / "models" / "occlusion" / "occlusion.onnx"
CHANNELS = 11
"""Picture (3), place on the mean face (2), between the landmarks; how far it is from what the shot foretells (3), by
how many of its deviations, and whether it foretells anything.
"""
DEVIATIONS, MOST = 6.0, 2.0
"""That count as 1, and the most that counts."""
EDGE = 0.3, 0.7
"""Probability at which a pixel is the face's alone, and the thing's alone."""
LIKELY = 0.3
"""Probability that makes a piece."""
SPREAD = 5
"""Pixels of the square: so far round what is thick enough all counts."""
SURE, LARGE = (0.9, 0.98), (400.0, 800.0)
"""Highest probability, and pixels of the square on the face, that a piece must have to count, and to count whole: what
is small the shot itself tells better, and a false alarm is worse than a miss.
"""
THICK = 11
"""Pixels of the square: what is thinner is left to the shot as well."""


@dataclass(frozen=True)
class Foretold:
    """What a shot foretells of one frame, over the square."""

    shown: Array32
    """SIDE×SIDE×3, display-encoded, white 1."""
    doubt: Array32
    """SIDE×SIDE: standard deviation (natural log); 0 where nothing is foretold."""
    tone: float
    """The skin's value, display-encoded."""


NOTHING = Foretold(np.zeros((SIDE, SIDE, 3), np.float32), np.zeros((SIDE, SIDE), np.float32), 1.0)
"""Of a still."""


class Sight:
    """Sees nothing where its network is missing. One for many frames and threads."""

    def __init__(self, device: Device = "auto", network: Path = NETWORK) -> None:
        self._device, self._file = device, network

    @cached_property
    def name(self) -> str:
        """A short hash of the network, empty where it is missing; frames made with another are not gone on from."""
        there = self._file.is_file()
        return hashlib.sha256(self._file.read_bytes()).hexdigest()[:16] if there else ""

    @property
    def there(self) -> bool:
        return bool(self.name)

    @cached_property
    def _session(self) -> Any:
        """Opened for the first frame. Raises as open_session, and InputError where the file is another network."""
        session = open_session(self._file, self._device)
        if [each.name for each in session.get_inputs()] != ["seen"]:
            raise InputError(f"{self._file}: is not the network that sees what is in front; fetch it again")
        return session

    def __call__(self, shown: Array32) -> Array32:
        """SIDE×SIDE, 0–1: how likely something is in front; `shown`: as `seen` has it."""
        (front,) = self._session.run(["front"], {"seen": shown[None]})
        return np.asarray(front[0, 0], dtype=np.float32)


SHIPPED = Sight()
"""Of the network that comes with the program, on the best device there is."""


def picture(values: Array32, window: Window, crop: Crop, light: Light) -> Array32:
    """SIDE×SIDE×3, display-encoded, 0–1: a face upright, of a plate's values over a window."""
    shown = light.shown(crop.take(values, window))
    return np.fmin(np.fmax(shown, 0), 1)  # what is no number is black


def seen(square: Array32, where: Array32, told: Foretold) -> Array32:
    """CHANNELS×SIDE×SIDE: what the network is shown of a picture (SIDE×SIDE×3, display-encoded, white 1) and guides."""
    there = (told.doubt > 0).astype(np.float32)
    away = (square - told.shown) * there[..., None]
    logs = [logarithm(each, told.tone) for each in (square, told.shown)]
    size = np.abs(logs[0] - logs[1]).max(axis=2) / np.maximum(told.doubt, np.float32(1e-3)) * there
    size = np.clip(size / np.float32(DEVIATIONS), 0, MOST)
    parts = np.dstack([square - np.float32(0.5), where.transpose(1, 2, 0), 2 * away, size, there])
    return np.ascontiguousarray(parts.transpose(2, 0, 1), dtype=np.float32)


def guides(chart: FaceChart, lookup: Array32) -> Array32:
    """3×SIDE×SIDE: place on the mean face, -1–1, and 1 between its landmarks; zeros off the chart. `lookup`: where the
    square's pixels lie on the chart.
    """
    there = lookup[..., 0] >= 0
    face = cv2.remap(chart.face.astype(np.float32), lookup - np.float32(CV_PIXEL_CENTRE), None, cv2.INTER_LINEAR)
    place = np.where(there[..., None], lookup / np.float32(TEXELS / 2) - 1, 0)
    return np.ascontiguousarray(np.dstack([place, face]).transpose(2, 0, 1), dtype=np.float32)


def foretold(expected: Array32, doubt: Array32, lookup: Array32, tone: float, light: Light) -> Foretold:
    """A chart's prediction (logarithms, of the skin's value `tone`) and its deviation, over the square."""
    at = lookup - np.float32(CV_PIXEL_CENTRE)
    values = plate_values(cv2.remap(expected, at, None, cv2.INTER_LINEAR), tone)
    there = lookup[..., 0] >= 0
    spread = cv2.remap(doubt, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    shown = np.clip(light.shown(values), 0, 1)
    own = float(light.shown(np.full(1, tone, dtype=np.float32))[0])
    return Foretold(np.where(there[..., None], shown, 0), np.where(there, spread, 0), own)


def skin(face: Array32, marks: Array) -> Array32:
    """SIDE×SIDE: `face` (1 between landmarks) without mouth and eyes; marks: 478×2 px of the square."""
    left = face.copy()
    for outline in (OUTER_LIPS, *(eye.rings[1] for eye in EYES)):
        hull = cv2.convexHull(np.round(16 * (marks[outline] - CV_PIXEL_CENTRE)).astype(np.int32))
        cv2.fillConvexPoly(left, hull, 0.0, cv2.LINE_8, 4)
    return left


def clear(likely: Array32, skin: Array32) -> Array32:
    """SIDE×SIDE, 0–1: what is likely in front, no small, thin or unsure pieces. Only what of them is before the skin
    (1 there) speaks for them: teeth, tongue and the white of eyes come and go with nothing in front.
    """
    count, labels = cv2.connectedComponents((likely > LIKELY).astype(np.uint8))
    flat, on_skin = labels.ravel(), (likely * skin).ravel()
    mass = np.asarray(np.bincount(flat, on_skin, count), dtype=np.float64)
    peak = np.zeros(count, dtype=np.float32)
    np.maximum.at(peak, flat, on_skin)
    counts = smoothstep(mass, *LARGE) * smoothstep(peak, *SURE)
    counts[0] = 0
    near = cv2.dilate((counts[labels] * (likely > LIKELY)).astype(np.float32), np.ones((5, 5), np.uint8))
    found = likely * near
    thick = cv2.morphologyEx(found, cv2.MORPH_OPEN, _ball(THICK))
    found = np.minimum(found, cv2.dilate(thick, _ball(SPREAD)))
    return np.asarray(np.where(found > EDGE[0], found, 0), dtype=np.float32)


def _ball(width: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width)), dtype=np.uint8)
