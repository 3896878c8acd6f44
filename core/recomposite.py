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
    resume: bool


def recomposite(job: Recomposition, reporter: Reporter, timings: Timings) -> list[Path]:
    """Write frames/, matte/, result and side-by-side movies (a PNG for one frame) and a contact sheet; their paths."""
    performer = Reperformer(job.model, job.fit, job.track, job.options)
    with timings.stage("learn the plate", len(job.fit)):
        performer.learn(job.clip, reporter)
        performer.plan(job.expression, job.gaze)
    writer = SequenceWriter(job.folder / "frames", _stem(job.clip), like=job.clip)
    keep = Job(job.folder, job.resume).begun("frames", job.made_from)
    with timings.stage("composite", len(job.fit)):
        for done, _ in enumerate(_finished(job, performer, writer, keep, reporter), 1):
            reporter.check()
            reporter.progress("composite", done, len(job.fit))
    with timings.stage("movies", len(job.fit)):
        made = _movies(job, writer, reporter)
    return [*made, job.folder / "frames", job.folder / "matte"]


def _finished(
    job: Recomposition, performer: Reperformer, writer: SequenceWriter, keep: bool, reporter: Reporter
) -> Iterator[int]:
    """Rows as they are finished, in order; those whose files an earlier run left are skipped."""
    waiting: deque[Future[int]] = deque()
    with ThreadPoolExecutor(THREADS) as threads:
        try:
            for row, frame in enumerate(_plate_frames(job)):
                reporter.check()
                if keep and writer.path(frame.number).exists() and _matte_path(job, frame.number).exists():
                    yield row
                    continue
                source = _source_fill(job.driver, frame.time)
                waiting.append(threads.submit(_one_frame, job, performer, writer, row, frame, source))
                while len(waiting) > THREADS:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            threads.shutdown(cancel_futures=True)


def _one_frame(
    job: Recomposition, performer: Reperformer, writer: SequenceWriter, row: int, frame: Frame,
    source: SourceFill | None,
) -> int:  # fmt: skip
    made = performer.frame(row, frame.pixels, job.expression[row], job.gaze[row], source)
    write_png(np.rint(made.matte * 255).astype(np.uint8), _matte_path(job, frame.number))
    writer.write(frame.number, made.pixels)
    return row


def _plate_frames(job: Recomposition) -> Iterable[Frame]:
    """The plate's frames; a still is held for the fit's rows, numbered as the performance."""
    if job.clip.kind != "still":
        yield from job.clip
        return
    pixels = next(iter(job.clip)).pixels
    for number, seconds in zip(job.fit.frames, job.fit.times, strict=True):
        yield Frame(int(number), float(seconds), pixels)


def _source_fill(driver: DrivingFootage | None, seconds: float) -> SourceFill | None:
    if driver is None:
        return None
    row = driver.row_at(seconds)
    if not np.isfinite(driver.landmarks[row]).all():
        return None
    return SourceFill(driver.clip.read(int(driver.frames[row])).pixels, driver.landmarks[row])


def _movies(job: Recomposition, writer: SequenceWriter, reporter: Reporter) -> list[Path]:
    """result.mp4 (with the plate's sound, or the driver's on a still), side_by_side.mp4, contact_sheet.png."""
    numbers = [int(number) for number in job.fit.frames]
    result = [writer.path(number) for number in numbers]
    if len(result) == 1:
        write_png(_shown(result[0]), job.folder / "result.png")
        return [job.folder / "result.png"]
    rate = Fraction(job.fit.fps).limit_denominator(1001)
    shown = _shown(result[0])
    driving = job.driver.clip if job.driver is not None else None
    sound = driving if job.clip.kind == "still" else job.clip
    beside_size = beside(_driver_picture(job, 0), shown).shape
    picked = set(np.linspace(0, len(result) - 1, SHEET_FRAMES).astype(int).tolist())
    pictures = []
    made = [job.folder / "result.mp4", job.folder / "side_by_side.mp4"]
    with (
        VideoWriter(made[0], shown.shape[1], shown.shape[0], rate, sound) as movie,
        VideoWriter(made[1], beside_size[1], beside_size[0], rate, driving or sound) as pair,
    ):
        for row, (path, seconds) in enumerate(zip(result, job.fit.times, strict=True)):
            reporter.check()
            shown = _shown(path)
            both = beside(_driver_picture(job, row), shown)
            movie.write(shown, float(seconds))
            pair.write(both, float(seconds))
            if row in picked:
                pictures.append(both)
            reporter.progress("movies", row + 1, len(result))
    write_png(contact_sheet(pictures, 3), job.folder / "contact_sheet.png")
    return [*made, job.folder / "contact_sheet.png"]


def _driver_picture(job: Recomposition, row: int) -> NDArray[np.uint8]:
    """What the result is shown beside: the driver at that moment, or without one the plate as it was."""
    if job.driver is None:
        clip, number = job.clip, int(job.fit.frames[row]) if job.clip.kind != "still" else job.clip.first
    else:
        clip, number = job.driver.clip, int(job.driver.frames[job.driver.row_at(float(job.fit.times[row]))])
    return display(clip.read(number).pixels, clip)[..., :3]


def _shown(path: Path) -> NDArray[np.uint8]:
    clip = open_clip(path)
    return display(clip.read(clip.first).pixels, clip)[..., :3]


def _matte_path(job: Recomposition, number: int) -> Path:
    return job.folder / "matte" / f"{_stem(job.clip)}.{number:04d}.png"


def _stem(clip: Clip) -> str:
    """The plate's name without frame number and suffix."""
    return clip.path.stem.split(".")[0].split("%")[0].rstrip("_-#") or "plate"
