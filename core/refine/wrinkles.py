"""Folds and creases that come and go with an expression: an expression ratio image (Liu, Shan and Zhang 2001).

How light or dark each place of the skin is, laid flat and as a logarithm, is learnt from the shot's own frames as a
function of the expression. What changes from the plate's expression to the wanted one multiplies the warped skin: no
change of expression changes nothing, and one that the shot never showed hardly anything.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..easing import smoothstep
from ..fit.result import Fit
from ..raster.windows import Window, around, within
from .backward import Motion
from .chart import ROUND, SIDE, Chart
from .learnt import Learnt, learn, telling

LOOKS = 96
"""Frames of a shot that are looked at, at most; half of them spread over its time, half over its expressions."""
RANK = 32
"""Pictures that make up all looks; what is left out is noise."""
FLOOR = 0.05
"""Of the skin's brightness: what is darker has no folds to be seen."""
DARKER, LIGHTER = -0.7, 0.35
"""Natural log: skin gets no darker and no lighter than by this. Folds are dark; what is far lighter than the plate was
hidden by a brow or a lash, and the plate's dark pixels lit up are no skin.
"""
LENT_LIGHTER = 0.04
"""Natural log: the same of another person's folds, whose hair and lashes lighten other places than this one's."""
LENT_ASIDE = (38.0, 52.0)
"""Degrees from the face's middle between which they end: temples are under hair."""
SLIP = 1.0
"""Texels by which a look may lie beside its place: what that makes of an edge is no fold."""
AROUND = 9
"""Texels across: an edge's doubt reaches as far."""
FOLD = 0.08
"""Natural log: how much a fold takes, typically."""


@dataclass(frozen=True)
class Wrinkles:
    """One person's skin, by expression."""

    chart: Chart
    learnt: Learnt
    """How much of each picture: RANK values."""
    pictures: Array32
    """RANK×N natural log of brightness, at the chart's N texels of skin."""
    floor: float
    """Plate values: FLOOR of the skin's brightness, which is added before logarithms."""

    trust: Array32
    """N, 0–1: how much of a change is a fold's and not an edge's (a brow's, the lips') that slipped."""
    usual: Array32
    """SIDE×SIDE natural log of brightness: the mean of what was seen."""

    def folds(self, old: Array, new: Array, lent: "Lent | None" = None) -> "Folds":
        """What becomes of the skin from one expression to another (E weights each). `lent`: somebody else's folds, for
        expressions that were not seen of this person.
        """
        log = self.learnt.change(old, new) @ self.pictures
        if lent is not None:
            missing = (1 - self.learnt.known(new)) * lent.of(new) - (1 - self.learnt.known(old)) * lent.of(old)
            log += np.minimum(missing, LENT_LIGHTER) * self.trust**2 * self._in_front()
        whole = np.zeros_like(self.chart.skin)
        whole[self.chart.skin > 0] = np.clip(log, DARKER, LIGHTER)
        return Folds(self.chart, whole, self.floor)

    def _in_front(self) -> Array32:
        """N, 0–1: what nobody's hair hides."""
        angle = np.abs(np.linspace(-ROUND, ROUND, SIDE))
        column = 1 - smoothstep(angle, *np.radians(LENT_ASIDE).tolist())
        return np.broadcast_to(column, self.chart.skin.shape)[self.chart.skin > 0]


@dataclass(frozen=True)
class Lent:
    """Another person's wrinkles, of the same face model, on this one's plate."""

    wrinkles: Wrinkles
    exponent: float = 1.0
    """Of their ratios: light is more contrasty in linear values than in a display's."""

    def of(self, expression: Array) -> Array32:
        """N natural log: what an expression (E weights) does to skin at rest."""
        log = self.wrinkles.learnt.change(np.zeros_like(expression), expression) @ self.wrinkles.pictures
        return np.asarray(self.exponent * log, dtype=np.float32)


@dataclass(frozen=True)
class Folds:
    """One frame's change of the skin's look."""

    chart: Chart
    log: Array32
    """SIDE×SIDE natural log: how much lighter skin gets."""
    floor: float
    """As in Wrinkles."""

    def laid_on(self, pixels: Array32, motion: Motion, window: Window) -> Array32:
        """H×W×3: the warped plate with the new folds."""
        if not self.log.any():
            return pixels
        face = around(motion.new, 1, window)
        part = within(face, window)
        gain = np.exp(self.chart.seen(self.log, motion, face))[..., None]
        result = pixels.copy()
        result[part] = (pixels[part] + np.float32(self.floor)) * gain - np.float32(self.floor)
        return result


@dataclass
class Learner:
    """Gathers the looks of a shot, one frame at a time."""

    fit: Fit
    chart: Chart
    rows: NDArray[np.intp] = field(init=False)
    _looks: dict[int, tuple[NDArray[np.float16], NDArray[np.float16]]] = field(init=False, default_factory=dict)
    """Row → natural log of brightness and how well it was seen, at the chart's N texels."""
    _floor: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self.rows = telling(self.fit, np.flatnonzero(self.fit.visible), LOOKS)

    def add(self, row: int, plate: NDArray[np.generic], pixels: Array, cosine: Array) -> None:
        """Row `row` of the shot shows the skin's vertices in its frame (H×W×3 or ×4) at V×2 px; `cosine`: V."""
        window = around(pixels, 2, (0, 0, plate.shape[1], plate.shape[0]))
        picture = plate[within(window, (0, 0, plate.shape[1], plate.shape[0]))][..., :3].mean(axis=2, dtype=np.float32)
        shown, weight = (look[self.chart.skin > 0] for look in self.chart.look(picture, pixels - window[:2], cosine))
        if not self._looks:
            sure = weight > 0.5
            self._floor = FLOOR * float(np.median(shown[sure])) if sure.any() else 0.0
        if self._floor > 0:
            logs = np.log(np.maximum(shown, 0) / np.float32(self._floor) + 1)
            self._looks[row] = logs.astype(np.float16), weight.astype(np.float16)

    def learnt(self) -> Wrinkles | None:
        """None where no skin was seen."""
        rows = np.array(sorted(self._looks), dtype=np.intp)
        if not len(rows):
            return None
        logs, seen = (np.stack([self._looks[row][k] for row in rows]).astype(np.float32) for k in (0, 1))
        mean = (logs * seen).sum(axis=0) / np.maximum(seen.sum(axis=0), 1e-3)
        modes, pictures = compressed((logs - mean) * seen)
        usual = np.full(self.chart.skin.shape, np.median(mean), dtype=np.float32)
        usual[self.chart.skin > 0] = mean
        trust = self._trust(usual)
        return Wrinkles(self.chart, learn(self.fit, rows, modes), pictures * trust, self._floor, trust, usual)

    def _trust(self, picture: Array32) -> Array32:
        """N, 0–1, by the usual look (SIDE×SIDE): as in Wrinkles."""
        texels = self.chart.skin > 0
        smooth = cv2.GaussianBlur(picture, (0, 0), 1)
        steep = np.hypot(cv2.Sobel(smooth, -1, 1, 0, scale=1 / 8), cv2.Sobel(smooth, -1, 0, 1, scale=1 / 8))
        slipped = SLIP * cv2.dilate(steep, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (AROUND, AROUND)))
        trust = 1 / (1 + (cv2.GaussianBlur(slipped, (0, 0), AROUND / 4) / FOLD) ** 4)
        return np.asarray(trust[texels], dtype=np.float32)


def compressed(looks: Array32) -> tuple[Array, Array32]:
    """K×R and R×N, of which the product is nearest to K×N: the principal parts."""
    values, vectors = np.linalg.eigh((looks @ looks.T).astype(np.float64))
    chosen = vectors[:, np.argsort(values)[::-1][:RANK]]
    return chosen, (chosen.T.astype(np.float32) @ looks).astype(np.float32)
