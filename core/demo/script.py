"""The demo's scene: what the driver's head does, in 5 seconds, as known weights, gaze and head pose."""

from dataclasses import dataclass

import numpy as np

from ..conventions import Array
from ..face.model import FaceModel
from ..facs.tables import GAZE_SHAPES
from ..fit.lids import gaze_weights

FPS, SECONDS = 30, 5.0

Keys = tuple[tuple[float, float], ...]
"""(time s, value), smooth in between, constant outside."""

SYLLABLES: tuple[tuple[float, dict[str, float]], ...] = (
    (0.42, {"jawOpen": 0.45, "mouthLowerDown_L": 0.2, "mouthLowerDown_R": 0.2}),
    (0.60, {"mouthPress_L": 0.6, "mouthPress_R": 0.6}),
    (0.78, {"jawOpen": 0.30, "mouthFunnel": 0.6}),
    (0.98, {"jawOpen": 0.08, "mouthPucker": 0.8}),
    (1.16, {"jawOpen": 0.55, "mouthUpperUp_L": 0.25, "mouthUpperUp_R": 0.25}),
    (1.34, {"jawOpen": 0.18, "mouthStretch_L": 0.35, "mouthStretch_R": 0.35}),
    (1.52, {"jawOpen": 0.38, "mouthFunnel": 0.35}),
    (1.70, {"mouthRollLower": 0.5, "jawOpen": 0.02}),
    (1.90, {"jawOpen": 0.50}),
    (4.55, {"jawOpen": 0.35, "mouthFunnel": 0.3}),
    (4.75, {"jawOpen": 0.15, "mouthPucker": 0.5}),
)
"""Speech: middle of a syllable and its weights; each rises and falls within 0.11 s."""
SYLLABLE_HALF = 0.11

BLINKS = (0.85, 2.42, 4.05)
"""s, when the lids are closed."""
BLINK_CLOSE, BLINK_OPEN = 0.07, 0.10

ACTS: dict[str, Keys] = {
    "mouthSmile": ((2.0, 0.0), (2.25, 0.85), (2.65, 0.85), (2.9, 0.05), (4.3, 0.0), (4.9, 0.45)),
    "cheekSquint": ((2.05, 0.0), (2.3, 0.5), (2.65, 0.5), (2.9, 0.0)),
    "browInnerUp": ((2.75, 0.0), (2.95, 0.9), (3.2, 0.9), (3.4, 0.0)),
    "browOuterUp": ((2.75, 0.0), (2.95, 0.8), (3.2, 0.8), (3.4, 0.0)),
    "eyeWide": ((2.8, 0.0), (2.95, 0.35), (3.2, 0.35), (3.35, 0.0)),
    "browDown": ((3.4, 0.0), (3.55, 0.85), (3.8, 0.85), (3.95, 0.0)),
    "mouthFrown": ((3.4, 0.0), (3.55, 0.6), (3.8, 0.6), (3.95, 0.0)),
}
"""Both sides of these shapes."""

GAZE_YAW: Keys = ((2.9, 0.0), (3.0, 0.36), (3.3, 0.36), (3.42, -0.36), (3.8, -0.36), (3.95, 0.0))
GAZE_PITCH: Keys = ((4.1, 0.0), (4.2, -0.26), (4.45, -0.26), (4.55, 0.0))
"""rad: to the subject's left, then right; then up."""


@dataclass(frozen=True)
class Scene:
    """The known performance of T frames."""

    fps: int
    times: Array
    """T s."""
    expressions: tuple[str, ...]
    weights: Array
    """T×E, 0–1."""
    gaze: Array
    """T×2×2 rad in the head: per eye (left first) yaw to the subject's left, pitch downwards."""
    head: Array
    """T×3 rad: yaw to the subject's left, pitch downwards, roll to the subject's right."""
    translation: Array
    """T×3 m, camera space."""
    identity: Array
    """I standard deviations."""

    def __len__(self) -> int:
        return len(self.times)

    def weight(self, shape: str) -> Array:
        """T: the weights of one expression."""
        return np.asarray(self.weights[:, self.expressions.index(shape)])


def scene(model: FaceModel, identity_seed: int = 5) -> Scene:
    """The scripted performance of a person drawn from the model's own distribution."""
    times = np.arange(round(SECONDS * FPS)) / FPS
    gaze = np.repeat(np.stack([keyed(GAZE_YAW, times), keyed(GAZE_PITCH, times)], axis=-1)[:, None], 2, axis=1)
    weights = np.stack([_weight(name, times) for name in model.expressions], axis=1)
    following = gaze_weights(gaze)
    for column, name in enumerate(GAZE_SHAPES):
        if name in model.expressions:
            weights[:, model.expressions.index(name)] = following[:, column]
    identity = 0.8 * np.random.default_rng(identity_seed).normal(size=len(model.identity))
    return Scene(FPS, times, model.expressions, weights, gaze, *_head(times), identity)


def keyed(keys: Keys, times: Array) -> Array:
    """T values through (time, value) keys, easing in and out between two (smoothstep)."""
    key_times, values = np.array(keys).T
    after = np.clip(np.searchsorted(key_times, times, side="right"), 1, len(keys) - 1)
    share = np.clip((times - key_times[after - 1]) / (key_times[after] - key_times[after - 1]), 0, 1)
    eased = share**2 * (3 - 2 * share)
    return np.asarray(values[after - 1] + eased * (values[after] - values[after - 1]))


def _weight(name: str, times: Array) -> Array:
    """T: speech, blinks and acts of one shape."""
    stem = name.removesuffix("_L").removesuffix("_R")
    if stem == "eyeBlink":
        closed = [keyed(((at - BLINK_CLOSE, 0.0), (at, 1.0), (at + BLINK_OPEN, 0.0)), times) for at in BLINKS]
        return np.asarray(np.max(closed, axis=0))
    total = keyed(ACTS[stem], times) if stem in ACTS else np.zeros_like(times)
    for at, shapes in SYLLABLES:
        if name in shapes:
            total = total + keyed(((at - SYLLABLE_HALF, 0.0), (at, shapes[name]), (at + SYLLABLE_HALF, 0.0)), times)
    return np.clip(total, 0, 1)


def _head(times: Array) -> tuple[Array, Array]:
    """Gentle motion: turns (T×3 rad) and translations (T×3 m) of slow sines that never quite repeat."""

    def sway(amount: float, hertz: float, phase: float) -> Array:
        return np.asarray(amount * np.sin(2 * np.pi * hertz * times + phase))

    head = np.stack(
        [sway(0.13, 0.31, 0.3) + sway(0.03, 0.9, 1.0), sway(0.06, 0.43, 1.2), sway(0.04, 0.27, 2.0)], axis=1
    )
    translation = np.stack([sway(0.006, 0.23, 0.5), sway(0.004, 0.37, 0.0), 0.62 + sway(0.012, 0.19, 1.0)], axis=1)
    return head, translation
