"""Folds and creases that come and go with an expression: an expression ratio image (Liu, Shan and Zhang 2001).

How light or dark each place of the skin is, laid flat and as a logarithm, is learnt as a function of the expression: a
Gaussian process (Rasmussen and Williams 2006, 2.2), seen through the shot's own frames. Light that goes with the head's
pose is a part of its own, so that folds are not taken for it. What changes from the plate's expression to the wanted
one multiplies the warped skin: no change of expression changes nothing, and what the shot never showed hardly anything.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..fit.result import Fit
from ..raster.windows import Window, around, within
from .backward import Motion
from .bank import farthest
from .chart import Chart

LOOKS = 96
"""Frames of a shot that are looked at, at most; half of them spread over its time, half over its expressions."""
NEAR = 0.5
"""Distance of expressions, in weights, within which skin looks alike."""
NOISE = 0.3
"""Variance of a look, of light and registration, in that of what expressions do."""
TURN, PLACE = 0.2, 0.05
"""rad and m by which a head has another light."""
RANK = 32
"""Pictures that make up all looks; what is left out is noise."""
FLOOR = 0.05
"""Of the skin's brightness: what is darker has no folds to be seen."""
LIMIT = 0.7
"""Natural log: skin gets no lighter or darker than by this."""


@dataclass(frozen=True)
class Wrinkles:
    """One person's skin, by expression."""

    chart: Chart
    columns: NDArray[np.intp]
    """D: of a fit's weights, those that count."""
    expressions: Array
    """K×D: of the looks."""
    weights: Array
    """K×RANK: how much of each picture an expression like a look's brings."""
    pictures: Array32
    """RANK×N: natural log of brightness, at the chart's N texels."""
    floor: float
    """Plate values: FLOOR of the skin's brightness, which is added before logarithms."""

    def folds(self, old: Array, new: Array) -> "Folds":
        """What becomes of the skin from one expression to another (E weights each)."""
        one, other = (likeness(weights[None, self.columns], self.expressions) for weights in (old, new))
        log = np.zeros_like(self.chart.skin)
        log[self.chart.skin > 0] = ((other - one) @ self.weights).astype(np.float32)[0] @ self.pictures
        return Folds(self.chart, np.clip(log, -LIMIT, LIMIT), self.floor)


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
        gain = np.exp(self.chart.seen(self.log, motion, window))[..., None]
        return (pixels + np.float32(self.floor)) * gain - np.float32(self.floor)


def likeness(one: Array, other: Array) -> Array:
    """N×K: covariance of skin's looks with expressions N×D and K×D: alike when near, and in proportion beyond."""
    product = one @ other.T
    squared = np.sum(one**2, axis=1)[:, None] + np.sum(other**2, axis=1) - 2 * product
    return np.asarray(product + np.exp(-squared / (2 * NEAR**2)))


def acting(fit: Fit) -> NDArray[np.intp]:
    """Columns of the expression that move skin: where the eyes look is no matter."""
    return np.array([i for i, name in enumerate(fit.expressions) if not name.startswith("eyeLook")], dtype=np.intp)


def looked_at(fit: Fit, columns: NDArray[np.intp]) -> NDArray[np.intp]:
    """Rows of a shot from which its wrinkles are learnt, rising."""
    seen = np.flatnonzero(fit.visible)
    even = seen[np.unique(np.linspace(0, len(seen) - 1, min(LOOKS // 2, len(seen))).astype(int))]
    # farthest goes by the mean over columns, expressions are as far apart as their sum
    return np.union1d(even, farthest(np.sqrt(len(columns)) * fit.expression[:, columns], seen, LOOKS // 2))


@dataclass
class Learner:
    """Gathers the looks of a shot, one frame at a time."""

    fit: Fit
    chart: Chart
    columns: NDArray[np.intp] = field(init=False)
    rows: NDArray[np.intp] = field(init=False)
    _looks: dict[int, tuple[NDArray[np.float16], NDArray[np.float16]]] = field(init=False, default_factory=dict)
    """Row → natural log of brightness and how well it was seen, at the chart's N texels."""
    _floor: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self.columns = acting(self.fit)
        self.rows = looked_at(self.fit, self.columns)

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
        """None where nothing can be compared."""
        rows = np.array(sorted(self._looks), dtype=np.intp)
        if len(rows) < 2:
            return None
        logs, seen = (np.stack([self._looks[row][k] for row in rows]).astype(np.float32) for k in (0, 1))
        mean = (logs * seen).sum(axis=0) / np.maximum(seen.sum(axis=0), 1e-3)
        modes, pictures = compressed((logs - mean) * seen)
        expressions = self.fit.expression[np.ix_(rows, self.columns)]
        covariance = likeness(expressions, expressions) + self._light(rows) + NOISE * np.eye(len(rows))
        weights = np.linalg.solve(covariance, modes)
        return Wrinkles(self.chart, self.columns, expressions, weights, pictures, self._floor)

    def _light(self, rows: NDArray[np.intp]) -> Array:
        """K×K: covariance of what the head's turn and place do to its light; and of the shot's mean."""
        fit = self.fit
        pose = np.concatenate([fit.rotation[rows] / TURN, fit.translation[rows] / PLACE], axis=1)
        squared = np.sum((pose[:, None] - pose) ** 2, axis=2)
        return np.asarray(np.exp(-squared / 2) + 0.2)


def compressed(looks: Array32) -> tuple[Array, Array32]:
    """K×R and R×N, of which the product is nearest to K×N: the principal parts."""
    values, vectors = np.linalg.eigh((looks @ looks.T).astype(np.float64))
    chosen = vectors[:, np.argsort(values)[::-1][:RANK]]
    return chosen, (chosen.T.astype(np.float32) @ looks).astype(np.float32)
