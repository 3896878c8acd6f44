"""How eyeballs look: iris with fibres and a dark rim, pupil, sclera that reddens away from it."""

from dataclasses import dataclass

import numpy as np

from ...core.conventions import Array32

IRISES = np.array(
    [(0.08, 0.035, 0.015), (0.03, 0.015, 0.008), (0.05, 0.025, 0.012), (0.10, 0.16, 0.24), (0.10, 0.12, 0.06)]
)
"""Linear light: browns, blue-grey, green."""
SOFT = 0.045
"""rad: half the width of the iris's edge."""
PUPIL_COLOUR = 0.004


@dataclass(frozen=True)
class EyeLook:
    iris: Array32
    """3."""
    iris_angle: float
    """rad about the eye's axis."""
    pupil_angle: float
    rim: float
    """0–1: how dark the limbal ring is."""
    fibres: Array32
    """2×K: amplitudes and phases of waves round the axis."""
    sclera: Array32
    """3."""
    redness: float


def draw_eyes(rng: np.random.Generator) -> EyeLook:
    iris = IRISES[rng.integers(len(IRISES))] * np.exp(rng.normal(0, 0.3)) * np.exp(rng.normal(0, 0.12, 3))
    return EyeLook(
        iris=iris.astype(np.float32),
        iris_angle=float(rng.uniform(0.40, 0.45)),
        pupil_angle=float(rng.uniform(0.11, 0.25)),
        rim=float(rng.uniform(0.2, 0.8)),
        fibres=np.stack([0.4 * rng.uniform(0, 1, 6), rng.uniform(0, 2 * np.pi, 6)]).astype(np.float32),
        sclera=(rng.uniform(0.5, 0.72) * np.array([1.0, 0.96, 0.93]) * np.exp(rng.normal(0, 0.03, 3))).astype(
            np.float32
        ),
        redness=float(rng.uniform(0.1, 0.6)),
    )


def eye_albedo(ahead: Array32, look: EyeLook) -> Array32:
    """N×3 linear light at N places on eyeballs, given as unit vectors (N×3) in the eye that looks ahead."""
    angle = np.arccos(np.clip(ahead[:, 2], -1, 1))
    round_axis = np.arctan2(ahead[:, 1], ahead[:, 0])
    red = look.redness * np.clip((angle - 0.55) / 0.6, 0, 1)[:, None]
    sclera = look.sclera * (1 - red * np.array([0.15, 0.45, 0.45], dtype=np.float32))
    fibre = np.ones_like(angle)
    for k, (much, phase) in enumerate(look.fibres.T):
        fibre += 0.4 * much * np.sin((7 + 5 * k) * round_axis + phase)
    rim = 1 - look.rim * np.clip((angle - look.iris_angle + 0.1) / 0.1, 0, 1)
    iris = look.iris * (np.clip(fibre, 0.3, None) * rim)[:, None]
    outside = np.clip((angle - look.iris_angle + SOFT) / (2 * SOFT), 0, 1)[:, None]
    opened = np.clip((look.pupil_angle + 0.02 - angle) / 0.04, 0, 1)[:, None]
    coloured = iris * (1 - outside) + sclera * outside
    return np.asarray(coloured * (1 - opened) + PUPIL_COLOUR * opened, dtype=np.float32)
