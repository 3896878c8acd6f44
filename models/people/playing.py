"""A smooth shot of somebody acting: gestures, emotions, speech, blinks and glances, with the head never quite still."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...core.conventions import Array
from ...core.demo.script import Keys, keyed
from .acts import (
    COLUMNS,
    GAZE_LIMIT,
    NAMES,
    SIDED,
    STEMS,
    Acting,
    converging,
    looking,
    lopsided,
    played_gesture,
    possible,
)
from .vocabulary import EMOTIONS, VISEMES

UPPER = ("browInnerUp", "browOuterUp", "browDown", "eyeWide", "eyeSquint", "cheekSquint", "noseSneer")
LOWER = tuple(stem for stem in STEMS if stem not in UPPER and stem != "eyeBlink")
APART = (
    {"mouthFunnel", "mouthPucker", "mouthRollUpper"},
    {"mouthFunnel", "mouthPucker", "mouthRollLower"},
    {"jawLeft", "jawRight"},
    {"mouthLeft", "mouthRight"},
    {"cheekPuff", "jawOpen", "mouthClose"},
    {"browDown", "browOuterUp"},
)
"""Stems that are not acted in one beat."""
ANOTHER = 0.55
"""How likely a beat's first stem has another beside it; a third is as likely again by as much."""
UNLIKE = 0.3
"""How much of it has unlike sides: less than in training, as on people."""
LEAST, MOST = 0.45, 1.0
"""Peak of an acted stem, on its stronger side."""

BEAT, LASTS = (0.48, 0.68), (0.55, 0.85)
"""s from one beat to the next, and from a beat's onset to its offset: neighbours overlap."""
ATTACK, RELEASE = (0.15, 0.28), (0.2, 0.35)
"""s."""
EMOTION_ODDS = 0.15
SPEECH, SYLLABLE = (1.0, 1.5), (0.10, 0.17)
"""s: length of a passage of speech, one to a shot of 6 s; from one viseme to the next, each rising and falling in as
long."""
BLINK_GAP, CLOSE, OPEN = (0.8, 2.6), (0.045, 0.065), (0.07, 0.10)
"""s: from blink to blink; a lid comes down and goes up (3–5 frames at 30 fps)."""

TURN_LIMIT = np.radians(30.0)
AVERTED = np.radians([17.0, 29.0])
"""Yaw while the jaw is pushed forward: from the front that is motion along the view axis, which nobody can see."""
HEAD_KEY, FIXATION, SACCADE = (0.6, 1.3), (0.35, 1.0), 0.06
"""s."""


@dataclass(frozen=True)
class Beat:
    """Something done once."""

    keys: Keys
    """Envelope (s, 0–1)."""
    weights: Array
    """53 at the peak."""


def act(rng: np.random.Generator, frames: int = 200, fps: float = 30.0) -> Acting:
    """A shot in which most channels act; over a few shots all 52 of them do. tongueOut is not among ICT-FaceKit's."""
    times = np.arange(frames) / fps
    speech = _window(rng, times[-1], SPEECH)
    lower = list(_beats(rng, times[-1], LOWER, speech))
    upper = list(_beats(rng, times[-1], UPPER, None))
    weights = np.zeros((frames, len(NAMES)))
    for beat in [*lower, *upper, *_speech(rng, speech), *_blinks(rng, times[-1])]:
        np.maximum(weights, keyed(beat.keys, times)[:, None] * beat.weights, out=weights)
    eyes = _glances(rng, times)
    forward = [beat for beat in lower if beat.weights[COLUMNS["jawForward"][0]] > 0]
    return Acting(looking(possible(weights), eyes), eyes, _turns(rng, times, forward), _drift(rng, times))


def _between(rng: np.random.Generator, limits: tuple[float, float]) -> float:
    return float(rng.uniform(*limits))


def _window(rng: np.random.Generator, end: float, length: tuple[float, float]) -> tuple[float, float]:
    lasts = min(_between(rng, length), end / 3)
    start = rng.uniform(0, end - lasts)
    return start, start + lasts


def _beats(
    rng: np.random.Generator, end: float, stems: tuple[str, ...], but: tuple[float, float] | None
) -> Iterator[Beat]:
    """Beats of a few stems each, none again before all have had their turn, and now and then an emotion."""
    groups: list[list[str]] = []
    at = _between(rng, (0.0, 0.3))
    while at + 0.5 * LASTS[0] < end:
        if but and but[0] - 0.5 * LASTS[0] < at < but[1] - 0.3 * LASTS[0]:
            at = but[1] - 0.3 * LASTS[0]
        groups = groups or _groups(rng, stems)
        if rng.random() < EMOTION_ODDS:
            emotion = EMOTIONS[rng.integers(len(EMOTIONS))]
            weights = played_gesture(rng, emotion, rng.uniform(0.6, 1.0), UNLIKE)
        else:
            weights = _together(rng, groups.pop())
        yield Beat(_envelope(rng, at), weights)
        at += _between(rng, BEAT)


def _groups(rng: np.random.Generator, stems: tuple[str, ...]) -> list[list[str]]:
    """Every stem once, in groups of one to three that a face can do together."""
    groups: list[list[str]] = []
    for stem in rng.permutation(stems).tolist():
        last = groups[-1] if groups else []
        if not groups or rng.random() > ANOTHER ** len(last) or any(len(pair & {*last, stem}) > 1 for pair in APART):
            groups.append([stem])
        else:
            last.append(stem)
    return groups


def _together(rng: np.random.Generator, stems: list[str]) -> Array:
    weights = np.zeros(len(NAMES))
    for stem in stems:
        weights[COLUMNS[stem]] = rng.uniform(LEAST, MOST) * (lopsided(rng, UNLIKE) if stem in SIDED else 1.0)
    if "mouthClose" in stems:
        weights[COLUMNS["jawOpen"]] = np.maximum(weights[COLUMNS["jawOpen"]], weights[COLUMNS["mouthClose"]])
    return weights


def _envelope(rng: np.random.Generator, at: float) -> Keys:
    lasts, attack, release = _between(rng, LASTS), _between(rng, ATTACK), _between(rng, RELEASE)
    return ((at, 0.0), (at + attack, 1.0), (at + lasts - release, 1.0), (at + lasts, 0.0))


def _speech(rng: np.random.Generator, window: tuple[float, float]) -> Iterator[Beat]:
    at = window[0]
    while at < window[1]:
        gap = _between(rng, SYLLABLE)
        viseme = VISEMES[rng.integers(len(VISEMES))]
        yield Beat(
            ((at - gap, 0.0), (at, 1.0), (at + gap, 0.0)), played_gesture(rng, viseme, rng.uniform(0.6, 1.1), UNLIKE)
        )
        at += gap


def _blinks(rng: np.random.Generator, end: float) -> Iterator[Beat]:
    """Blinks, some of them half ones, some winks, some that stay closed for a moment."""
    at = _between(rng, (0.2, 1.2))
    while at < end - 0.2:
        kind = rng.choice(["blink", "half", "wink", "long"], p=[0.65, 0.15, 0.1, 0.1])
        weights = np.zeros(len(NAMES))
        sides = rng.permutation([1.0, 0.0]) if kind == "wink" else rng.uniform(0.9, 1.0, 2)
        weights[COLUMNS["eyeBlink"]] = sides * (rng.uniform(0.4, 0.6) if kind == "half" else rng.uniform(0.85, 1.0))
        held = {"long": _between(rng, (0.3, 0.6)), "wink": _between(rng, (0.1, 0.3))}.get(str(kind), 0.0)
        down, up = _between(rng, CLOSE), _between(rng, OPEN)
        shut: Keys = ((at, 1.0), (at + held, 1.0)) if held else ((at, 1.0),)
        yield Beat(((at - down, 0.0), *shut, (at + held + up, 0.0)), weights)
        at += held + _between(rng, BLINK_GAP)


def _glances(rng: np.random.Generator, times: Array) -> Array:
    """T×2×2 rad: fixations with quick jumps between them, the wide ones to every side in turn."""
    keys: list[tuple[float, Array, float]] = []
    at, wide = 0.0, _wide_glances(rng)
    while at <= times[-1]:
        near = np.radians([8.0, 5.0]) * rng.normal(size=2)
        keys.append((at, next(wide) if rng.random() < 0.6 else near, rng.uniform(0, np.radians(6))))
        at += _between(rng, FIXATION)
    starts = [(0.0 if k == 0 else key[0] + SACCADE) for k, key in enumerate(keys)]
    ends = [*(key[0] for key in keys[1:]), times[-1] + 1]

    def curve(values: list[float]) -> Array:
        held = zip(starts, ends, values, strict=True)
        return keyed(tuple(key for start, end, value in held for key in ((start, value), (end, value))), times)

    both = np.stack([curve([float(key[1][axis]) for key in keys]) for axis in range(2)], axis=1)
    return converging(both, curve([key[2] for key in keys]))


def _wide_glances(rng: np.random.Generator) -> Iterator[Array]:
    """2 rad each: left, right, up and down in some order, each far enough for the lids to follow visibly."""
    while True:
        for way in rng.permutation(4):
            axis, sign = way // 2, 1 - 2 * (way % 2)
            aim = np.radians([6.0, 4.0]) * rng.normal(size=2)
            aim[axis] = sign * rng.uniform(0.5, 1.0) * GAZE_LIMIT[axis]
            yield aim


def _turns(rng: np.random.Generator, times: Array, forward: list[Beat]) -> Array:
    """T×3 rad: from one direction to another, averted where the jaw is pushed forward, and a nod."""
    held = [(beat.keys[0][0] - 0.1, beat.keys[-1][0] + 0.1, rng.choice([-1, 1]) * rng.uniform(*AVERTED))
            for beat in forward]  # fmt: skip
    keys = [key for start, end, yaw in held for key in ((start, yaw), (end, yaw))]
    at = 0.0
    while at <= times[-1] + HEAD_KEY[1]:
        if all(not start - 0.3 < at < end + 0.3 for start, end, _ in held):
            keys.append((at, float(np.clip(np.radians(13) * rng.normal(), -TURN_LIMIT, TURN_LIMIT))))
        at += _between(rng, HEAD_KEY)
    yaw = keyed(tuple(sorted(keys)), times)
    pitch, roll = (_wander(rng, times, np.radians(amount)) for amount in (6.0, 4.0))
    start, end = _window(rng, times[-1], (1.0, 1.4))
    nod = keyed(((start, 0.0), (start + 0.3, 1.0), (end - 0.3, 1.0), (end, 0.0)), times)
    pitch = pitch + np.radians(rng.uniform(4, 9)) * nod * np.sin(2 * np.pi * 1.7 * (times - start))
    return np.stack([yaw + _sway(rng, times, np.radians(1.0)), pitch, roll], axis=1)


def _wander(rng: np.random.Generator, times: Array, spread: float) -> Array:
    """T: from one normally distributed value to the next."""
    at = np.arange(0.0, times[-1] + 2.0, 0.9)
    values = np.clip(spread * rng.normal(size=len(at)), -2.5 * spread, 2.5 * spread)
    return keyed(tuple(zip(at.tolist(), values.tolist(), strict=True)), times)


def _drift(rng: np.random.Generator, times: Array) -> Array:
    return np.stack([_sway(rng, times, amount) for amount in (0.012, 0.01, 0.02)], axis=1)


def _sway(rng: np.random.Generator, times: Array, amount: float) -> Array:
    """T: a slow to and fro that never quite repeats."""
    hertz, phase = rng.uniform([0.2, 0.5], [0.4, 0.9]), rng.uniform(0, 2 * np.pi, 2)
    waves = np.sin(2 * np.pi * hertz * times[:, None] + phase) * [0.75, 0.25]
    return np.asarray(amount * waves.sum(axis=1))
