"""Whether what is in front of a face is found and left, and how often the face itself is taken for something in front.

`python -m expression_transfer.benchmarks.occlusion [CLIP …]`; without clips: test people. Things are drawn before the
face in the middle third of a clip, which is learnt with them, and before stills, of which nothing is; the face is as it
was fitted without them. False alarms are counted on the clip as it is, in frames that its look was not learnt from.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..core.clip.footage import Pixels
from ..core.conventions import Array
from ..core.landmarks.places import eye_distance
from ..core.raster.windows import around, within
from ..core.refine.geometry import PlateGeometry
from ..core.refine.light import Light
from ..core.refine.occlusion import Occluders
from ..core.refine.occlusion_front import Front
from ..core.refine.patch import Patch, skin_tone
from ..core.shot import Solved
from .footage import shared_clip
from .occluders import THINGS, Place
from .real import solved
from .table import Row, print_table

CLIPS = ("d12.mp4", "d20.mp4", "s18.mp4", "s5.jpg", "s9.jpg", "s12.jpg")
TRIED = 4
"""Frames with each thing; of a still, the same one with the thing in other places."""
PLAIN = 30
"""Frames without any."""
IOU = 0.85
ALARM = 0.5
"""% of the face."""
SHOWN = Light(255.0, linear=False)
MARGIN = 0.45
"""Eye distances round the face: what a re-performed frame may change."""


@dataclass(frozen=True)
class Shot:
    """A clip, its frames and where its face is in them."""

    solved: Solved
    frames: list[Pixels]
    geometry: PlateGeometry

    @property
    def passage(self) -> range:
        return range(len(self.frames) // 3, 2 * len(self.frames) // 3)

    def place(self, row: int, through: float) -> Place:
        pixels, marks = self.frames[row], self.geometry.landmarks(row)
        return Place((pixels.shape[0], pixels.shape[1]), marks, skin_tone(pixels, marks), through)

    @property
    def tried(self) -> list[tuple[int, float]]:
        """Rows with a thing, and when in the passage each is."""
        share = np.linspace(0.1, 0.9, TRIED)
        if len(self.frames) == 1:
            return [(0, float(through)) for through in share]
        rows = [int(row) for row in self.passage.start + share * len(self.passage)]
        return [(row, self.through(row)) for row in rows]

    def through(self, row: int) -> float:
        return (row - self.passage.start) / max(len(self.passage), 1)


@dataclass(frozen=True)
class Seen:
    """One frame."""

    front: Front | None
    found: NDArray[np.bool_]
    """H×W of the face's window."""
    true: NDArray[np.bool_]
    face: NDArray[np.bool_]
    seconds: float

    @property
    def iou(self) -> float:
        """Inside the face."""
        found, true = self.found & self.face, self.true & self.face
        return float((found & true).sum() / max((found | true).sum(), 1))

    @property
    def alarm(self) -> float:
        """% of the face that is found and isn't there."""
        return float(100 * (self.found & ~self.true & self.face).sum() / self.face.sum())


def main(names: Sequence[str]) -> None:
    """One table a clip."""
    for name in names or CLIPS:
        path = shared_clip(name)
        if path is not None:
            print_table(f"in front of the face: {name}", rows_of(solved(path)))


def rows_of(person: Solved) -> list[Row]:
    shot = Shot(person, [frame.pixels for frame in person.clip], PlateGeometry(person.model, person.fit, person.track))
    rows = []
    for thing in THINGS:
        seen = judged(shot, thing, shot.tried)
        peer = f"beside it {np.mean([one.alarm for one in seen]):.2f} % of the face; {_cost(seen)}"
        rows.append(
            Row(f"{thing}: intersection over union", float(np.mean([one.iou for one in seen])), "", IOU, peer=peer)
        )
    visible = np.flatnonzero(person.fit.visible)
    plain = visible[np.unique(np.linspace(0, len(visible) - 1, PLAIN).astype(int))].tolist()
    alone = judged(shot, None, [(row, 0.0) for row in plain])
    alarms = np.array([one.alarm for one in alone])
    return [
        *rows,
        Row("nothing there: found all the same, of the face", float(alarms.mean()), "%", peer=_cost(alone)),
        Row(f"  frames with more than {ALARM} % of it", float(100 * (alarms > ALARM).mean()), "%",
            peer=f"the worst: {alarms.max():.2f} %"),
    ]  # fmt: skip


def judged(shot: Shot, thing: str | None, rows: list[tuple[int, float]]) -> list[Seen]:
    """Rows of a shot (and when in the passage) in which `thing` was before the face in the passage; None: the shot as
    it is, in rows that its look was not learnt from. Of a still nothing is learnt.
    """
    occluders = Occluders(shot.solved.model, shot.solved.fit)
    learnt = [] if len(shot.frames) == 1 else occluders.rows.tolist()
    for row in learnt:
        held = thing if row in shot.passage else None
        occluders.show(row, _drawn(shot, held, row, shot.through(row))[0], shot.geometry.landmarks(row), SHOWN)
    occluders.learn()
    kept = set(learnt) if thing is None else set()
    return [_seen(shot, thing, row, through, occluders) for row, through in rows if row not in kept]


def _seen(shot: Shot, thing: str | None, row: int, through: float, occluders: Occluders) -> Seen:
    pixels, true = _drawn(shot, thing, row, through)
    marks = shot.geometry.landmarks(row)
    frame = (0, 0, pixels.shape[1], pixels.shape[0])
    plate = Patch.of(pixels, marks, around(marks, MARGIN * float(eye_distance(marks)), frame))
    begun = time.thread_time()
    front = occluders.find(row, plate, SHOWN)
    seconds = time.thread_time() - begun
    place = within(plate.window, frame)
    found = np.zeros(true[place].shape, np.bool_) if front is None else front.over(plate.window) > 0.5
    return Seen(front, found, true[place], _face(pixels, marks)[place], seconds)


def _drawn(shot: Shot, thing: str | None, row: int, through: float) -> tuple[Pixels, NDArray[np.bool_]]:
    """A frame, and where the thing is in it."""
    pixels = shot.frames[row]
    if thing is None:
        return pixels, np.zeros(pixels.shape[:2], np.bool_)
    drawn = THINGS[thing](shot.place(row, through))
    return drawn.over(pixels), drawn.matte > 0.5


def _face(pixels: Pixels, marks: Array) -> NDArray[np.bool_]:
    mask = np.zeros(pixels.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(marks[:468].astype(np.float32)).astype(np.int32), 1)
    return mask > 0


def _cost(seen: Sequence[Seen]) -> str:
    return f"{1e3 * np.median([one.seconds for one in seen]):.0f} ms a frame on one core"


if __name__ == "__main__":
    main(sys.argv[1:])
