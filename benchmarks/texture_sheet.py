"""The picture of a baked texture in the docs, from the demo's portrait: `… benchmarks.texture_sheet SHEET.png`."""

import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.clip import open_clip
from ..core.conventions import Array, Array32, camera_rotations
from ..core.export.sheet import at_height, write_png
from ..core.face.model import FaceModel
from ..core.fit.result import Camera
from ..core.heads.registry import load_model
from ..core.pipeline import solve
from ..core.raster.guides import surface
from ..core.raster.shade import Light, display, linear_light, picture
from ..core.reporting import SilentReporter
from ..core.shot import Footage, Run
from ..core.texture import bake
from ..demo import astronaut

SIZE, FOCAL, HEIGHT = 420, 940.0, 420
FLAT = Light(lamp=(0, 0, 0), sky=(1, 1, 1), ground=(1, 1, 1), gloss=0)
"""The texture has the plate's own light in it."""
BACKGROUND = np.array([0.20, 0.22, 0.25], dtype=np.float32)
YAWS = (-35, 0, 35)
"""Degrees, to the subject's left."""


def main() -> None:
    """Fit, bake, render: plate, texture, and the neutral head from three sides."""
    model, quiet = load_model("builtin"), SilentReporter()
    with tempfile.TemporaryDirectory() as folder:
        plate = Path(folder) / "plate.png"
        write_png(astronaut(), plate)
        fit = solve(Footage(plate), Path(folder) / "fit", Run(quiet)).fit
        baked = bake(open_clip(plate), fit, model, quiet, size=1024)
    texture = np.asarray(np.rint(255 * np.clip(baked.texture, 0, 1)), dtype=np.uint8)
    neutral = model.neutral(fit.identity)
    heads = [_head(model, neutral, linear_light(texture), np.deg2rad(yaw)) for yaw in YAWS]
    cells = [at_height(cell, HEIGHT) for cell in (astronaut(), texture, *heads)]
    write_png(np.asarray(np.hstack(cells), dtype=np.uint8), Path(sys.argv[1]))


def _head(model: FaceModel, vertices: Array, texture: Array32, yaw: float) -> NDArray[np.uint8]:
    camera = Camera(SIZE, SIZE, np.array([FOCAL]), np.array([SIZE / 2, SIZE * 0.46]), np.zeros(2), 1.0)
    drawn = surface(model, 1)
    placed = drawn.refine(vertices) @ camera_rotations(np.array([0.0, yaw, 0.0])).T + [0.0, 0.0, 0.65]
    return display(picture(placed, drawn, camera, texture, BACKGROUND, light=FLAT))


if __name__ == "__main__":
    main()
