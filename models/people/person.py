"""Who is shown: shape, skin, eyes, teeth and hair of somebody who does not exist."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ...core.conventions import Array, Array32
from .chart import Chart
from .eyes import EyeLook, draw_eyes
from .figure import Figure
from .glasses import Glasses, draw_glasses
from .skin import Skin, draw_skin

UNUSUAL, UNUSUAL_SPREAD = 0.25, 1.3
"""How many people have shapes drawn wider than the model's own distribution, and how much wider."""


@dataclass(frozen=True)
class Hair:
    colour: Array32
    """3, linear light."""
    line: float
    """m above the eyes where the forehead's hair begins; far above: bald."""
    slope: float
    """How fast the line falls towards the back."""
    volume: Array32
    """3: of the hair behind the face, in half extents of the skull; below 1: none stands out."""
    length: float
    """m below the skull's middle that it hangs; 0: short."""
    waves: Array32
    """2×K: numbers round the head, and phases, of the hairline's waves."""
    grain: Array32
    """k×l factors: strands."""


@dataclass(frozen=True)
class Person:
    identity: Array
    """I standard deviations."""
    skin: Skin
    glasses: Glasses | None
    eyes: EyeLook
    teeth: Array32
    """3, linear light, as the next ones."""
    flesh: Array32
    """3, of gums, tongue and the inside of the mouth."""
    hair: Hair
    cloth: Array32
    """3."""


def draw_person(rng: np.random.Generator, figure: Figure, chart: Chart, photos: Sequence[Array32]) -> Person:
    """Somebody with one of the photographs' skins, a mixture, or a painted one (`skin.draw_skin`)."""
    mean, by_identity, _ = figure.marks
    spread = UNUSUAL_SPREAD if rng.uniform() < UNUSUAL else 1.0
    identity = spread * rng.normal(size=len(by_identity))
    skin = draw_skin(rng, chart, photos)
    return Person(
        identity=identity,
        glasses=draw_glasses(rng, mean + np.tensordot(identity, by_identity, 1)),
        skin=skin,
        eyes=draw_eyes(rng),
        teeth=(rng.uniform(0.45, 0.8) * np.array([1.0, 0.93, 0.80]) ** rng.uniform(0.3, 1.3)).astype(np.float32),
        flesh=(rng.uniform(0.6, 1.2) * np.array([0.40, 0.12, 0.11]) * np.exp(rng.normal(0, 0.1, 3))).astype(np.float32),
        hair=draw_hair(rng, skin.hair),
        cloth=np.exp(rng.uniform(np.log(0.02), np.log(0.6), 1) + rng.normal(0, 0.4, 3)).clip(0, 0.9).astype(np.float32),
    )


def draw_hair(rng: np.random.Generator, colour: Array32) -> Hair:
    """Hair a little lighter or darker than the brows."""
    bald = rng.uniform() < 0.12
    volume = np.zeros(3) if bald else rng.uniform(0.95, 1.35) * rng.uniform(0.97, 1.1, 3)
    strands = cv2.blur(rng.normal(size=(24, 96)).astype(np.float32), (1, 5))
    return Hair(
        colour=np.asarray(colour * np.float32(np.exp(rng.normal(0, 0.3))), dtype=np.float32),
        line=1.0 if bald else float(rng.normal(0.06, 0.010)),
        slope=float(rng.uniform(0.35, 0.8)),
        volume=volume.astype(np.float32),
        length=0.0 if bald or rng.uniform() < 0.55 else float(rng.uniform(0.05, 0.25)),
        waves=np.stack([rng.uniform(2, 30, 5), rng.uniform(0, 2 * np.pi, 5)]).astype(np.float32),
        grain=np.exp(0.5 * strands),
    )
