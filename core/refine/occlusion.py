"""What is in front of the face: hands, hair, microphones; it stays as it is on the plate while the face moves under it.

Each frame is compared with how the shot's face usually looks (occlusion_look) on a chart (occlusion_chart). What the
shot always shows in one place of the face (glasses, a beard, a fringe) is how it looks, and moves with it. A network
(occlusion_sight) is shown the frame and that comparison.
"""

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import CV_PIXEL_CENTRE, Array, Array32
from ..easing import smoothstep
from ..face.model import FaceModel
from ..fit.result import Fit
from ..raster.windows import around
from .bank import farthest
from .crop import SIDE, Crop
from .light import Light
from .occlusion_chart import FACE, FaceChart, Placed
from .occlusion_chart import SIDE as TEXELS
from .occlusion_front import Front, on_plate
from .occlusion_look import UsualLook, logarithm, plate_values
from .occlusion_pieces import Residual, pieces
from .occlusion_sight import (
    NOTHING,
    SHIPPED,
    Foretold,
    Sight,
    clear,
    foretold,
    guides,
    picture,
    seen,
    skin,
)
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
class Shown:
    """A frame as it is kept until all was learnt."""

    texture: NDArray[np.float16]
    """TEXELS×TEXELS×3, in units of the skin's value."""
    seen: NDArray[np.bool_]
    tone: float
    """The skin's value."""
    square: NDArray[np.uint8]
    """SIDE×SIDE×3: the face upright, as a display shows it."""
    light: Light


@dataclass
class Occluders:
    """One shot's face; learns its look from frames shown in any order, then finds what is in front of it."""

    model: FaceModel
    fit: Fit
    sight: Sight = SHIPPED
    rows: NDArray[np.intp] = field(init=False)
    """The rows to be shown."""
    _chart: FaceChart = field(init=False)
    _look: UsualLook | None = None
    _tone: float = 1.0
    _shown: dict[int, Shown] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._chart = FaceChart(self.model, self.fit)
        self._moves = self.model.landmarks(self.model.expression.astype(np.float64))[:, :468]
        seen = np.flatnonzero(self.fit.visible)
        self.rows = (
            self._chosen(seen[np.unique(np.linspace(0, len(seen) - 1, CANDIDATES).astype(int))]) if seen.size else seen
        )

    def show(self, row: int, pixels: NDArray[Any], landmarks: Array, light: Light) -> None:
        """The whole frame of one of `rows`, or of another that is to be `cleared`; landmarks: 478×2 px."""
        window = (0, 0, pixels.shape[1], pixels.shape[0])
        values = np.ascontiguousarray(pixels[..., :3], dtype=np.float32)
        texture, shown = self._chart.texture(values, window, self._chart.placed(landmarks, row))
        tone = max(float(skin_tone(pixels, landmarks).mean()), 1e-6)
        square = 255 * picture(values, window, Crop.of(landmarks), light)
        kept = (texture / tone).astype(np.float16), shown.astype(np.bool_)
        self._shown[row] = Shown(*kept, tone, np.rint(square).astype(np.uint8), light)

    def learn(self) -> None:
        """Once all `rows` were shown."""
        rows = [row for row in self.rows.tolist() if row in self._shown]
        if len(rows) >= FEWEST:
            self._tone = float(np.median([self._shown[row].tone for row in rows]))
            logs, shown = (np.stack(parts) for parts in zip(*map(self._logs, rows), strict=True))
            features = np.stack([self._features(row) for row in rows])
            self._look = UsualLook(logs, shown, features, self._chart.face, self._chart.openings())

    def cleared(self, row: int, part: Patch) -> Patch:
        """Part of a frame that was shown, without what is in front."""
        residual = self._left(row, *self._logs(row))
        if residual is None or part.pixels.size == 0:  # a feature beyond the frame's edge
            return part
        kept = self._shown[row]
        square = kept.square.astype(np.float32) / np.float32(255)
        front = self._found(row, part, residual, square, kept.light)
        return part if front is None else front.without(part)

    def forget(self) -> None:
        """The frames that were shown."""
        self._shown.clear()

    def find(self, row: int, plate: Patch, light: Light) -> Front | None:
        """What is in front of the face in a row; None where nothing is, or where the look is not known."""
        if self._look is None:
            return None
        texture, shown = self._chart.texture(plate.pixels, plate.window, self._chart.placed(plate.landmarks, row))
        square = picture(plate.pixels, plate.window, Crop.of(plate.landmarks), light)
        residual = self._look(logarithm(texture, self._tone), shown, self._features(row))
        return self._found(row, plate, residual, square, light)

    def foretells(self, row: int, plate: Patch, crop: Crop, light: Light) -> tuple[Array32, Foretold]:
        """The network's guides, and what the shot foretells of a row, over a square: what it is trained with."""
        placed = self._chart.placed(plate.landmarks, row)
        texture, shown = self._chart.texture(plate.pixels, plate.window, placed)
        return self._told(self._left(row, logarithm(texture, self._tone), shown), placed, crop, light)

    def _logs(self, row: int) -> tuple[Array32, Array32]:
        kept = self._shown[row]
        values = kept.texture.astype(np.float32) * np.float32(kept.tone)
        return logarithm(values, self._tone), kept.seen.astype(np.float32)

    def _left(self, row: int, texture: Array32, shown: Array32) -> Residual | None:
        """What a row leaves over; None where the look is not known."""
        return None if self._look is None else self._look(texture, shown, self._features(row))

    def _told(self, residual: Residual | None, placed: Placed, crop: Crop, light: Light) -> tuple[Array32, Foretold]:
        upright = Placed(crop.points(placed.points), placed.depth)
        lookup = self._chart.lookup(upright, (0, 0, SIDE, SIDE))
        told = NOTHING
        if residual is not None and self._look is not None:
            told = foretold(residual.expected, self._look.fine, lookup, self._tone, light)
        return guides(self._chart, lookup), told

    def _found(self, row: int, plate: Patch, residual: Residual, square: Array32, light: Light) -> Front | None:
        placed, crop = self._chart.placed(plate.landmarks, row), Crop.of(plate.landmarks)
        likely = np.zeros((SIDE, SIDE), np.float32)
        if self.sight.there:
            where, told = self._told(residual, placed, crop, light)
            likely = clear(self.sight(seen(square, where, told)), skin(where[2], crop.points(plate.landmarks)))
        found = pieces(residual, self._chart.face)
        at = crop.points(self._chart.on_frame(placed).reshape(-1, 2)).reshape(*found.shape, 2)
        near = cv2.remap(likely, at.astype(np.float32) - np.float32(CV_PIXEL_CENTRE), None, cv2.INTER_LINEAR)
        if not (found.any() or near.any()):
            return None
        return self._on_plate((found, near, likely), residual, plate, placed, crop)

    def _on_plate(
        self, finds: tuple[Array32, Array32, Array32], residual: Residual, plate: Patch, placed: Placed, crop: Crop
    ) -> Front | None:
        """What was found on the chart, and by the network (on the chart, in the square), at the plate's own fineness;
        None where it is all beside the plate's window.
        """
        assert self._look is not None
        found, also, likely = finds
        gate = cv2.dilate(found, ball(GATE))
        part = plate.crop(around(self._chart.on_frame(placed)[np.maximum(gate, also) > 0], 2, plate.window))
        if not part.pixels.size:
            return None
        lookup = self._chart.lookup(placed, part.window) - np.float32(CV_PIXEL_CENTRE)
        maps = np.dstack([cv2.erode(found, ball(INNER)), gate, self._look.fine])
        inside, near, doubt = np.moveaxis(cv2.remap(maps, lookup, None, cv2.INTER_LINEAR), -1, 0)
        expected = cv2.remap(residual.expected, lookup, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        away = np.abs(logarithm(part.pixels, self._tone) - expected).max(axis=-1) / np.clip(doubt, 1e-3, DOUBT)
        behind = plate_values(expected, self._tone)
        apart = np.abs(part.pixels - behind).max(axis=-1) * near
        texel = float(np.ptp(placed.points[:468, 1])) / (FACE * TEXELS)
        pure = cv2.dilate(apart, np.ones((2 * round(EDGE * texel) + 1,) * 2))
        share = apart / (pure + np.float32(1e-3 * self._tone))
        sharp = near * smoothstep(away, *PIXEL) * smoothstep(share, *SHARE)
        matte = np.maximum(sharp, smoothstep(inside, 0.5, 0.9))
        matte = cv2.morphologyEx(matte, cv2.MORPH_CLOSE, ball(2 * round(SLIT * texel) + 1))
        matte = np.minimum(matte / np.float32(WHOLE), 1)
        matte = np.maximum(matte, on_plate(likely, crop, part.window))
        return Front(part.window, np.asarray(matte, dtype=np.float32), behind)

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
