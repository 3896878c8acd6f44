"""How a head is calibrated, in pictures: `python -m expression_transfer.models.calibration_sheet SHEET.png`.

Left: the built-in head without any colours, and its 478 landmarks as the detector put them, from green (sure) to red.
Right: people painted and photographed as the response is measured on them.
"""

import sys
from dataclasses import fields
from pathlib import Path

import cv2
import numpy as np

from ..core.conventions import Array
from ..core.face.geometry import Geometry
from ..core.face.library import load_builtin
from ..core.heads.embedding import Embedding, Sitting, embed
from ..core.heads.observer import open_observer
from ..core.heads.response import Measurement, Shot, random_pose
from ..core.heads.studio import Image, Plain
from ..core.heads.subject import subject
from ..core.heads.view import Framing
from ..core.reporting import SilentReporter
from ..core.storage import whole_file

LARGE, SMALL = 480, 240
"""px of the pictures' sides."""
TURNS = ((0, 0), (28, 5))
SEED = 11


def main() -> None:
    builtin = load_builtin()
    geometry = Geometry(**{field.name: getattr(builtin, field.name) for field in fields(Geometry)})
    mean = geometry.mean.astype(np.float64)
    with open_observer() as observer:
        found = embed(mean, geometry.triangles, observer, SilentReporter())
        work = Measurement(subject(geometry, found), observer, SilentReporter(), np.random.default_rng(SEED))
        people = [_person(work) for _ in range(4)]
    marked = [_marked(mean, geometry, found, yaw, pitch) for yaw, pitch in TURNS]
    four = np.vstack([np.hstack(people[:2]), np.hstack(people[2:])])
    with whole_file(Path(sys.argv[1])) as temporary:
        cv2.imwrite(str(temporary), np.hstack([*marked, four])[..., ::-1])


def _marked(mean: Array, geometry: Geometry, found: Embedding, yaw: float, pitch: float) -> Image:
    places = found.places(mean, geometry.triangles)
    view = Framing.of(places).view(yaw, pitch, side=2 * LARGE)
    picture = Sitting(mean, geometry.triangles, Plain()).picture(view).copy()
    for (u, v), sure in zip(view.project(places), found.confidence.tolist(), strict=True):
        colour = (255 * (1 - sure), 200 * sure, 0)
        cv2.circle(picture, (round(u * 16), round(v * 16)), 4 * 16, colour, cv2.FILLED, cv2.LINE_AA, 4)
    return np.asarray(cv2.resize(picture, (LARGE, LARGE), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _person(work: Measurement) -> Image:
    yaw, pitch = work.rng.normal(size=2) * [12, 6]
    view = work.subject.framing.view(yaw, pitch, side=SMALL)
    return work.picture(Shot(work.person(0.8), random_pose(work.subject.marks.expressions, work.rng), view))


if __name__ == "__main__":
    main()
