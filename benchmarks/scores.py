"""How truly curves say what a face did, where that is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ..core.conventions import Array
from ..core.facs.convert import arkit_weights, shapes_from_arkit, units_from_shapes
from ..core.facs.events import Event, find_events, match
from ..core.facs.performance import Performance
from ..core.facs.tables import ARKIT, SHAPES, UNIT_SHAPES, UNITS, arkit_name

CHANNELS = tuple(name for name in ARKIT if name != "tongueOut")
"""What is judged: no head that the people are made of can put out its tongue."""
ACTIVE = 0.02
"""A channel acts in a shot where the known curve's standard deviation is above this."""
AVERTED = float(np.radians(15.0))
"""jawForward is judged where the head is turned at least so far: from the front it is motion along the view axis."""


@dataclass(frozen=True)
class Curves:
    """What somebody does in T frames, known or found."""

    arkit: Array
    """T×52, order of tables.ARKIT."""
    units: Array
    """T×len(tables.UNITS)."""

    @classmethod
    def of(cls, acted: Performance) -> Self:
        return cls(arkit_weights(acted), acted.units)

    @classmethod
    def of_shapes(cls, weights: Array, names: Sequence[str]) -> Self:
        """Of a model's weights (T×E); shapes that it lacks are at rest."""
        columns = {name: weights[:, k] for k, name in enumerate(names)}
        rest = np.zeros(len(weights))
        merged = [[columns.get(shape, rest) for shape in SHAPES if arkit_name(shape) == name] for name in ARKIT]
        arkit = np.stack([np.mean(sides, axis=0) for sides in merged], axis=1)
        return cls(arkit, units_from_shapes(weights, tuple(names)))

    @classmethod
    def of_arkit(cls, arkit: Array) -> Self:
        shapes = shapes_from_arkit(arkit)
        return cls(arkit, np.stack([shapes[UNIT_SHAPES[unit]] for unit in UNITS], axis=1))

    def events(self, fps: float) -> tuple[Event, ...]:
        rows = np.arange(len(self.units))
        return find_events(self.units, UNITS, rows, rows / fps)


@dataclass(frozen=True)
class Score:
    """One shot."""

    pcc: Array
    """len(CHANNELS): correlation with the known curve; NaN of channels that do not act."""
    error: Array
    """len(CHANNELS): mean absolute error, whether they act or not."""
    leak: float
    """Mean of what is found on channels that do not act; NaN where all do."""
    events: tuple[int, int, int]
    """Found that were planted, found that were not, planted that were missed."""


def score(found: Curves, truth: Curves, yaw: Array, fps: float) -> Score:
    """A shot's curves against the known ones. `yaw`: T rad."""
    judged = [ARKIT.index(name) for name in CHANNELS]
    one, other = found.arkit[:, judged], truth.arkit[:, judged]
    rows = np.ones(one.shape, dtype=bool)
    rows[:, CHANNELS.index("jawForward")] = np.abs(yaw) >= AVERTED
    pcc = np.array([_pcc(one[use, k], other[use, k]) for k, use in enumerate(rows.T)])
    still = other.std(axis=0) <= ACTIVE
    return Score(
        pcc=pcc,
        error=np.abs(one - other).mean(axis=0),
        leak=float(np.abs(one[:, still]).mean()) if still.any() else np.nan,
        events=match(found.events(fps), truth.events(fps)),
    )


def _pcc(found: Array, truth: Array) -> float:
    return correlation(found, truth) if len(truth) > 1 and truth.std() > ACTIVE else np.nan


def correlation(found: Array, truth: Array) -> float:
    """Pearson's; 0 where the found curve is constant."""
    return float(np.corrcoef(found, truth)[0, 1]) if np.ptp(found) > 0 else 0.0


@dataclass(frozen=True)
class Summary:
    """Several shots."""

    pcc: float
    """Mean over shots of the mean over the channels that act."""
    mae: float
    leak: float
    f1: float
    """Of events, all shots' together."""
    channels: Array
    """len(CHANNELS): each channel's mean correlation over the shots in which it acts."""
    acting: NDArray[np.int64]
    """len(CHANNELS): in how many."""


def summary(scores: Sequence[Score]) -> Summary:
    """Of one estimator's shots."""
    pcc = np.stack([one.pcc for one in scores])
    right, wrong, missed = np.sum([one.events for one in scores], axis=0)
    acting = np.isfinite(pcc).sum(axis=0)
    return Summary(
        pcc=float(np.mean(np.nanmean(pcc, axis=1))),
        mae=float(np.mean([one.error.mean() for one in scores])),
        leak=float(np.nanmean([one.leak for one in scores])),
        f1=float(2 * right / max(2 * right + wrong + missed, 1)),
        channels=np.nansum(pcc, axis=0) / np.where(acting, acting, np.nan),
        acting=acting,
    )
