"""What was read at its strongest, to be looked at: `… benchmarks.apex_sheet FOLDER [CLIP …]`.

Writes FOLDER/CLIP.png of each named clip of the shared footage, or of all: for every action unit that acts, the frame
of its apex, and beside it the built-in head with this person's identity and the weights solved for the frame.
"""

import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..core.clip import display as as_shown
from ..core.clip import open_clip
from ..core.conventions import CV_PIXEL_CENTRE, Array, Array32
from ..core.export.sheet import Image, contact_sheet, write_png
from ..core.face.model import FaceModel
from ..core.face.paint import painted, random_complexion
from ..core.facs.levels import SLIGHT
from ..core.facs.performance import Performance
from ..core.facs.tables import UNITS
from ..core.fit.result import Camera, Fit
from ..core.raster.guides import surface
from ..core.raster.shade import display, linear_light, picture
from ..core.shot import Solved
from .by_hand import strength
from .real import shared_clips, solved

SIDE, COLUMNS = 260, 3
"""px of a picture's side; pairs in a row of the sheet."""
MARGIN = 1.25
"""The pictures' side in faces."""
BACKGROUND = np.array([0.20, 0.22, 0.25], dtype=np.float32)
SEED = 5
"""Of the head's complexion."""


def main(folder: Path, names: list[str]) -> None:
    """Solve and draw."""
    for clip in shared_clips(names):
        found = solved(clip)
        write_png(sheet(clip, found, apexes(found.performance)), folder / f"{clip.stem}.png")


def apexes(acted: Performance) -> dict[str, int]:
    """The row at which each unit that comes up to slight is strongest, sides together, by its name without them."""
    curves = {unit: strength(acted, unit) for unit in dict.fromkeys(map(_whole, UNITS))}
    return {unit: int(np.argmax(curve)) for unit, curve in curves.items() if curve.max() >= SLIGHT}


def _whole(unit: str) -> str:
    return unit if unit.startswith("AU30") else unit.removesuffix("_L").removesuffix("_R")


def sheet(clip: Path, found: Solved, rows: dict[str, int]) -> Image:
    """Plate and head side by side, a pair a unit."""
    wanted = {int(found.fit.frames[row]) for row in rows.values()}
    opened = open_clip(clip)
    plates = {frame.number: as_shown(frame.pixels, opened) for frame in opened if frame.number in wanted}
    texture = linear_light(_eight_bit(painted(found.model, random_complexion(np.random.default_rng(SEED)))))
    pairs = []
    for unit, row in rows.items():
        number = int(found.fit.frames[row])
        box = square(found.track.points[row])
        said = f"{unit} {strength(found.performance, unit)[row]:.2f}  {number}"
        pairs.append(
            np.hstack([_said(cut(plates[number], box), said), head(found.model, found.fit, row, box, texture)])
        )
    return contact_sheet(pairs, COLUMNS, SIDE)


def square(points: Array32) -> tuple[float, float, float]:
    """u, v px of the corner and px of the side of a square around a face's landmarks (478×2 px)."""
    low, high = points.min(axis=0), points.max(axis=0)
    side = MARGIN * float(np.max(high - low))
    u, v = (low + high - side) / 2
    return float(u), float(v), side


def cut(plate: Image, box: tuple[float, float, float]) -> Image:
    """SIDE×SIDE×3 of a square of the plate; black where it reaches beyond."""
    u, v, side = box
    scale, half = SIDE / side, CV_PIXEL_CENTRE
    onto = np.array([[scale, 0, -u * scale + half * (scale - 1)], [0, scale, -v * scale + half * (scale - 1)]])
    return np.asarray(cv2.warpAffine(plate, onto, (SIDE, SIDE), flags=cv2.INTER_CUBIC), dtype=np.uint8)


def within(camera: Camera, box: tuple[float, float, float]) -> Camera:
    """The camera that sees SIDE×SIDE px of a square of the plate."""
    u, v, side = box
    scale = SIDE / side
    principal = (camera.principal - [u, v]) * scale
    return replace(camera, width=SIDE, height=SIDE, focal=camera.focal * scale, principal=principal)


def head(model: FaceModel, fit: Fit, row: int, box: tuple[float, float, float], texture: Array32) -> Image:
    """SIDE×SIDE×3: the model as it was fitted to a frame, in the same square."""
    drawn = surface(model, 1)
    posed = fit.to_camera(drawn.refine(model.shape(fit.identity, fit.expression[row], fit.gaze[row])), row)
    return display(picture(posed, drawn, within(fit.camera, box), texture, BACKGROUND, frame=row))


def _eight_bit(encoded: Array | Array32) -> NDArray[np.uint8]:
    return np.asarray(np.rint(255 * encoded), dtype=np.uint8)


def _said(image: Image, text: str) -> Image:
    lettered = image.copy()
    for colour, width in (((0, 0, 0), 3), ((255, 255, 0), 1)):
        cv2.putText(lettered, text, (4, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, width, cv2.LINE_AA)
    return lettered


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
