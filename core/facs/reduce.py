"""As few keys as a curve needs: cubic pieces that stay within a tolerance of its samples."""

from dataclasses import dataclass

import numpy as np

from ..conventions import Array


@dataclass(frozen=True)
class Keys:
    """K keys; between two of them a cubic with these slopes at its ends."""

    frames: Array
    """K, rising."""
    values: Array
    """K."""
    before: Array
    """K: slope (per frame) on the way into each key."""
    after: Array
    """K: slope on the way out of it."""

    def at(self, frames: Array) -> Array:
        """The curve's values at other frames (T); what lies outside has the nearest key's."""
        if len(self.frames) == 1:
            return np.full(len(frames), self.values[0])
        inside = np.clip(frames, self.frames[0], self.frames[-1])
        piece = np.clip(np.searchsorted(self.frames, inside, side="right") - 1, 0, len(self.frames) - 2)
        start, length = self.frames[piece], np.diff(self.frames)[piece]
        basis = _hermite((inside - start) / length)
        ends = (self.values[piece], length * self.after[piece], self.values[piece + 1], length * self.before[piece + 1])
        return np.asarray(sum(share * end for share, end in zip(basis, ends, strict=True)))


def reduced(frames: Array, values: Array, tolerance: float) -> Keys:
    """Keys whose curve is nowhere at `frames` (T, rising) further than `tolerance` from `values` (T).

    Keys stand on samples. A piece is split where it is furthest off, until each fits; its slopes are the least-squares
    ones (Schneider 1990, "An algorithm for automatically fitting digitized curves", for curves over time).
    """
    chosen = {0: (0.0, 0.0), len(frames) - 1: (0.0, 0.0)}
    open_pieces = [(0, len(frames) - 1)] if len(frames) > 1 else []
    while open_pieces:
        first, last = open_pieces.pop()
        piece = slice(first, last + 1)
        out, into, error = _fit(frames[piece], values[piece])
        worst = int(np.argmax(error))
        if error[worst] <= tolerance:
            chosen[first] = (chosen[first][0], out)
            chosen[last] = (into, chosen[last][1])
        else:
            chosen.setdefault(first + worst, (0.0, 0.0))
            open_pieces += [(first, first + worst), (first + worst, last)]
    rows = np.array(sorted(chosen))
    before, after = np.array([chosen[row] for row in rows]).T
    return Keys(frames[rows], values[rows], before, after)


def _fit(frames: Array, values: Array) -> tuple[float, float, Array]:
    """Slopes at the ends of the cubic through the first and last sample that is closest to all, and how far it is off
    at each.
    """
    if len(frames) <= 3:
        return *_parabola(frames, values), np.zeros(len(frames))
    length = frames[-1] - frames[0]
    start, out, end, into = _hermite((frames - frames[0]) / length)
    rest = values - start * values[0] - end * values[-1]
    basis = np.stack([out, into]) * length
    slopes = np.linalg.solve(basis @ basis.T, basis @ rest)
    return float(slopes[0]), float(slopes[1]), np.abs(rest - slopes @ basis)


def _parabola(frames: Array, values: Array) -> tuple[float, float]:
    """Slopes at the ends of the line through two samples, or the parabola through three."""
    steps = np.diff(frames)
    slopes = np.diff(values) / steps
    bend = (slopes[-1] - slopes[0]) / steps.sum()
    return float(slopes[0] - bend * steps[0]), float(slopes[-1] + bend * steps[-1])


def _hermite(share: Array) -> tuple[Array, Array, Array, Array]:
    """Cubic Hermite basis at shares of a piece: start's value and slope, end's value and slope."""
    square, cube = np.square(share), share * np.square(share)
    end = np.asarray(3 * square - 2 * cube)
    return np.asarray(1 - end), np.asarray(cube - 2 * square + share), end, np.asarray(cube - square)
