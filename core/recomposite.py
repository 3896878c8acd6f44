"""The frame loop of a re-performed plate: reads, re-performs in parallel, writes in order; what an earlier run left is
kept where it is still what is wanted.
"""

import hashlib
import os
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from .clip import Clip, Frame, SequenceWriter, display, open_clip, read_ahead
from .conventions import Array, Array32
from .export.review import Review, Sound
from .export.sheet import Image, write_png
from .face.model import FaceModel
from .facs.transfer import Region
from .fit.result import Fit
from .in_front import InFront
from .job import Job, fingerprint
from .landmarks.track import LandmarkTrack
from .refine.blur import speed_of
from .refine.finish import PLAIN, Finish
from .refine.lesson import Lent, lesson
from .refine.occlusion_sight import SHIPPED as SIGHT
from .refine.occlusion_sight import Sight
from .refine.patch import skin_tone
from .refine.refiner import SHIPPED, Refiner
from .refine.reperform import Method, Reperformed, Reperformer, SourceFill
from .reporting import Reporter
from .timings import Timings

THREADS = min(max(os.cpu_count() or 2, 2), 8)
"""Frames in work at once, which is also how many are held: memory does not grow with the clip."""
TONES = 7
"""Frames of the driver from which the colour of its skin is told."""


@dataclass(frozen=True)
class DrivingFootage:
    """The driver's own pictures: they fill a mouth or eye that the target never showed."""

    clip: Clip
    landmarks: Array
    """T×478×2 px, NaN where unseen."""
    frames: NDArray[np.int64]
    """T source frame numbers."""
    times: Array
    """T seconds, on the plate's clock."""
    starts: float
    """Seconds into its own file of the first row."""
    offsets: Array
    """T×478×2, in eye distances: the classic method's signal (tps.driver_offsets)."""
    made_from: str
    """Fingerprint of footage and settings."""
    solve: Path
    """The folder it was solved to."""
    model: FaceModel
    fit: Fit
    track: LandmarkTrack
    shift: float = 0.0
    """s by which `times` are later than the solve's."""

    @cached_property
    def tone(self) -> Array32 | None:
        """3: the colour of the driver's skin, median over the shot; None where no face was seen."""
        seen = np.flatnonzero(np.isfinite(self.landmarks).all(axis=(1, 2)))
        rows = np.unique(seen[np.linspace(0, len(seen) - 1, min(TONES, len(seen))).round().astype(int)])
        tones = [skin_tone(self.clip.read(int(self.frames[row])).pixels, self.landmarks[row]) for row in rows]
        return np.median(tones, axis=0).astype(np.float32) if tones else None

    def later(self, seconds: float) -> "DrivingFootage":
        return replace(self, times=self.times + seconds, shift=self.shift + seconds)

    def row_at(self, seconds: float) -> int:
        return int(np.abs(self.times - seconds).argmin())


@dataclass(frozen=True)
class Recomposition:
    """One plate to be re-performed, all decisions made."""

    driver: DrivingFootage | None
    clip: Clip
    model: FaceModel
    fit: Fit
    track: LandmarkTrack
    expression: Array
    """T×E: the weights wanted."""
    gaze: Array
    """T×2×2 rad: the gaze wanted."""
    method: Method
    offsets: Array | None
    """T×478×2, in eye distances: what the classic method adds to the landmarks; None: the new geometry's own."""
    made_from: str
    """Fingerprint of all that is the same for every frame: plate, fit, driving pictures, method, finish."""
    job: Job
    finish: Finish = PLAIN
    region: Region = "all"
    """Of the face, what may move."""
    provenance: bool = True
    """The files say that they were altered."""
    refiner: Refiner = SHIPPED
    sight: Sight = SIGHT

    def speed(self, row: int) -> Array:
        """E weights a frame: how fast the wanted expression changes, which motion blur shows."""
        return speed_of(self.expression, row)

    def performer(self) -> Reperformer:
        """What makes its frames; it has learnt nothing yet."""
        whole = self.model, self.fit, self.track, self.method
        return Reperformer(*whole, refiner=self.refiner, finish=self.finish, region=self.region, sight=self.sight)

    def lesson(self, reporter: Reporter) -> Lent | None:
        """The driver's folds, where they are asked for."""
        driver = self.driver
        if driver is None or not self.finish.borrow_folds:
            return None
        return lesson(driver.clip, driver.model, driver.fit, driver.track, self.clip, reporter)

    def frame_made_from(self, row: int) -> str:
        """Fingerprint of all that one frame's pixels depend on."""
        parts = self.expression[row], self.gaze[row].ravel(), self.speed(row)
        wanted = hashlib.sha256(np.concatenate(parts).tobytes())
        if self.offsets is not None:
            wanted.update(self.offsets[row].tobytes())
        driver = None if self.driver is None else self.driver.row_at(float(self.fit.times[row]))
        told = self.provenance
        return fingerprint(shot=self.made_from, row=row, wanted=wanted.hexdigest(), driver=driver, provenance=told,
                           refiner=self.refiner.name, sight=self.sight.name)  # fmt: skip


Done = TypeVar("Done")
Task = Callable[[int, Frame, SourceFill | None], Done]
"""What is to be done to a row's frame, of which the driver shows this at that moment."""


@dataclass(frozen=True)
class Work(Generic[Done]):
    """A frame in work."""

    row: int
    frame: Frame
    driver: NDArray[np.generic] | None
    """The driver's picture at that moment."""
    future: Future[Done] | None
    """None: the frame is there from an earlier run that wanted the same of it."""


def recomposite(plan: Recomposition, reporter: Reporter, timings: Timings) -> list[Path]:
    """Write frames/, matte/, result and side-by-side movies (a PNG for one frame) and a contact sheet; their paths.

    Where the job is resumed, frames and mattes of which nothing else is wanted than before stay as they are.
    """
    performer = plan.performer()
    products, review = _Products(plan), _review(plan)
    kept = products.kept(plan.job.begin("frames", products.files()))
    if kept:
        reporter.log(f"{len(plan.fit) - len(kept)} of {len(plan.fit)} frames are made anew")
    if len(kept) < len(plan.fit):
        with timings.stage("learn the plate", len(plan.fit)):
            performer.learn(plan.clip, reporter)
            performer.lend(plan.lesson(reporter))
    with (
        timings.stage("composite", len(plan.fit)),
        review,
        closing(InFront(plan.job.folder, kept)) as in_front,
        closing(in_order(plan, performing(plan, performer), kept, reporter)) as finished,
    ):
        for work in finished:
            reporter.check()
            number = work.frame.number
            if work.future is not None:
                in_front.note(number, work.future.result())
            shown = products.shown(number) if work.future is None else products.write(number, work.future.result())
            review.add(shown, _beside(plan, work), work.frame.time)
            reporter.progress("composite", work.row + 1, len(plan.fit))
    return [*review.files, *products.folders]


def written(plan: Recomposition) -> Callable[[int], Image]:
    """How the result's frames look, by number."""
    return _Products(plan).shown


def plate_frames(plan: Recomposition) -> Callable[[int], Image]:
    """How the plate's frames look, by the result's number."""
    clip = plan.clip
    still = display(clip.read(clip.first).pixels, clip) if clip.kind == "still" else None
    return lambda number: display(clip.read(number).pixels, clip) if still is None else still


def performing(plan: Recomposition, performer: Reperformer) -> Task[Reperformed]:
    """Re-performs a frame as planned."""

    def perform(row: int, frame: Frame, source: SourceFill | None) -> Reperformed:
        offsets = None if plan.offsets is None else plan.offsets[row]
        wanted = plan.expression[row], plan.gaze[row]
        return performer.frame(row, frame.pixels, *wanted, source, offsets, plan.speed(row))

    return perform


def in_order(
    plan: Recomposition, task: Task[Done], kept: set[int], reporter: Reporter, *, wait: bool = False
) -> Generator[Work[Done], None, None]:
    """Frames in order, the next ones in work; nothing is done to those `kept`. Where threads compute and the caller
    writes, an interruption need not wait for them, and finds nothing half-written; tasks that write want it to `wait`.
    """
    threads = ThreadPoolExecutor(THREADS)
    waiting: deque[Work[Done]] = deque()
    try:
        for row, frame in enumerate(read_ahead(all_frames(plan.clip, plan.fit), 1)):
            reporter.check()
            source, shown = (None, None) if plan.driver is None else driver_at(plan.driver, frame.time)
            future = None if frame.number in kept else threads.submit(task, row, frame, source)
            waiting.append(Work(row, frame, shown, future))
            if len(waiting) > THREADS:
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()
    finally:
        threads.shutdown(wait=wait, cancel_futures=True)


def all_frames(clip: Clip, fit: Fit) -> Iterator[Frame]:
    """A plate's frames; a still is held for the fit's rows, numbered as the performance."""
    if clip.kind != "still":
        yield from clip
        return
    pixels = next(iter(clip)).pixels
    for number, seconds in zip(fit.frames, fit.times, strict=True):
        yield Frame(int(number), float(seconds), pixels)


def _beside(plan: Recomposition, work: Work[Reperformed]) -> Image:
    """What the result is shown beside: the driver at that moment, or without one the plate as it was."""
    if plan.driver is None or work.driver is None:
        return display(work.frame.pixels, plan.clip)
    return display(work.driver, plan.driver.clip)


def driver_at(driver: DrivingFootage, seconds: float) -> tuple[SourceFill | None, NDArray[np.generic]]:
    """What the driver shows at a time of the plate's: to fill from (None where no face was seen), and as it is."""
    row = driver.row_at(seconds)
    pixels, landmarks = driver.clip.read(int(driver.frames[row])).pixels, driver.landmarks[row]
    return SourceFill(pixels, landmarks, driver.tone) if np.isfinite(landmarks).all() else None, pixels


def _review(plan: Recomposition) -> Review:
    """The movies carry the plate's sound, or the driver's on a still; the pair carries the driver's."""
    own = Sound(plan.clip)
    if plan.driver is not None:
        driving = Sound(plan.driver.clip, plan.driver.starts)
        sounds = (driving if plan.clip.kind == "still" else own, driving)
    else:
        sounds = (own, own)
    rate = Fraction(plan.fit.fps).limit_denominator(1001)
    return Review(plan.job.folder, len(plan.fit), rate, *sounds, altered=plan.provenance)


class _Products:
    """The numbered files of a job: frames/ in the plate's format and matte/ as grey PNG, of 16 bit where the plate has
    more than 8.
    """

    def __init__(self, plan: Recomposition) -> None:
        # the plate's name without frame number and suffix
        self._stem = plan.clip.path.stem.split(".")[0].split("%")[0].rstrip("_-#") or "plate"
        self._clip = plan.clip
        self._depth: type[np.uint8] | type[np.uint16] = np.uint8 if plan.clip.dtype == "uint8" else np.uint16
        self._made_from = {int(number): plan.frame_made_from(row) for row, number in enumerate(plan.fit.frames)}
        self.folders = [plan.job.folder / "frames", plan.job.folder / "matte"]
        self._frames = SequenceWriter(self.folders[0], self._stem, like=plan.clip, altered=plan.provenance)

    def files(self) -> dict[Path, str]:
        """What will be written, each with what it is made from."""
        return {path: made_from for number, made_from in self._made_from.items() for path in self._of(number)}

    def kept(self, good: set[Path]) -> set[int]:
        """The frames of which all files are good."""
        return {number for number in self._made_from if good.issuperset(self._of(number))}

    def write(self, number: int, made: Reperformed) -> Image:
        """Write one frame; how it looks."""
        write_png(made.stored_matte(self._depth), self._matte(number))
        self._frames.write(number, made.pixels)
        return display(made.pixels, self._clip)

    def shown(self, number: int) -> Image:
        """How a frame looks that was written."""
        written = open_clip(self._frames.path(number))
        return display(written.read(written.first).pixels, self._clip)

    def _of(self, number: int) -> list[Path]:
        return [self._frames.path(number), self._matte(number)]

    def _matte(self, number: int) -> Path:
        return self.folders[1] / f"{self._stem}.{number:04d}.png"
