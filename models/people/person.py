"""Who is shown: shape, skin, eyes, teeth and hair of somebody who does not exist."""

from dataclasses import dataclass

import numpy as np

from ...core.conventions import Array, Array32
from .eyes import EyeLook, draw_eyes
from .skin import Skin

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
    radii: Array32
    """3 m: of the hair's volume behind the face; zeros: none stands out."""
    length: float
    """m below the eyes that it hangs; 0: short."""


@dataclass(frozen=True)
class Person:
    identity: Array
    """I standard deviations."""
    skin: Skin
    eyes: EyeLook
    teeth: Array32
    """3, linear light, as the next ones."""
    flesh: Array32
    """3, of gums, tongue and the inside of the mouth."""
    hair: Hair
    cloth: Array32
    """3."""


def draw_person(rng: np.random.Generator, modes: int, skin: Skin) -> Person:
    spread = UNUSUAL_SPREAD if rng.uniform() < UNUSUAL else 1.0
    return Person(
        identity=spread * rng.normal(size=modes),
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
    volume = np.array([0.09, 0.115, 0.105]) * rng.uniform(0.95, 1.25) * rng.uniform(0.95, 1.08, 3)
    return Hair(
        colour=np.asarray(colour * np.float32(np.exp(rng.normal(0, 0.3))), dtype=np.float32),
        line=1.0 if bald else float(rng.normal(0.062, 0.008)),
        slope=float(rng.uniform(0.35, 0.8)),
        radii=(volume * 0 if bald else volume).astype(np.float32),
        length=float(rng.choice([0.0, rng.uniform(0.05, 0.25)])) if not bald else 0.0,
    )
