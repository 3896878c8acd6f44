"""The frame loop of a re-performed plate: reads, re-performs and writes in parallel, and goes on where it stopped."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .clip import Clip, Frame, SequenceWriter, VideoWriter, display, open_clip
from .conventions import Array
from .export.sheet import beside, contact_sheet, write_png
from .face.model import FaceModel
from .fit.result import Fit
from .job import Job
from .landmarks.track import LandmarkTrack
from .refine.options import TransferOptions
from .refine.reperform import Reperformer, SourceFill
from .reporting import Reporter
from .timings import Timings

THREADS = 3
"""Frames in work at once: memory stays flat, two cores stay busy while a third frame is read or written."""
SHEET_FRAMES = 12


@dataclass(frozen=True)
class DrivingFootage:
    """The driver's own pictures: they fill a mouth or eye that the target never showed."""

    clip: Clip
    landmarks: Array
    """T×478×2 px, NaN where unseen."""
    frames: NDArray[np.int64]
    """T source frame numbers."""
    times: Array
    """T seconds."""

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
    options: TransferOptions
    folder: Path
    made_from: str
    job: Job


def recomposite(plan: Recomposition, reporter: Reporter, timings: Timings) -> list[Path]:
    """Write frames/, matte/, result and side-by-side movies (a PNG for one frame) and a contact sheet; their paths."""
    performer = Reperformer(plan.model, plan.fit, plan.track, plan.options)
    with timings.stage("learn the plate", len(plan.fit)):
        performer.learn(plan.clip, reporter)
        performer.plan(plan.expression, plan.gaze)
    writer = SequenceWriter(plan.folder / "frames", _stem(plan.clip), like=plan.clip)
    keep = plan.job.begun("frames", plan.made_from)
    with timings.stage("composite", len(plan.fit)):
        for done, _ in enumerate(_finished(plan, performer, writer, keep, reporter), 1):
            reporter.check()
            reporter.progress("composite", done, len(plan.fit))
    with timings.stage("movies", len(plan.fit)):
        made = _movies(plan, writer, reporter)
    return [*made, plan.folder / "frames", plan.folder / "matte"]


def _finished(
    plan: Recomposition, performer: Reperformer, writer: SequenceWriter, keep: bool, reporter: Reporter
) -> Iterator[int]:
    """Rows as they are finished, in order; those whose files an earlier run left are skipped."""
    waiting: deque[Future[int]] = deque()
    with ThreadPoolExecutor(THREADS) as threads:
        try:
            for row, frame in enumerate(_plate_frames(plan)):
                reporter.check()
                if keep and writer.path(frame.number).exists() and _matte_path(plan, frame.number).exists():
                    yield row
                    continue
                source = _source_fill(plan.driver, frame.time)
                waiting.append(threads.submit(_one_frame, plan, performer, writer, row, frame, source))
                while len(waiting) > THREADS:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            threads.shutdown(cancel_futures=True)


def _one_frame(
    plan: Recomposition, performer: Reperformer, writer: SequenceWriter, row: int, frame: Frame,
    source: SourceFill | None,
) -> int:  # fmt: skip
    made = performer.frame(row, frame.pixels, plan.expression[row], plan.gaze[row], source)
    write_png(np.rint(made.matte * 255).astype(np.uint8), _matte_path(plan, frame.number))
    writer.write(frame.number, made.pixels)
    return row


def _plate_frames(plan: Recomposition) -> Iterable[Frame]:
    """The plate's frames; a still is held for the fit's rows, numbered as the performance."""
    if plan.clip.kind != "still":
        yield from plan.clip
        return
    pixels = next(iter(plan.clip)).pixels
    for number, seconds in zip(plan.fit.frames, plan.fit.times, strict=True):
        yield Frame(int(number), float(seconds), pixels)


def _source_fill(driver: DrivingFootage | None, seconds: float) -> SourceFill | None:
    if driver is None:
        return None
    row = driver.row_at(seconds)
    if not np.isfinite(driver.landmarks[row]).all():
        return None
    return SourceFill(driver.clip.read(int(driver.frames[row])).pixels, driver.landmarks[row])


def _movies(plan: Recomposition, writer: SequenceWriter, reporter: Reporter) -> list[Path]:
    """result.mp4 (with the plate's sound, or the driver's on a still), side_by_side.mp4, contact_sheet.png."""
    numbers = [int(number) for number in plan.fit.frames]
    result = [writer.path(number) for number in numbers]
    if len(result) == 1:
        write_png(_shown(result[0]), plan.folder / "result.png")
        return [plan.folder / "result.png"]
    rate = Fraction(plan.fit.fps).limit_denominator(1001)
    shown = _shown(result[0])
    driving = plan.driver.clip if plan.driver is not None else None
    sound = driving if plan.clip.kind == "still" else plan.clip
    beside_size = beside(_driver_picture(plan, 0), shown).shape
    picked = set(np.linspace(0, len(result) - 1, SHEET_FRAMES).astype(int).tolist())
    pictures = []
    made = [plan.folder / "result.mp4", plan.folder / "side_by_side.mp4"]
    with (
        VideoWriter(made[0], shown.shape[1], shown.shape[0], rate, sound) as movie,
        VideoWriter(made[1], beside_size[1], beside_size[0], rate, driving or sound) as pair,
    ):
        for row, (path, seconds) in enumerate(zip(result, plan.fit.times, strict=True)):
            reporter.check()
            shown = _shown(path)
            both = beside(_driver_picture(plan, row), shown)
            movie.write(shown, float(seconds))
            pair.write(both, float(seconds))
            if row in picked:
                pictures.append(both)
            reporter.progress("movies", row + 1, len(result))
    write_png(contact_sheet(pictures, 3), plan.folder / "contact_sheet.png")
    return [*made, plan.folder / "contact_sheet.png"]


def _driver_picture(plan: Recomposition, row: int) -> NDArray[np.uint8]:
    """What the result is shown beside: the driver at that moment, or without one the plate as it was."""
    if plan.driver is None:
        clip, number = plan.clip, int(plan.fit.frames[row]) if plan.clip.kind != "still" else plan.clip.first
    else:
        clip, number = plan.driver.clip, int(plan.driver.frames[plan.driver.row_at(float(plan.fit.times[row]))])
    return display(clip.read(number).pixels, clip)[..., :3]


def _shown(path: Path) -> NDArray[np.uint8]:
    clip = open_clip(path)
    return display(clip.read(clip.first).pixels, clip)[..., :3]


def _matte_path(plan: Recomposition, number: int) -> Path:
    return plan.folder / "matte" / f"{_stem(plan.clip)}.{number:04d}.png"


def _stem(clip: Clip) -> str:
    """The plate's name without frame number and suffix."""
    return clip.path.stem.split(".")[0].split("%")[0].rstrip("_-#") or "plate"
