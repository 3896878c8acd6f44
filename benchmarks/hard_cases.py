"""Hard cases of re-performing, to be looked at: `… benchmarks.hard_cases SHEET.png` makes the sheet in the docs.

Rendered people (the demo's head with other identities and complexions), of whom one picture is all that is ever seen:
the plate, the same head rendered with what is asked for, and what re-performing makes of the plate; beside them
enlarged. What is asked for is set on top of what was fitted. A table says how near each part comes to the answer.
"""

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..core.clip import open_clip
from ..core.conventions import CAMERA_FROM_FACE, Array
from ..core.demo.driver import FOCAL, LOOK_AT, SIZE, Stage
from ..core.demo.script import Scene
from ..core.export.sheet import Image, write_png
from ..core.face.model import FaceModel
from ..core.heads.registry import load_model
from ..core.landmarks.places import EYES, OUTER_LIPS, eye_distance
from ..core.pipeline import solve
from ..core.raster.shade import display, linear_light
from ..core.raster.windows import Window, around, within
from ..core.refine.geometry import PlateGeometry
from ..core.refine.reperform import Reperformer
from ..core.reporting import SilentReporter
from ..core.shot import Footage, Run
from ..models.people.glasses import Glasses, draw_glasses
from .reenact_scores import psnr, regions, shown

TILE, LINE = 170, 20
"""px: a picture of the sheet, and the caption above it."""
DISTANCE = 0.62
"""m from the camera."""
GLASSES_SEED = 7


@dataclass(frozen=True)
class Case:
    """A person before the camera, and the expression asked for."""

    name: str
    asked: Mapping[str, float]
    """Expression (both sides where it has two) → weight."""
    closer: str
    """Which part is shown enlarged: 'mouth', 'eyes'."""
    seed: int
    """Of identity and complexion."""
    yaw: float = 0.0
    """Degrees, to the subject's left."""
    distance: float = DISTANCE
    """m from the camera."""
    glasses: bool = False


CASES = (
    Case("wide mouth", {"jawOpen": 0.9}, "mouth", 5),
    Case("blink", {"eyeBlink": 1.0}, "eyes", 8),
    Case("big smile", {"mouthSmile": 0.9, "cheekSquint": 0.4}, "mouth", 11),
    Case("eyes torn open", {"eyeWide": 1.0, "browInnerUp": 0.6, "browOuterUp": 0.6}, "eyes", 14),
    Case("turned by 40°", {"mouthSmile": 0.6, "jawOpen": 0.4, "eyeBlink": 0.5}, "mouth", 29, yaw=40.0),
    Case("glasses", {"eyeBlink": 1.0, "browDown": 0.6}, "eyes", 20, glasses=True),
    Case("small face", {"jawOpen": 0.5, "mouthSmile": 0.5, "eyeBlink": 0.8}, "mouth", 23, distance=4 * DISTANCE),
)


@dataclass(frozen=True)
class Made:
    """One case's pictures, and where its face is."""

    plate: Image
    answer: Image
    result: Image
    landmarks: Array
    """478×2 px, before."""
    moved: Array
    """478×2 px, asked for."""


def main() -> None:
    """Render, fit and re-perform each case; write the sheet, print the table."""
    model = load_model("builtin")
    made = [(case, _made(model, case)) for case in CASES]
    write_png(np.vstack([_row(case, each) for case, each in made]), Path(sys.argv[1]), altered=True)
    print(shown(("dB to the answer", "face: plate", "result", "mouth: plate", "result", "eyes: plate", "result"),
                [(case.name, *_scores(each)) for case, each in made]))  # fmt: skip


def _made(model: FaceModel, case: Case) -> Made:
    plate, answer = _pictures(model, case)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plate.png"
        write_png(plate, file)
        solved = solve(Footage(file), Path(folder) / "fit", Run(SilentReporter()))
        performer = Reperformer(model, solved.fit, solved.track)
        performer.learn(open_clip(file), SilentReporter())
    wanted = np.array(solved.fit.expression[0])
    for column, value in _columns(model, case.asked).items():
        wanted[column] = value
    result = performer.frame(0, plate, wanted, solved.fit.gaze[0])
    motion = PlateGeometry(model, solved.fit, solved.track).motion(0, wanted, solved.fit.gaze[0])
    return Made(plate, answer, np.asarray(result.pixels, np.uint8), motion.old_landmarks, motion.new_landmarks)


def _columns(model: FaceModel, asked: Mapping[str, float]) -> dict[int, float]:
    """Column of the E weights → value."""
    stems = [name.removesuffix("_L").removesuffix("_R") for name in model.expressions]
    return {column: asked[stem] for column, stem in enumerate(stems) if stem in asked}


def _pictures(model: FaceModel, case: Case) -> tuple[Image, Image]:
    """The plate, at rest, and the answer."""
    weights = np.zeros((2, len(model.expressions)))
    for column, value in _columns(model, case.asked).items():
        weights[1, column] = value
    head = np.tile([np.radians(case.yaw), 0.0, 0.0], (2, 1))
    identity = 0.8 * np.random.default_rng(case.seed).normal(size=len(model.identity))
    place = np.tile([0.0, 0.0, case.distance], (2, 1))
    acted = Scene(30, np.arange(2) / 30, model.expressions, weights, np.zeros((2, 2, 2)), head, place, identity)
    stage = Stage(model, acted, case.seed)
    pictures = stage.frame(0), stage.frame(1)
    if case.glasses:
        worn = _glasses(model.landmarks(model.neutral(identity)))
        pictures = _with_glasses(pictures[0], worn), _with_glasses(pictures[1], worn)
    return pictures


def _glasses(landmarks: Array) -> Glasses:
    """The first that fit a face (landmarks 478×3 m)."""
    rng = np.random.default_rng(GLASSES_SEED)
    while (worn := draw_glasses(rng, landmarks)) is None:
        pass
    return worn


def _with_glasses(picture: Image, worn: Glasses) -> Image:
    """A picture of a head at DISTANCE that is not turned, with glasses."""

    def project(points: Array) -> Array:
        camera = (points - LOOK_AT) @ CAMERA_FROM_FACE.T + [0.0, 0.0, DISTANCE]
        return np.asarray(FOCAL * camera[:, :2] / camera[:, 2:] + SIZE / 2)

    light = linear_light(picture)
    worn.draw(light, project, 0.6)
    return display(light)


def _row(case: Case, made: Made) -> Image:
    """Plate, answer, result; the same enlarged."""
    points = np.concatenate([made.landmarks[:468], made.moved[:468]])
    parts = [OUTER_LIPS] if case.closer == "mouth" else [eye.rings[2] for eye in EYES]
    near = np.concatenate([marks[part] for marks in (made.landmarks, made.moved) for part in parts])
    size = float(eye_distance(made.landmarks))
    tiles = [_enlarged(picture, box) for box in (_square(points, 0.25 * size), _square(near, 0.1 * size))
             for picture in (made.plate, made.answer, made.result)]  # fmt: skip
    return np.vstack([_captions((f"{case.name}: plate", "asked", "result", case.closer, "asked", "result")),
                      np.hstack(tiles)])  # fmt: skip


def _square(points: Array, margin: float) -> Window:
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    half = float(np.ptp(points, axis=0).max()) / 2
    return around(np.stack([middle - half, middle + half]), margin, (0, 0, SIZE, SIZE))


def _enlarged(picture: Image, box: Window) -> Image:
    part = picture[within(box, (0, 0, SIZE, SIZE))]
    return np.asarray(cv2.resize(part, (TILE, TILE), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _captions(said: tuple[str, ...]) -> Image:
    strip: NDArray[np.uint8] = np.zeros((LINE, TILE * len(said), 3), np.uint8)
    for column, words in enumerate(said):
        written = words.replace("°", " deg")
        cv2.putText(strip, written, (column * TILE + 6, LINE - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255, 255, 255), 1,
                    cv2.LINE_AA)  # fmt: skip
    return strip


def _scores(made: Made) -> list[str]:
    masks = regions(made.landmarks, made.moved, SIZE, SIZE)
    return [f"{psnr(picture, made.answer, masks[part]):.1f}"
            for part in ("face", "mouth", "eyes") for picture in (made.plate, made.result)]  # fmt: skip


if __name__ == "__main__":
    main()
