"""Stand-in networks in the encoder's place, whose outputs are known (tests/encoder/stand_in/make.py), and faces for
them.
"""

from pathlib import Path

import numpy as np
from expression_transfer.core.conventions import Array32
from expression_transfer.core.encoder.alignment import STEADY
from numpy.typing import NDArray

FOLDER = Path(__file__).resolve().parents[1] / "encoder" / "stand_in"
TRUNK, HEAD, ARCFACE = (FOLDER / f"{name}.onnx" for name in ("trunk", "head", "arcface"))


def face(u: float, v: float = 160.0, eyes: float = 80.0, gap: float = 0.0) -> Array32:
    """478×3 px: landmarks of a face that looks into the camera, its outer eye corners `eyes` px apart, between which
    lies (u, v); the lips' gap in eye distances.
    """
    points = np.zeros((478, 3))
    points[list(STEADY)] = list(STEADY.values())
    points[14, 1] = points[13, 1] - gap
    return np.asarray(points * [eyes, -eyes, -eyes] + [u, v, 0], np.float32)


def picture(colour: tuple[int, int, int], height: int = 400, width: int = 600) -> NDArray[np.uint8]:
    return np.full((height, width, 3), colour, np.uint8)
