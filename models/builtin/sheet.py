"""A contact sheet of the built-in head: `python -m expression_transfer.models.builtin.sheet SHEET.png`."""

import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ...core.conventions import CAMERA_FROM_FACE, Array, Array32, rotation_matrices
from ...core.face.library import load_builtin
from ...core.face.model import FaceModel
from ...core.face.paint import Complexion, painted
from ...core.facs.convert import gaze_from_weights
from ...core.fit.result import Camera
from ...core.raster.guides import surface
from ...core.raster.shade import Light, display, linear_light, picture
from ...core.storage import whole_file

SIZE, FOCAL, DISTANCE = 360, 1200.0, 0.9
LOOK_AT = np.array([0.0, -0.025, -0.03])
"""m from between the eyes: this point of the head is in the middle of each picture."""
BACKGROUND = np.array([0.20, 0.22, 0.25], dtype=np.float32)
CELLS: tuple[tuple[dict[str, float], float, float], ...] = (
    ({}, 0, 0),
    ({"eyeBlink": 1}, 0, 0),
    ({"jawOpen": 1}, 0, 0),
    ({"jawOpen": 0.4}, 40, 0),
    ({"mouthSmile": 1}, 0, 0),
    ({"mouthPucker": 1}, 0, 0),
    ({"mouthFunnel": 1}, 0, 0),
    ({"browDown": 1}, 0, 0),
    ({"browInnerUp": 1, "browOuterUp": 1}, 0, 0),
    ({"eyeLookOut_L": 1, "eyeLookIn_R": 1}, 0, 0),
    ({"eyeLookDown": 1}, 0, 0),
    ({}, 90, 0),
    ({"jawOpen": 0.6, "tongueOut": 1}, 0, 0),
    ({"mouthUpperUp": 1, "mouthLowerDown": 1}, 0, 0),
    ({"noseSneer": 1}, -30, 0),
    ({"mouthSmile": 1, "cheekSquint": 1, "jawOpen": 0.3}, -30, 10),
)
"""Expressions (both sides where no side is named), yaw and pitch in degrees."""


def main() -> None:
    model = load_builtin()
    texture = linear_light(np.asarray(np.round(255 * painted(model, Complexion())), dtype=np.uint8))
    cells = [_cell(model, texture, *cell) for cell in CELLS]
    sheet = np.vstack([np.hstack(cells[row : row + 4]) for row in range(0, len(cells), 4)])
    with whole_file(Path(sys.argv[1])) as temporary:
        cv2.imwrite(str(temporary), sheet[..., ::-1])


def _cell(model: FaceModel, texture: Array32, pose: dict[str, float], yaw: float, pitch: float) -> NDArray[np.uint8]:
    weights = np.array(
        [pose.get(name, pose.get(name.removesuffix("_L").removesuffix("_R"), 0.0)) for name in model.expressions]
    )
    drawn = surface(model, 1)
    vertices = drawn.refine(model.shape(np.zeros(len(model.identity)), weights, _gaze(model, weights)))
    y, x = np.radians([yaw, pitch])
    turn = rotation_matrices(np.array([0.0, y, 0.0])) @ rotation_matrices(np.array([x, 0.0, 0.0]))
    placed = (vertices - LOOK_AT) @ (CAMERA_FROM_FACE @ turn).T + [0, 0, DISTANCE]
    lens = Camera(SIZE, SIZE, np.array([FOCAL]), np.full(2, SIZE / 2), np.zeros(2), 1.0)
    return display(picture(placed, drawn, lens, texture, BACKGROUND, light=Light(gloss=0.025)))


def _gaze(model: FaceModel, weights: Array) -> Array:
    """2×2 rad that go with the eyeLook… weights."""
    named = {name: np.array([weight]) for name, weight in zip(model.expressions, weights, strict=True)}
    return np.asarray(gaze_from_weights(named)[0])


if __name__ == "__main__":
    main()
