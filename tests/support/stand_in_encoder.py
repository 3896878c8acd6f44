"""A stand-in encoder whose outputs are known (tests/encoder/stand_in/make.py), and faces for it."""

from pathlib import Path

import numpy as np
from expression_transfer.core.conventions import Array32
from expression_transfer.core.encoder.alignment import STEADY
from numpy.typing import NDArray

FOLDER = Path(__file__).resolve().parents[1] / "encoder" / "stand_in"
IDENTITY, EXPRESSION, ARCFACE = (FOLDER / f"{name}.onnx" for name in ("identity", "expression", "arcface"))
LAYOUT = FOLDER / "shape_free.npz"

MOUTH = {61: (-0.5, -1.0, 0.0), 291: (0.5, -1.0, 0.0)}
"""Its corners, which make a square with the eyes' in the stand-in's layout."""


def face(u: float, v: float = 160.0, eyes: float = 80.0, gap: float = 0.0) -> Array32:
    """478×3 px: landmarks of a face that looks into the camera, its outer eye corners `eyes` px apart, between which
    lies (u, v); the lips' gap in eye distances.
    """
    points = np.zeros((478, 3))
    placed = {**STEADY, **MOUTH}
    points[list(placed)] = list(placed.values())
    points[14, 1] = points[13, 1] - gap
    return np.asarray(points * [eyes, -eyes, -eyes] + [u, v, 0], np.float32)


def picture(colour: tuple[int, int, int], height: int = 400, width: int = 600) -> NDArray[np.uint8]:
    return np.full((height, width, 3), colour, np.uint8)


def painted(greys: tuple[int, int, int, int], u: float, v: float = 160.0, eyes: float = 80.0) -> NDArray[np.uint8]:
    """A picture of the face of the same place, its quarters in four greys (upper left, upper right, lower left, lower
    right).
    """
    rgb = picture((0, 0, 0))
    row, column = np.mgrid[: rgb.shape[0], : rgb.shape[1]] + 0.5
    lower, right = row > v + eyes / 2, column > u
    rgb[:] = np.array(greys, np.uint8)[2 * lower + right][..., None]
    return rgb
