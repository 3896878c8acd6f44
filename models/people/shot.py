"""Smooth shots of synthetic people for benchmarks: one camera, one light, the whole head in the picture."""

from collections.abc import Iterator

import numpy as np

from ...core.face.model import FaceModel
from ...core.fit.result import Camera
from .acts import Acting
from .backdrop import draw_backdrop
from .chart import with_skin_chart
from .degrade import Image
from .figure import Figure
from .lamps import draw_lights
from .person import Person
from .stage import Stage, Surroundings, exposed
from .take import draw_exposure, framed, head_rotations

FACE = 0.42
"""Height of the face's box at rest in the picture's: the head stays inside, however it turns."""
FOCAL = (1.0, 3.0)
"""Picture heights."""
NOISE = (0.002, 0.012)
"""Standard deviation, of the encoded range."""


def render_shot(
    head: FaceModel, person: Person, acting: Acting, size: int, rng: np.random.Generator
) -> Iterator[Image]:
    """size×size×3 sRGB frames of T frames of acting, filmed by a camera and in a light drawn from `rng`."""
    figure = Figure.of(with_skin_chart(head))
    stage = Stage(figure, person)
    around = _surroundings(figure, person, acting, size, rng)
    exposure, noise = draw_exposure(rng), rng.uniform(*NOISE)
    face = 0.0
    for row, weights in enumerate(acting.weights):
        shape = stage.shapes(acting.weights[row : row + 1], acting.gaze[row : row + 1])[0]
        shot = stage.shot(shape, weights, row, around)
        face = face or shot.face
        picture = exposed(shot.picture, face, exposure)
        picture += rng.standard_normal(picture.shape, dtype=np.float32) * np.float32(noise)
        yield np.asarray(np.clip(255 * picture + 0.5, 0, 255), dtype=np.uint8)


def _surroundings(figure: Figure, person: Person, acting: Acting, size: int, rng: np.random.Generator) -> Surroundings:
    frames = len(acting.weights)
    focal = size * float(np.exp(rng.uniform(*np.log(FOCAL))))
    camera = Camera(size, size, np.full(frames, focal), np.full(2, size / 2), np.zeros(2), 1.0)
    rest = Acting(acting.weights[:1] * 0, acting.gaze[:1] * 0, acting.turn[:1] * 0, acting.drift[:1] * 0)
    middle = np.full((1, 2), size / 2)
    shown = camera, head_rotations(rest.turn)
    place = framed(figure, person.identity, rest, shown, (np.array([FACE * size]), middle))
    rotation = head_rotations(acting.turn)
    return Surroundings(camera, rotation, place + acting.drift, draw_lights(rng), draw_backdrop(rng, size))
