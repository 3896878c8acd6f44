"""Little clips made of a real face (scikit-image's portrait), for tests of the whole job."""

import json
import os
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import skimage.data
from expression_transfer.core.clip import VideoWriter
from expression_transfer.core.facs.performance import Performance
from expression_transfer.core.facs.tables import UNITS
from numpy.typing import NDArray

FPS = 12
SIZE = 256


def portrait(zoom: float = 1.6, du: float = 0.0, dv: float = 0.0, size: int = SIZE) -> NDArray[np.uint8]:
    """size×size×3: the face in the middle, `zoom` times its size in the photograph, moved by du, dv px."""
    matrix = np.array([[zoom, 0, size / 2 - zoom * 222 + du], [0, zoom, size / 2 - zoom * 115 + dv]])
    picture = cv2.warpAffine(skimage.data.astronaut(), matrix, (size, size), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(picture, np.uint8)


def acting_frames(count: int, phase: float = 0.0) -> list[NDArray[np.uint8]]:
    turns = 2 * np.pi * np.arange(count) / 16 + phase
    return [portrait(1.6 + 0.1 * np.sin(turn), 8 * np.cos(turn), 4 * np.sin(2 * turn)) for turn in turns]


def nobody(count: int) -> list[NDArray[np.uint8]]:
    column = np.linspace(40, 200, SIZE)[None, :, None]
    return [np.broadcast_to(column + row, (SIZE, SIZE, 3)).astype(np.uint8) for row in range(count)]


def write_movie(path: Path, frames: Iterable[NDArray[np.uint8]], fps: int = FPS) -> Path:
    with VideoWriter(path, SIZE, SIZE, Fraction(fps)) as movie:
        for frame in frames:
            movie.write(frame)
    return path


def pose(count: int, fps: float = FPS, **units: float) -> Performance:
    """Units that rise to the given values in the middle of `count` frames and fall again."""
    swell = np.sin(np.pi * (np.arange(count) + 0.5) / count)
    values = np.zeros((count, len(UNITS)))
    for unit, value in units.items():
        values[:, UNITS.index(unit)] = value * swell
    return Performance(
        units=values,
        head=np.zeros((count, 3)),
        position=np.zeros((count, 3)),
        gaze=np.zeros((count, 2, 2)),
        confidence=np.ones(count),
        bridged=np.zeros(count, bool),
        missing=np.zeros(count, bool),
        frames=np.arange(1, count + 1),
        times=np.arange(count) / fps,
        fps=fps,
        source="made",
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Every file in a result folder but the timing; report and job without the folder's own name."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "timing.json":
            found[str(path.relative_to(folder))] = path.read_bytes()
    return found


def report(folder: Path) -> dict[str, object]:
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


def unfinished(folder: Path) -> list[str]:
    return [name for _, _, names in os.walk(folder) for name in names if name.startswith(".")]


def write_png(path: Path, picture: NDArray[np.uint8]) -> Path:
    assert cv2.imwrite(str(path), picture[..., ::-1])
    return path
