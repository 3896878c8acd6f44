"""How somebody is filmed: lens, framing, light, backdrop, quality. One take, several frames."""

from dataclasses import dataclass

import numpy as np

from ...core.conventions import CAMERA_FROM_FACE, Array, rotation_matrices
from ...core.fit.result import Camera
from .acts import Acting
from .backdrop import draw_backdrop
from .degrade import Quality, draw_quality
from .figure import Figure
from .lamps import draw_lights
from .stage import Surroundings

SIZE = 256
"""px of a picture's sides."""
FACE = (0.55, 0.8)
"""Height of a face's box at rest in the picture's."""
TALLEST = 0.92
"""Of a face with an open mouth."""
OFF_AXIS = 0.3
"""Tangent: faces further from the optical axis than that are rare in footage."""
NEAREST = 0.25
"""m."""
ROUNDS = 5
"""In which a head is brought to its place in the picture."""


@dataclass(frozen=True)
class Take:
    """T frames."""

    around: Surroundings
    """Before a camera of SIZE×SIZE px, a crop of a larger frame."""
    exposure: float
    """Mean linear light that the face is exposed to."""
    quality: Quality


def draw_take(rng: np.random.Generator, figure: Figure, identity: Array, acting: Acting) -> Take:
    frames = len(acting.weights)
    camera = _draw_camera(rng, frames)
    height: Array = rng.uniform(*FACE) * (1 + 0.04 * rng.normal(size=frames))
    middle = np.float64(SIZE) * (0.5 + rng.normal(0, 0.03, 2) + rng.normal(0, 0.02, (frames, 2)))
    rotation = head_rotations(acting.turn)
    place = framed(figure, identity, acting, (camera, rotation), (SIZE * height, middle))
    return Take(
        around=Surroundings(camera, rotation, place, draw_lights(rng), draw_backdrop(rng, SIZE)),
        exposure=draw_exposure(rng),
        quality=draw_quality(rng),
    )


def draw_exposure(rng: np.random.Generator) -> float:
    """Mean linear light of the face in the picture."""
    return float(np.exp(rng.uniform(np.log(0.1), np.log(0.42))))


def head_rotations(turn: Array) -> Array:
    """T×3×3 from face to camera space of yaw, pitch and roll (T×3 rad, conventions.yaw_pitch_roll)."""
    zero = np.zeros(len(turn))
    yaw, pitch, roll = (
        rotation_matrices(np.stack(axes, axis=1))
        for axes in ((zero, turn[:, 0], zero), (turn[:, 1], zero, zero), (zero, zero, turn[:, 2]))
    )
    return np.asarray(CAMERA_FROM_FACE @ yaw @ pitch @ roll)


def framed(
    figure: Figure, identity: Array, acting: Acting, shown: tuple[Camera, Array], wanted: tuple[Array, Array]
) -> Array:
    """T×3 m: where heads that a camera sees, turned by T rotations, have landmark boxes of given heights (T px) round
    given middles (T×2 px). An opened mouth makes the box higher, not the head smaller, as long as it fits.
    """
    (camera, rotation), (height, middle) = shown, wanted
    still, acted = _turned_landmarks(figure, identity, acting, rotation)
    focal = camera.focal[: len(height), None]
    place = np.concatenate([(middle - camera.principal) / focal, np.ones((len(height), 1))], axis=1)
    place *= (focal * np.ptp(still[..., 1], axis=1, keepdims=True)) / height[:, None]
    for _ in range(ROUNDS):
        low, high = _box(camera, still + place[:, None])
        tall = np.ptp(_box(camera, acted + place[:, None]), axis=0)[:, 1]
        ratio = np.maximum((high - low)[:, 1] / height, tall / (TALLEST * camera.height))
        place *= np.maximum(ratio[:, None], NEAREST / place[:, 2:])
        centre = np.mean(_box(camera, acted + place[:, None]), axis=0)
        place[:, :2] += (middle - centre) * place[:, 2:] / focal
    return np.asarray(place)


def _turned_landmarks(figure: Figure, identity: Array, acting: Acting, rotation: Array) -> tuple[Array, Array]:
    """T×468×3 m, turned into camera space about face space's origin: of the face at rest, and acting."""
    mean, by_identity, by_expression = figure.marks
    places = mean + np.tensordot(identity, by_identity, 1)
    moved = np.tensordot(acting.weights, by_expression, 1)
    turn = np.swapaxes(rotation, 1, 2)
    return np.asarray(places @ turn), np.asarray((places + moved) @ turn)


def _box(camera: Camera, points: Array) -> tuple[Array, Array]:
    """Least and greatest (T×2 px) of projected points (T×N×3)."""
    pixels = camera.principal + camera.focal[: len(points), None, None] * points[..., :2] / points[..., 2:]
    return pixels.min(axis=1), pixels.max(axis=1)


def _draw_camera(rng: np.random.Generator, frames: int) -> Camera:
    """The picture is a crop, off the middle, of a frame up to five times as large."""
    frame = SIZE * np.exp(rng.uniform(np.log(1.2), np.log(5.0)))
    focal = frame * np.exp(rng.uniform(np.log(0.8), np.log(4.0)))
    reach = min((frame - SIZE) / 2, OFF_AXIS * focal)
    principal = SIZE / 2 + reach * rng.uniform(-1, 1, 2)
    return Camera(SIZE, SIZE, np.full(frames, focal), principal, np.zeros(2), 1.0)
