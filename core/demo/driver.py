"""The demo's driving clip: the built-in head, painted and lit, acting the script as another person would film it."""

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..clip import VideoWriter
from ..conventions import CAMERA_FROM_FACE, Array, Array32, rotation_matrices
from ..face.model import FaceModel
from ..face.paint import painted, random_complexion
from ..fit.result import Camera
from ..raster.guides import Surface, surface
from ..raster.shade import Light, display, linear_light, picture
from ..reporting import Reporter, SilentReporter
from .script import Scene, scene

SIZE, FOCAL = 512, 1300.0
LOOK_AT = np.array([0.0, -0.014, 0.0])
"""m from between the eyes: this point of the head stays near the middle of the picture."""
LIGHT = Light(direction=(-0.5, -0.55, -0.8), gloss=0.025, sharpness=16.0)
WORKERS = 2
GRAIN, BLUR = 1.6, 0.7
"""Standard deviation of the noise (8-bit code values) and of the lens' blur (px)."""


def render_driver(path: Path, model: FaceModel, identity_seed: int = 5, reporter: Reporter | None = None) -> Scene:
    """Write the clip (SIZE×SIZE mp4) and return the performance that it shows."""
    report = reporter or SilentReporter()
    acted = scene(model, identity_seed)
    stage = Stage(model, acted, identity_seed)
    with VideoWriter(path, SIZE, SIZE, Fraction(acted.fps)) as movie, ThreadPoolExecutor(WORKERS) as pool:
        for row, frame in enumerate(pool.map(stage.frame, range(len(acted)))):
            report.check()
            movie.write(frame)
            report.progress("driver", row + 1, len(acted))
    return acted


class Stage:
    """A head on its background before a fixed camera."""

    def __init__(self, model: FaceModel, acted: Scene, seed: int) -> None:
        self._model, self._acted = model, acted
        self._surface: Surface = surface(model, 1)
        self._grain = GRAIN * np.random.default_rng(seed).standard_normal((2 * SIZE, 2 * SIZE, 3), dtype=np.float32)
        complexion = random_complexion(np.random.default_rng(seed))
        self._texture = linear_light(np.asarray(np.round(255 * painted(model, complexion)), dtype=np.uint8))
        self._background = _background()
        middle = np.full(2, SIZE / 2)
        self._camera = Camera(SIZE, SIZE, np.array([FOCAL]), middle, np.zeros(2), 1.0)

    def frame(self, row: int) -> NDArray[np.uint8]:
        """SIZE×SIZE×3 sRGB."""
        lit = picture(
            self._surface.refine(self._posed(row)),
            self._surface,
            self._camera,
            self._texture,
            self._background,
            light=LIGHT,
            samples=1,
        )
        top, left = np.random.default_rng(row).integers(0, SIZE, size=2)
        grain = self._grain[top : top + SIZE, left : left + SIZE]
        shown = cv2.GaussianBlur(display(lit), (0, 0), BLUR) + grain
        return np.asarray(np.clip(np.round(shown), 0, 255), dtype=np.uint8)

    def _posed(self, row: int) -> Array:
        """V×3 m, camera space."""
        acted = self._acted
        vertices = self._model.shape(acted.identity, acted.weights[row], acted.gaze[row])
        yaw, pitch, roll = acted.head[row]
        turn = np.linalg.multi_dot(
            [rotation_matrices(axis) for axis in np.array([[0, yaw, 0], [pitch, 0, 0], [0, 0, roll]])]
        )
        return np.asarray((vertices - LOOK_AT) @ (CAMERA_FROM_FACE @ turn).T + acted.translation[row])


def _background() -> Array32:
    """SIZE×SIZE×3 linear light: a wall that darkens towards the corners."""
    rows, columns = np.mgrid[0:SIZE, 0:SIZE] / SIZE - 0.5
    falloff = 1.0 - 0.9 * (rows**2 + (columns + 0.15) ** 2)
    return np.asarray(falloff[..., None] * np.array([0.23, 0.27, 0.30]), dtype=np.float32)
