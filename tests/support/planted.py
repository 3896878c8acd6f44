"""A person of known texture before a camera: rendered under constant light, with the fit that made the pictures."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from expression_transfer.core.clip import Clip, Frame
from expression_transfer.core.fit.result import Camera, Fit
from expression_transfer.core.raster.guides import surface
from expression_transfer.core.raster.shade import Light, display, picture

CONSTANT = Light(lamp=(0, 0, 0), sky=(1, 1, 1), ground=(1, 1, 1), gloss=0)
"""What is rendered under it is the texture itself."""
WIDTH, HEIGHT, FOCAL = 300, 360, 800.0
BACKGROUND = np.array([0.05, 0.6, 0.1], np.float32)
TEXTURE = 512


@dataclass
class Made:
    """Pictures in memory as a clip's source."""

    pictures: list[np.ndarray]

    def frames(self, first: int, last: int | None) -> Iterator[Frame]:
        for number in range(first, (last or len(self.pictures)) + 1):
            yield self.read(number)

    def read(self, number: int) -> Frame:
        return Frame(number, (number - 1) / 25, self.pictures[number - 1])

    def location(self, number: int) -> Path:
        return Path(f"made.{number}")


def clip_of(pictures: list[np.ndarray]) -> Clip:
    height, width, channels = pictures[0].shape
    return Clip(Path("made.mp4"), "video", width, height, channels, str(pictures[0].dtype), Fraction(25), 1,
                len(pictures), len(pictures), False, None, None, "", Made(pictures))  # fmt: skip


@dataclass(frozen=True)
class Person:
    """What the pictures show."""

    texture: np.ndarray
    """Linear light."""
    fit: Fit
    pictures: list[np.ndarray]

    @property
    def clip(self) -> Clip:
        return clip_of(self.pictures)

    def with_pictures(self, change: Callable[[int, np.ndarray], np.ndarray]) -> "Person":
        return replace(self, pictures=[change(row, picture.copy()) for row, picture in enumerate(self.pictures)])


def shot(model, yaws: np.ndarray, **weights: np.ndarray) -> Fit:
    """A fit of a head that turns (yaws, rad); weights by expression, each as long as `yaws`."""
    count = len(yaws)
    expression = np.zeros((count, len(model.expressions)))
    for name, curve in weights.items():
        expression[:, model.expressions.index(name)] = curve
    return Fit(
        model=model.name,
        expressions=model.expressions,
        camera=Camera(WIDTH, HEIGHT, np.full(count, FOCAL), np.array([WIDTH / 2, HEIGHT / 2]), np.zeros(2), 1.0),
        identity=np.random.default_rng(1).normal(scale=0.5, size=len(model.identity)),
        rotation=np.stack([np.zeros(count), yaws, np.zeros(count)], axis=1),
        translation=np.tile([0.0, 0.015, 0.62], (count, 1)),
        expression=expression,
        variance=np.ones_like(expression, dtype=np.float32),
        gaze=np.zeros((count, 2, 2)),
        offset=np.zeros((478, 3)),
        residual=np.zeros(count),
        confidence=np.ones(count),
        visible=np.ones(count, bool),
        bridged=np.zeros(count, bool),
        frames=np.arange(1, count + 1),
        times=np.arange(count) / 25,
        fps=25.0,
    )  # fmt: skip


def filmed(model, fit: Fit, texture: np.ndarray) -> Person:
    """The fit's frames, 8 bit."""
    drawn = surface(model)
    pictures = []
    for row in range(len(fit)):
        placed = fit.to_camera(model.shape(fit.identity, fit.expression[row], fit.gaze[row]), row)
        lit = picture(placed, drawn, fit.camera, texture, BACKGROUND, frame=row, light=CONSTANT, samples=2)
        pictures.append(display(lit))
    return Person(texture, fit, pictures)
