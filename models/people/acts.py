"""What synthetic people do: plausible and random combinations of ICT-FaceKit's expressions, gaze and head turns.

Training needs both: combinations that faces make, so that the estimator learns what goes with what, and every
channel on its own and beside any other, so that it does not take what usually goes together for the same thing.
"""

from dataclasses import dataclass

import numpy as np

from ...core.conventions import Array
from ...core.facs.tables import GAZE_SHAPES
from ...core.fit.lids import gaze_weights
from .vocabulary import BROWS, EMOTIONS, LIDS, MOUTHS, VISEMES, Gesture

SIDED = (
    "browInnerUp", "browOuterUp", "browDown", "eyeWide", "cheekSquint", "eyeSquint", "noseSneer", "mouthUpperUp",
    "mouthSmile", "mouthDimple", "mouthFrown", "mouthLowerDown", "mouthStretch", "mouthPress", "cheekPuff", "eyeBlink",
)  # fmt: skip
CENTRAL = (
    "mouthClose", "mouthShrugLower", "mouthShrugUpper", "mouthPucker", "mouthFunnel", "jawOpen", "mouthRollUpper",
    "mouthRollLower", "jawForward", "jawLeft", "jawRight", "mouthLeft", "mouthRight",
)  # fmt: skip
STEMS = SIDED + CENTRAL
"""What can be acted; the lids' following of the gaze comes on top."""

NAMES: tuple[str, ...] = (*(f"{stem}_{side}" for stem in SIDED for side in "LR"), *CENTRAL, *GAZE_SHAPES)
"""53 expressions in ICT-FaceKit's order."""

COLUMNS: dict[str, list[int]] = {
    stem: [column for column, name in enumerate(NAMES) if name.partition("_")[0] == stem] for stem in STEMS
}
"""Stem → its one or two columns (the left side first)."""

GAZE_LIMIT = np.radians([35.0, 25.0])
"""Yaw, pitch."""
REST_LIMIT = 0.15
"""A resting brow is not lowered or raised by more."""


@dataclass(frozen=True)
class Acting:
    """T frames of what a person does."""

    weights: Array
    """T×53 (NAMES), 0–1; eyeLook… as the gaze has it."""
    gaze: Array
    """T×2×2 rad in the head: per eye (left first) yaw to the subject's left, pitch downwards."""
    turn: Array
    """T×3 rad: yaw to the subject's left, pitch downwards, roll to the subject's right."""
    drift: Array
    """T×3 m, camera space: how far the head is from its middle place."""


@dataclass(frozen=True)
class Style:
    """How somebody acts."""

    liking: dict[str, float]
    """Stem → how much more or less often it is used than by others."""
    gain: Array
    """53: how far this person goes."""
    rest: Array
    """53: the face at rest."""


AVERAGE = Style(dict.fromkeys(STEMS, 1.0), np.ones(len(NAMES)), np.zeros(len(NAMES)))


def draw_style(rng: np.random.Generator) -> Style:
    """Habits, under-playing and a resting brow."""
    liking = {stem: float(np.exp(0.7 * rng.normal())) for stem in STEMS}
    gain = np.clip(rng.uniform(0.65, 1.15) * np.exp(0.12 * rng.normal(size=len(NAMES))), 0.3, 1.0)
    rest = np.zeros(len(NAMES))
    if rng.random() < 0.4:
        stem = str(rng.choice(["browDown", "browInnerUp", "browOuterUp", "mouthFrown", "mouthPress", "eyeSquint"]))
        rest[COLUMNS[stem]] = rng.uniform(0, REST_LIMIT) * rng.uniform(0.7, 1.0, len(COLUMNS[stem]))
    return Style(liking, gain, rest)


def expressions(rng: np.random.Generator, count: int) -> Array:
    """Count×53 weights of independent frames by no one in particular; eyeLook… is 0 (see `looking`)."""
    return np.stack([_expression(rng, AVERAGE) for _ in range(count)])


def gaze(rng: np.random.Generator, count: int) -> Array:
    """Count×2×2 rad: often near the middle, else anywhere within GAZE_LIMIT; eyes converge by up to 8°."""
    near = np.radians(6.0) * rng.normal(size=(count, 2))
    anywhere = rng.uniform(-1, 1, (count, 2)) * GAZE_LIMIT
    both = np.where(rng.random((count, 1)) < 0.5, near, anywhere)
    return converging(both, rng.uniform(0, np.radians(8), count) * rng.random(count))


def converging(both: Array, vergence: Array) -> Array:
    """T×2×2 rad: two eyes that look `both` (T×2, yaw and pitch), turned towards each other by the vergence (T)."""
    eyes = np.repeat(np.clip(both, -GAZE_LIMIT, GAZE_LIMIT)[:, None], 2, axis=1)
    eyes[:, 0, 0] -= vergence / 2
    eyes[:, 1, 0] += vergence / 2
    return np.asarray(np.clip(eyes, -GAZE_LIMIT, GAZE_LIMIT))


def looking(weights: Array, eyes: Array) -> Array:
    """The weights (T×53) with lids that follow the gaze (T×2×2)."""
    acted = weights[:, : -len(GAZE_SHAPES)]
    return np.concatenate([acted, gaze_weights(eyes)], axis=1)


def take(rng: np.random.Generator, frames: int) -> Acting:
    """Frames of one person with habits of her own, unconnected in time, about one direction of the head."""
    style = draw_style(rng)
    weights = np.stack([_expression(rng, style) for _ in range(frames)])
    eyes = gaze(rng, frames)
    limit = np.radians([45, 25, 20])
    facing = np.radians([14, 7, 5]) * rng.normal(size=3)
    turn = facing + np.radians([12, 7, 5]) * rng.normal(size=(frames, 3))
    return Acting(looking(weights, eyes), eyes, np.clip(turn, -limit, limit), 0.01 * rng.normal(size=(frames, 3)))


def _expression(rng: np.random.Generator, style: Style) -> Array:
    """53 weights of one frame."""
    kind = rng.choice(["rest", "composed", "random", "both"], p=[0.1, 0.4, 0.35, 0.15])
    weights = np.zeros(len(NAMES))
    if kind in {"composed", "both"}:
        weights = np.maximum(weights, composed(rng, style))
    if kind in {"random", "both"}:
        weights = np.maximum(weights, scattered(rng, style, int(rng.integers(1, 6))))
    if kind == "rest":
        weights = 0.15 * rng.random() * scattered(rng, style, 3)
    return possible(style.rest + (1 - style.rest) * style.gain * weights)


def composed(rng: np.random.Generator, style: Style) -> Array:
    """53: an emotion, or something that the brows, the lids and the mouth do each on their own."""
    if rng.random() < 0.35:
        gestures = [_favourite(rng, EMOTIONS, style)]
        gestures += [_favourite(rng, VISEMES, style)] if rng.random() < 0.25 else []
    else:
        mouths = VISEMES if rng.random() < 0.5 else MOUTHS
        parts, odds = (BROWS, LIDS, mouths), (0.5, 0.45, 0.75)
        gestures = [_favourite(rng, part, style) for part, odd in zip(parts, odds, strict=True) if rng.random() < odd]
    if rng.random() < 0.15:
        gestures.append({"eyeBlink": rng.random()})
    played = [played_gesture(rng, gesture, strength(rng)) for gesture in gestures]
    return np.asarray(np.max([np.zeros(len(NAMES)), *played], axis=0))


def scattered(rng: np.random.Generator, style: Style, count: int) -> Array:
    """53: some stems, whatever they are, each as strong as it happens to be."""
    odds = np.array([style.liking[stem] for stem in STEMS])
    chosen = rng.choice(STEMS, count, replace=False, p=odds / odds.sum())
    weights = np.zeros(len(NAMES))
    for stem in chosen:
        weights[COLUMNS[stem]] = rng.uniform(0.1, 1.0) * (lopsided(rng) if stem in SIDED else 1.0)
    if "mouthClose" in chosen:  # lips can close only what the jaw has opened
        open_by = weights[COLUMNS["mouthClose"]] + rng.uniform(0, 0.3)
        weights[COLUMNS["jawOpen"]] = np.clip(np.maximum(weights[COLUMNS["jawOpen"]], open_by), 0, 1)
    return weights


def played_gesture(rng: np.random.Generator, gesture: Gesture, much: float, unlike: float = 0.45) -> Array:
    """53: a gesture played with a strength (0–1), each stem a little more or less, and `lopsided` as a whole."""
    sides, weights = lopsided(rng, unlike), np.zeros(len(NAMES))
    for stem, weight in gesture.items():
        columns = COLUMNS[stem]
        own = sides * np.exp(0.06 * rng.normal(size=2)) if stem in SIDED else 1.0
        weights[columns] = np.clip(weight * much * np.exp(0.2 * rng.normal()) * own, 0, 1)
    return weights


def strength(rng: np.random.Generator) -> float:
    """How strongly something is done: everything from a hint to all that is possible."""
    return float(rng.uniform(0.15, 1.1))


def lopsided(rng: np.random.Generator, unlike: float = 0.45) -> Array:
    """2 factors, left and right, one of them 1: alike, or (with the odds `unlike`) not, half the time one alone."""
    kind = rng.random()
    alike, uneven = np.exp(-abs(0.08 * rng.normal())), rng.uniform(0.2, 1.0)
    less = alike if kind > unlike else uneven if kind > unlike / 2 else 0.0
    return rng.permutation([1.0, float(less)])


def _favourite(rng: np.random.Generator, gestures: tuple[Gesture, ...], style: Style) -> Gesture:
    odds = np.array([np.prod([style.liking[stem] ** share for stem, share in one.items()]) for one in gestures])
    return gestures[rng.choice(len(gestures), p=odds / odds.sum())]


def possible(weights: Array) -> Array:
    """Weights (…×53) without what no face can do at once; continuous, so that a smooth performance stays smooth."""
    known = {stem: weights[..., columns] for stem, columns in COLUMNS.items()}
    for one, other in (("jawLeft", "jawRight"), ("mouthLeft", "mouthRight")):
        shared = np.minimum(known[one], known[other])
        known[one], known[other] = known[one] - shared, known[other] - shared
    known["mouthClose"] = np.minimum(known["mouthClose"], known["jawOpen"])
    rolled = np.maximum(known["mouthRollUpper"], known["mouthRollLower"])
    known["mouthFunnel"] = _less(known["mouthFunnel"], 5.0 * rolled)
    known["mouthPucker"] = _less(known["mouthPucker"], 3.0 * known["mouthFunnel"])
    known["eyeWide"] = _less(known["eyeWide"], 10.0 * known["eyeBlink"])
    known["cheekPuff"] = _less(known["cheekPuff"], 3.0 * (known["jawOpen"] - known["mouthClose"]))
    result = np.array(weights)
    for stem, columns in COLUMNS.items():
        result[..., columns] = known[stem]
    return np.clip(result, 0, 1)


def _less(weight: Array, hindrance: Array) -> Array:
    """A weight that fades to nothing as what excludes it grows to 1."""
    return np.asarray(weight * np.clip(1 - hindrance, 0, 1))
