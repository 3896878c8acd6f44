"""Folds of the skin: drawn once per person as height maps over the chart, each deepened by the muscles that make it.

Which action makes which fold is FACS's own evidence for its units (Ekman, Friesen & Hager 2002): forehead lines for 1
and 2, frown lines for 4, crow's feet and pouches for 6 and 7, and so on. A fold that an old face has at rest is the
same fold, partly pressed in already.
"""

from dataclasses import dataclass

import numpy as np

from ...core.conventions import Array, Array32
from ...core.landmarks.mirror import MIRROR
from .chart import Chart
from .furrows import Patch, furrow, pebbles, swelling

OCCLUSION = (0.32, 0.42, 0.44)
"""How much of the light a furrow of depth 1 keeps from red, green and blue: light comes back from skin redder."""
SLOPE = 0.9
"""Change of brightness per texel of height and unit of the light's slant."""
LIMITS = (0.25, 1.5)
"""Of the modulation."""

GROWN, DEEPEST_REST = 0.25, 0.5
"""From which age (0–1) on folds stay, and how deep at most."""
UNEVEN = 0.012
"""Distances of the outer eye corners by which lines stray."""
BULGE_ONSET = 1.2
HALF = 0.6
"""How far either side alone works on a fold in the middle."""

Drive = dict[str, float]
"""Stem of an expression → how far it deepens a fold, 1: all the way."""


@dataclass(frozen=True)
class Crease:
    """A kind of line on the subject's right side; the left one is its mirror image."""

    path: tuple[int, ...]
    """Landmarks that it passes."""
    drive: Drive
    width: float = 0.011
    """Half-width in distances of the outer eye corners."""
    depth: float = 1.0
    lines: tuple[int, int] = (1, 1)
    """Fewest and most of them."""
    apart: float = 0.0
    """Between neighbouring lines, in distances of the outer eye corners, along `aside`."""
    aside: tuple[float, float] = (0.0, 1.0)
    """Right and down in the chart."""
    aged: float = 0.5
    """How much of it the oldest have at rest."""
    bulge: float = 0.35
    """Height of the rims beside it."""
    fan: float = 0.0
    """How much further the lines' far ends are apart than their near ends."""


SMILE: Drive = {"mouthSmile": 1.0, "cheekSquint": 0.35, "mouthUpperUp": 0.55, "noseSneer": 0.5, "mouthDimple": 0.3,
                "mouthStretch": 0.3}  # fmt: skip
CREASES: tuple[Crease, ...] = (
    # forehead: the middle rises with the inner brows, the sides with the outer ones
    Crease((151, 108, 69), {"browInnerUp": 1.0, "browOuterUp": 0.25}, 0.012, 0.9, (2, 4), 0.075, (0, -1), 0.45),
    Crease((108, 69, 104, 68), {"browOuterUp": 1.0, "browInnerUp": 0.2}, 0.011, 0.8, (2, 4), 0.07, (0, -1), 0.4),
    # frown: upright between the brows, and across the root of the nose
    Crease((193, 55, 107), {"browDown": 1.0, "noseSneer": 0.25}, 0.012, 1.1, (1, 2), 0.06, (1, 0), 0.5),
    Crease((168, 193, 189), {"browDown": 0.6, "noseSneer": 0.8}, 0.010, 0.8, (1, 2), 0.04, (0, 1), 0.3),
    # crow's feet
    Crease((130, 226, 35, 143), {"cheekSquint": 1.0, "mouthSmile": 0.4, "eyeSquint": 0.45}, 0.009, 1.0, (2, 5), 0.028,
           (0.2, 1), 0.45, fan=2.0),
    # pouches and lines below the lower lid
    Crease((112, 26, 22, 23, 24, 110), {"eyeSquint": 0.9, "cheekSquint": 0.7, "mouthSmile": 0.2}, 0.009, 1.1, (1, 2),
           0.035, (0, 1), 0.5),
    Crease((233, 232, 231, 230, 229, 228), {"cheekSquint": 1.0, "eyeSquint": 0.5, "mouthSmile": 0.35}, 0.012, 1.0,
           (1, 1), 0.0, (0, 1), 0.7),
    # bunny lines
    Crease((122, 188, 114), {"noseSneer": 1.0, "mouthUpperUp": 0.2}, 0.009, 0.9, (2, 4), 0.045, (0.3, 1), 0.15),
    # nasolabial fold: its upper end alone, and all of it
    Crease((198, 129, 203, 206), {"noseSneer": 0.9, "mouthUpperUp": 0.9, "mouthSmile": 0.4}, 0.014, 0.8, (1, 1),
           aged=0.5, bulge=0.5),
    Crease((129, 203, 206, 216, 212), SMILE, 0.016, 1.2, (1, 1), aged=0.7, bulge=0.55),
    # dimples, and arcs beside stretched corners
    Crease((216, 57, 43), {"mouthDimple": 1.0, "mouthSmile": 0.35, "mouthPress": 0.35, "mouthStretch": 0.3}, 0.012, 1.0,
           (1, 2), 0.05, (-1, 0), 0.2, 0.5),
    Crease((207, 212, 202), {"mouthStretch": 1.0, "mouthSmile": 0.45, "mouthDimple": 0.4}, 0.011, 0.8, (1, 3), 0.06,
           (-1, 0), 0.2),
    # marionette lines
    Crease((61, 43, 106, 204), {"mouthFrown": 1.0, "mouthShrugLower": 0.25, "mouthLowerDown": 0.25}, 0.015, 0.8, (1, 1),
           aged=0.55),
    # below the lower lip
    Crease((18, 83, 182, 106), {"mouthShrugLower": 0.9, "mouthFrown": 0.4, "mouthRollLower": 0.6, "mouthPress": 0.35},
           0.014, 0.8, (1, 1), aged=0.3),
    # upright lines about pursed lips
    Crease((37, 167), {"mouthPucker": 0.9, "mouthFunnel": 0.3, "mouthPress": 0.5, "mouthRollUpper": 0.5}, 0.007, 0.55,
           (3, 6), 0.045, (-1, 0.05), 0.3),
    Crease((84, 83), {"mouthPucker": 0.9, "mouthFunnel": 0.3, "mouthPress": 0.5, "mouthRollLower": 0.5}, 0.007, 0.5,
           (2, 5), 0.05, (-1, -0.05), 0.2),
    # the edge of pressed lips, and the corner that is tucked in
    Crease((165, 92, 186), {"mouthPress": 0.8, "mouthUpperUp": 0.2, "mouthRollUpper": 0.7}, 0.010, 0.6, aged=0.1),
    Crease((186, 57, 61), {"mouthPress": 0.9, "mouthDimple": 0.6, "mouthFrown": 0.3}, 0.010, 0.8, aged=0.2),
    # bands of the neck
    Crease((136, 150), {"mouthStretch": 0.8}, 0.02, 0.5, (1, 2), 0.12, (1, 0), 0.2),
)  # fmt: skip


@dataclass(frozen=True)
class Bulge:
    """A part of the subject's right side that swells (or, below 0, hollows) softly."""

    centre: int
    reach: float
    """In distances of the outer eye corners."""
    height: float
    drive: Drive


BULGES: tuple[Bulge, ...] = (
    Bulge(205, 0.22, 3.0, {"cheekPuff": 1.0}),
    Bulge(118, 0.16, 2.0, {"cheekSquint": 0.8, "mouthSmile": 0.7, "noseSneer": 0.3}),
    Bulge(55, 0.09, 1.2, {"browDown": 1.0}),
    Bulge(92, 0.08, 0.8, {"cheekPuff": 0.7}),
    Bulge(57, 0.06, -1.0, {"mouthDimple": 0.9, "mouthSmile": 0.3}),
)
CHIN: Drive = {"mouthShrugLower": 1.0, "mouthFrown": 0.35, "mouthPress": 0.15}
CHIN_MARKS, CHIN_REACH, CHIN_DEPTH = (199, 200), 0.17, 0.9


@dataclass(frozen=True)
class Folds:
    """F folds of one person."""

    patches: tuple[Patch, ...]
    share: Array
    """F×53: how far each weight deepens each fold."""
    onset: Array
    """F exponents: above 1, a fold comes late."""
    rest: Array
    """F, 0–1: how deep each is at rest."""

    def levels(self, weights: Array) -> Array:
        """F, 0–1, of 53 weights; each grows with each of its actions, smoothly."""
        pressed = 1 - np.prod(1 - self.share * np.clip(weights, 0, 1), axis=1)
        return np.asarray(self.rest + (1 - self.rest) * pressed**self.onset)


@dataclass(frozen=True)
class _Fold:
    patch: Patch
    drive: Drive
    side: str
    """'R', 'L', or '' of a fold across the middle."""
    onset: float
    rest: float


def draw_folds(rng: np.random.Generator, chart: Chart) -> Folds:
    """Young skin hardly folds, old skin does at rest."""
    age = float(rng.uniform() ** 1.5)
    strength = (0.35 + 0.6 * age**0.7) * float(np.exp(rng.normal(0, 0.25)))
    folds = [
        fold
        for crease in CREASES
        for fold in _creased(rng, chart, crease, strength * float(np.exp(rng.normal(0, 0.35))), age)
    ]
    folds += [fold for bulge in BULGES for fold in _swollen(chart, bulge, float(rng.uniform(0.3, 1.0)))]
    middle = chart.points(*CHIN_MARKS).mean(axis=0)
    chin = pebbles(rng, middle, CHIN_REACH * chart.unit, CHIN_DEPTH * strength, chart.size)
    folds.append(_Fold(chin, CHIN, "", float(rng.uniform(1, 1.6)), 0.1 * max(age - GROWN, 0)))
    return Folds(
        patches=tuple(fold.patch for fold in folds),
        share=np.stack([_shares(fold, chart.expressions) for fold in folds]),
        onset=np.array([fold.onset for fold in folds]),
        rest=np.array([fold.rest for fold in folds]),
    )


def _creased(rng: np.random.Generator, chart: Chart, crease: Crease, strength: float, age: float) -> list[_Fold]:
    """On the right and on the left: as many lines, but not the same."""
    onset = float(rng.uniform(1.0, 1.8))
    rest = float(np.clip(crease.aged * max(age - GROWN, 0) * rng.uniform(0.2, 1.0), 0, DEEPEST_REST))
    lines = int(rng.integers(crease.lines[0], crease.lines[1] + 1))
    width = crease.width * chart.unit * float(np.exp(rng.normal(0, 0.15)))
    folds = []
    for side in "RL":
        paths = _paths(rng, chart, crease, side, lines)
        patch = furrow(rng, paths, width, strength * crease.depth, crease.bulge, chart.size)
        folds.append(_Fold(patch, crease.drive, side, onset, rest))
    return folds


def _paths(rng: np.random.Generator, chart: Chart, crease: Crease, side: str, lines: int) -> list[Array]:
    """`lines` paths (N×2 px) beside each other."""
    path = chart.marks[[_on_side(mark, side) for mark in crease.path]]
    apart = crease.apart * chart.unit * float(rng.uniform(0.8, 1.25))
    aside = np.array(crease.aside) * [1 if side == "R" else -1, 1] * apart
    spread = np.linspace(1, 1 + crease.fan, len(path))[:, None]
    first = -(lines - 1) / 2 if crease.fan else 0.0
    return [
        path + (first + k + rng.normal(0, 0.15)) * aside * spread + rng.normal(0, UNEVEN * chart.unit, path.shape)
        for k in range(lines)
    ]


def _swollen(chart: Chart, bulge: Bulge, much: float) -> list[_Fold]:
    folds = []
    for side in "RL":
        centre = chart.marks[_on_side(bulge.centre, side)]
        patch = swelling(centre, bulge.reach * chart.unit, much * bulge.height, chart.size)
        folds.append(_Fold(patch, bulge.drive, side, BULGE_ONSET, 0.0))
    return folds


def _shares(fold: _Fold, expressions: tuple[str, ...]) -> Array:
    """53: of its own side's expressions, or less of each side's where the fold lies in the middle."""
    out = np.zeros(len(expressions))
    for stem, share in fold.drive.items():
        for side in fold.side or "LR":
            if f"{stem}_{side}" in expressions:
                out[expressions.index(f"{stem}_{side}")] = share * (1.0 if fold.side else HALF)
        if stem in expressions:
            out[expressions.index(stem)] = share
    return out


def _on_side(mark: int, side: str) -> int:
    return mark if side == "R" else int(MIRROR[mark])


def modulation(folds: Folds, weights: Array, light: Array) -> tuple[slice, slice, Array32] | None:
    """What the folds of an expression do to the albedo: rows, columns, and h×w×3 factors there; None: nothing.

    `light`: towards the lamp, right and up in the chart; its length is the tangent of the slant.
    """
    levels = folds.levels(weights).astype(np.float32)
    active = [(folds.patches[k], levels[k]) for k in np.flatnonzero(levels > 1e-3)]
    if not active:
        return None
    top, bottom = min(p.top for p, _ in active), max(p.top + p.height.shape[0] for p, _ in active)
    left, right = min(p.left for p, _ in active), max(p.left + p.height.shape[1] for p, _ in active)
    height = np.zeros((bottom - top, right - left), dtype=np.float32)
    dark = np.zeros_like(height)
    for patch, level in active:
        window = patch.within(top, left)
        height[window] += level * patch.height
        dark[window] += level * patch.dark
    slant = np.ones_like(height)
    slant[:, 1:-1] -= np.float32(0.5 * SLOPE * light[0]) * (height[:, 2:] - height[:, :-2])
    slant[1:-1] += np.float32(0.5 * SLOPE * light[1]) * (height[2:] - height[:-2])
    factors = np.stack([np.clip(slant - share * dark, *LIMITS) for share in map(np.float32, OCCLUSION)], axis=2)
    return slice(top, bottom), slice(left, right), factors
