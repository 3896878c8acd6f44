"""What is in front of the face: hands, hair, microphones; it stays as it is on the plate while the face moves under it.

Each frame is compared with how the shot's face usually looks (occlusion_look) on a chart (occlusion_chart). What the
shot always shows in one place of the face (glasses, a beard, a fringe) is how it looks, and moves with it.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import CV_PIXEL_CENTRE, Array, Array32
from ..easing import smoothstep
from ..face.model import FaceModel
from ..fit.result import Fit
from ..raster.windows import Window, around, within
from .bank import farthest
from .grid import mix
from .occlusion_chart import FACE, SIDE, FaceChart, Placed
from .occlusion_look import UsualLook, logarithm, plate_values
from .occlusion_pieces import Residual, pieces
from .patch import Patch, skin_tone

FRAMES, FEWEST = 48, 8
"""Frames that the usual look is learnt from, at most, and at least: a still's is not known."""
CANDIDATES = 320
"""Frames that these are chosen from: flat memory and time, however long the clip."""
BY_CONTENT = 0.7
"""Share of them chosen to span expressions and poses; the others are spread over time."""
TURN_MM = 30.0
"""mm that a radian of head turn counts as."""
SPAN_MM = 2.0
"""Weight of a mm of the expression's landmarks, rms."""
GATE, INNER = 5, 5
"""Texels across: what was found on the chart is grown by, to look at its pixels one by one, and shrunk by, to be taken
as it is."""
PIXEL = (3.0, 6.0)
"""FINE, for single pixels next to what was found."""
DOUBT = 0.06
"""Standard deviation that is allowed there at most: something is in front for sure, and only its edge is sought."""
SLIT = 0.8
"""Texels: half the width of slits that are closed: between lips, where two surfaces meet."""
WHOLE = 0.75
"""From this share on a pixel is the thing's alone, and stays bit for bit."""
EDGE = 1.7
"""Texels within which a thing's own colour is seen pure, beside its edge."""
SHARE = (0.25, 0.75)
"""Of the way from the face's colour to the thing's: a pixel that is not in front, and one that is."""


@dataclass(frozen=True)
class Front:
    """What is in front of the face in one frame, over a window of the plate."""

    window: Window
    matte: Array32
    """H×W, 0–1."""
    behind: Array32
    """H×W×3: how the face would look there, the plate's values."""

    def without(self, plate: Patch) -> Patch:
        """The plate without it: the face as it usually looks, so that nothing of what is in front is dragged along."""
        pixels, place = plate.pixels.copy(), within(self.window, plate.window)
        pixels[place] = mix(pixels[place], self.behind, self.matte)
        return replace(plate, pixels=pixels)

    def over(self, window: Window) -> Array32:
        """H×W, 0–1: its matte over another window, which holds its own."""
        whole = np.zeros((window[3] - window[1], window[2] - window[0]), dtype=np.float32)
        whole[within(self.window, window)] = self.matte
        return whole


@dataclass
class Occluders:
    """One shot's face; learns its look from frames shown in any order, then finds what is in front of it."""

    model: FaceModel
    fit: Fit
    rows: NDArray[np.intp] = field(init=False)
    """The rows to be shown."""
    _chart: FaceChart = field(init=False)
    _look: UsualLook | None = None
    _tone: float = 1.0
    _shown: dict[int, tuple[NDArray[np.float16], NDArray[np.bool_], float]] = field(default_factory=dict)
    """Row → texture in units of the skin's value (SIDE×SIDE×3), where it was seen, the skin's value."""

    def __post_init__(self) -> None:
        self._chart = FaceChart(self.model, self.fit)
        self._moves = self.model.landmarks(self.model.expression.astype(np.float64))[:, :468]
        seen = np.flatnonzero(self.fit.visible)
        self.rows = (
            self._chosen(seen[np.unique(np.linspace(0, len(seen) - 1, CANDIDATES).astype(int))]) if seen.size else seen
        )

    def show(self, row: int, pixels: NDArray[Any], landmarks: Array) -> None:
        """The whole frame of one of `rows`, or of another that is to be `cleared`; landmarks: 478×2 px."""
        window = (0, 0, pixels.shape[1], pixels.shape[0])
        values = np.ascontiguousarray(pixels[..., :3], dtype=np.float32)
        texture, shown = self._chart.texture(values, window, self._chart.placed(landmarks, row))
        tone = max(float(skin_tone(pixels, landmarks).mean()), 1e-6)
        self._shown[row] = (texture / tone).astype(np.float16), shown.astype(np.bool_), tone

    def learn(self) -> None:
        """Once all `rows` were shown."""
        rows = [row for row in self.rows.tolist() if row in self._shown]
        if len(rows) >= FEWEST:
            self._tone = float(np.median([self._shown[row][2] for row in rows]))
            logs, shown = (np.stack(parts) for parts in zip(*map(self._logs, rows), strict=True))
            features = np.stack([self._features(row) for row in rows])
            self._look = UsualLook(logs, shown, features, self._chart.face, self._chart.openings())

    def cleared(self, row: int, part: Patch) -> Patch:
        """Part of a frame that was shown, without what is in front."""
        outside = part.pixels.size == 0  # a feature beyond the frame's edge
        front = None if self._look is None or outside else self._found(row, part, *self._logs(row))
        return part if front is None else front.without(part)

    def forget(self) -> None:
        """The frames that were shown."""
        self._shown.clear()

    def find(self, row: int, plate: Patch) -> Front | None:
        """What is in front of the face in a row; None where nothing is, or where the look is not known."""
        if self._look is None:
            return None
        texture, shown = self._chart.texture(plate.pixels, plate.window, self._chart.placed(plate.landmarks, row))
        return self._found(row, plate, logarithm(texture, self._tone), shown)

    def _logs(self, row: int) -> tuple[Array32, Array32]:
        texture, shown, tone = self._shown[row]
        return logarithm(texture.astype(np.float32) * np.float32(tone), self._tone), shown.astype(np.float32)

    def _found(self, row: int, plate: Patch, texture: Array32, shown: Array32) -> Front | None:
        assert self._look is not None
        residual = self._look(texture, shown, self._features(row))
        found = pieces(residual, shown, self._chart.face)
        placed = self._chart.placed(plate.landmarks, row)
        return self._on_plate(found, residual, plate, placed, self._look.fine) if found.any() else None

    def _on_plate(
        self, found: Array32, residual: Residual, plate: Patch, placed: Placed, spread: Array32
    ) -> Front | None:
        """What was found on the chart, at the plate's own fineness; None where it is all beside the plate's window."""
        gate = cv2.dilate(found, ball(GATE))
        part = plate.crop(around(self._chart.on_frame(placed)[gate > 0], 2, plate.window))
        if not part.pixels.size:
            return None
        lookup = self._chart.lookup(placed, part.window) - np.float32(CV_PIXEL_CENTRE)
        maps = np.dstack([cv2.erode(found, ball(INNER)), gate, spread])
        inside, near, doubt = np.moveaxis(cv2.remap(maps, lookup, None, cv2.INTER_LINEAR), -1, 0)
        expected = cv2.remap(residual.expected, lookup, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        away = np.abs(logarithm(part.pixels, self._tone) - expected).max(axis=-1) / np.clip(doubt, 1e-3, DOUBT)
        behind = plate_values(expected, self._tone)
        apart = np.abs(part.pixels - behind).max(axis=-1) * near
        texel = float(np.ptp(placed.points[:468, 1])) / (FACE * SIDE)
        pure = cv2.dilate(apart, np.ones((2 * round(EDGE * texel) + 1,) * 2))
        share = apart / (pure + np.float32(1e-3 * self._tone))
        sharp = near * smoothstep(away, *PIXEL) * smoothstep(share, *SHARE)
        matte = np.maximum(sharp, smoothstep(inside, 0.5, 0.9))
        matte = cv2.morphologyEx(matte, cv2.MORPH_CLOSE, ball(2 * round(SLIT * texel) + 1))
        return Front(part.window, np.asarray(np.minimum(matte / np.float32(WHOLE), 1), dtype=np.float32), behind)

    def _features(self, row: int) -> Array:
        """D mm: expression and pose of a row."""
        moved = SPAN_MM * 1e3 * np.tensordot(self.fit.expression[row], self._moves, 1).ravel()
        turned = TURN_MM * np.sqrt(len(moved) / 3) * self.fit.rotation[row]
        return np.concatenate([moved, turned])

    def _chosen(self, candidates: NDArray[np.intp]) -> NDArray[np.intp]:
        features = np.stack([self._features(int(row)) for row in candidates])
        spanning = farthest(features, np.arange(len(candidates)), round(BY_CONTENT * FRAMES))
        left = np.setdiff1d(np.arange(len(candidates)), spanning)
        more = left[np.linspace(0, len(left) - 1, min(FRAMES - len(spanning), len(left))).astype(int)]
        return np.asarray(np.unique(candidates[np.concatenate([spanning, more])]), dtype=np.intp)


def ball(width: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width)), dtype=np.uint8)
