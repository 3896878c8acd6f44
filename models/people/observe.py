"""What the landmark detector reports for a render, looked at as a follower does (landmarks.follow)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...core.conventions import Array, Array32
from ...core.landmarks.backend import Backend, BackendName, Image, open_backend
from ...core.landmarks.follow import PRESENCE
from ...core.landmarks.places import eye_distance
from ...core.landmarks.region import Region, region_of_mesh

BACKENDS: tuple[BackendName, ...] = ("mediapipe-solutions", "mediapipe-tasks")
"""As datasets number them."""
TASKS_SHARE = 0.25
"""Of the takes that the Tasks back end sees."""
ASTRAY = 0.12
"""Mean distance of the detected landmarks from the true ones, in distances of the outer eye corners, from which the
detector has lost the face."""


@dataclass(frozen=True)
class Sight:
    points: Array32
    """478×3 px: u, v, depth."""
    score: float


def open_backends(task: Path) -> tuple[Backend, ...]:
    """In the order of BACKENDS."""
    return tuple(open_backend(name, task) for name in BACKENDS)


def draw_backend(rng: np.random.Generator) -> int:
    """Index into BACKENDS."""
    return int(rng.uniform() < TASKS_SHARE)


def observed(backend: Backend, picture: Image, truth: Array, rng: np.random.Generator) -> Sight | None:
    """A face whose true landmarks are 478×2 px; None where the detector does not believe in it or loses it.

    The first region is a little off, as one from the frame before is; half of the faces are looked at again.
    """
    again = int(rng.uniform() < 0.5)
    region = _jittered(region_of_mesh(truth.astype(np.float32)), rng)
    for look in range(1 + again):
        points, score = backend.mesh(region.crop(picture, backend.side))
        points = region.to_image(points)
        if look < again:
            region = region_of_mesh(points)
    away = np.linalg.norm(points[:, :2] - truth, axis=1).mean()
    return Sight(points, score) if score >= PRESENCE and away < ASTRAY * eye_distance(truth) else None


def _jittered(region: Region, rng: np.random.Generator) -> Region:
    du, dv = 0.03 * region.size * rng.normal(size=2)
    return Region(
        region.u + du,
        region.v + dv,
        region.size * float(np.exp(0.05 * rng.normal())),
        region.angle + np.radians(3) * rng.normal(),
    )
