"""Single frames of a solved plate as edits would leave them, at proxy size: what takes long is done once, before."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from .clip import Clip, Frame, display
from .clip.footage import Source
from .conventions import Array
from .editable import Editable, read_editable
from .errors import InputError
from .export.sheet import Image
from .facs.tables import UNITS
from .facs.transfer import Mix, edited, effect, lay, target_expression
from .fit.result import Fit
from .landmarks.track import LandmarkTrack
from .recomposite import driver_at
from .refine.blur import speed_of
from .refine.reperform import Reperformer
from .report import unsure
from .reporting import Conversation, Reporter
from .shot import Footage, Run
from .still import taken
from .storage import whole_file

WIDTH = 640
"""px, at most."""
IDLE_SECONDS = 300.0
"""Without a request for so long, the preview ends."""
PIXELS = "preview.npy"
"""In the preview's folder: 2×H×W×3 uint8, the last frame before and after."""


def serve(solve: Path, folder: Path, width: int, conversation: Conversation) -> None:
    """Answer requests {"frame": source frame, "units": [len(UNITS)], "gaze": [2][2] rad}, which say what the face is to
    do in a frame, with {"frame", "file", "reach"}. Raises InputError where the solve, or a request, can't be used.
    """
    preview = Preview(read_editable(Footage(solve), folder, Run(conversation)), width, conversation)
    for request in conversation.requests(IDLE_SECONDS):
        number, units, gaze = _read(request)
        with whole_file(folder / PIXELS) as temporary, temporary.open("wb") as stream:
            np.save(stream, np.stack(preview.frame(number, units, gaze)))
        conversation.answer(frame=number, file=str(folder / PIXELS), reach=preview.reach(number))


def _read(request: dict[str, Any]) -> tuple[int, Array, Array]:
    try:
        units, gaze = np.array(request["units"], dtype=float), np.array(request["gaze"], dtype=float)
        number = int(request["frame"])
    except (LookupError, TypeError, ValueError) as error:
        raise InputError(f"preview: no such request ({error})") from error
    if (
        units.shape != (len(UNITS),)
        or gaze.shape != (2, 2)
        or not (np.isfinite(units).all() and np.isfinite(gaze).all())
    ):
        raise InputError("preview: a request needs a number for every unit and for each eye's gaze")
    return number, units, gaze


class Preview:
    """A plate that was read and learnt; memory does not grow with the frames asked for."""

    def __init__(self, known: Editable, width: int, reporter: Reporter) -> None:
        """`width`: px, of the frames to give; narrower plates keep theirs."""
        plate = known.plate
        fit, track, self._own = known.rows()
        self._clip = proxy(plate.clip, width)
        across, down = self._clip.width / plate.clip.width, self._clip.height / plate.clip.height
        self._fit = _scaled_fit(fit, across, down)
        self._neutral, self._base, self._driver = plate.neutral, known.base, known.pictures
        self._acted = target_expression(fit, plate.neutral, self._own, self._base)
        self._amount = effect(lay(self._base, self._own, lost=unsure(fit)), Mix())
        self._performer = Reperformer(plate.model, self._fit, _scaled_track(track, across, down))
        self._performer.learn(self._clip, reporter)
        self._held = Frame(-1, 0.0, np.zeros((0, 0, 3), np.uint8))

    def reach(self, number: int) -> float:
        """0–1: how much of an edit reaches a frame; less than 1 near and in passages without a sure face."""
        return float(self._amount[self._row(number)])

    def frame(self, number: int, units: Array, gaze: Array) -> tuple[Image, Image]:
        """H×W×3 uint8 each: a source frame (or the nearest that was solved) as it is, and acting with these units
        (len(UNITS)) and gaze (2×2 rad), as `composite --mode edit` would make it.
        """
        row = self._row(number)
        before, one = self._read(int(self._fit.frames[row])), np.array([row])
        own, base, fit = taken(self._own, one), taken(self._base, one), taken(self._fit, one)
        wanted = edited(base, replace(base, units=units[None], gaze=gaze[None]), self._amount[one])
        expression = target_expression(fit, self._neutral, own, wanted)[0]
        source = None if self._driver is None else driver_at(self._driver, float(fit.times[0]))[0]
        # how fast an edit is shows once its neighbours are known; until then, as fast as what it is an edit of
        speed = speed_of(self._acted, row)
        made = self._performer.frame(row, before, expression, wanted.gaze[0], source, speed=speed)
        return before, np.asarray(made.pixels, dtype=np.uint8)

    def _row(self, number: int) -> int:
        return int(np.abs(self._fit.frames - number).argmin())

    def _read(self, number: int) -> Image:
        """The last frame is kept: an artist looks at one for many edits."""
        if self._held.number != number:
            still = self._clip.kind == "still"
            self._held = replace(self._clip.read(self._clip.first if still else number), number=number)
        return np.asarray(self._held.pixels, dtype=np.uint8)


def proxy(clip: Clip, width: int) -> Clip:
    """The clip as it looks on a display, uint8, at most `width` px wide."""
    height = max(1, round(clip.height * width / clip.width))
    size = (clip.width, clip.height) if width >= clip.width else (width, height)
    source = _Proxy(clip, *size)
    return replace(clip, width=size[0], height=size[1], channels=3, dtype="uint8", source=source)


@dataclass(frozen=True)
class _Proxy:
    """A clip.Source of smaller pictures."""

    clip: Clip
    width: int
    height: int

    def frames(self, first: int, last: int | None) -> Iterator[Frame]:
        yield from map(self._small, self._source.frames(first, last))

    def read(self, number: int) -> Frame:
        return self._small(self._source.read(number))

    def location(self, number: int) -> Path:
        return self._source.location(number)

    @property
    def _source(self) -> Source:
        return self.clip.source

    def _small(self, frame: Frame) -> Frame:
        shown = display(frame.pixels, self.clip)
        return replace(frame, pixels=cv2.resize(shown, (self.width, self.height), interpolation=cv2.INTER_AREA))


def _scaled_fit(fit: Fit, across: float, down: float) -> Fit:
    """The fit to a picture of another size; `across`, `down`: new over old."""
    lens = fit.camera
    camera = replace(
        lens,
        width=round(lens.width * across),
        height=round(lens.height * down),
        focal=lens.focal * down,
        principal=lens.principal * [across, down],
        aspect=lens.aspect * across / down,
    )
    return replace(fit, camera=camera)


def _scaled_track(track: LandmarkTrack, across: float, down: float) -> LandmarkTrack:
    return replace(
        track,
        points=track.points * np.array([across, down], dtype=np.float32),
        depth=track.depth * np.float32(across),
        width=round(track.width * across),
        height=round(track.height * down),
    )
