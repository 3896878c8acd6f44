"""How long a frame takes, stage by stage: a plate of 1920×1080 with a face 400 px high, on as many threads as there are
cores. The plate is a shared clip's, its solve carried along.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any
from unittest.mock import patch

import cv2
import numpy as np

from ..core.clip import Clip, Frame, SequenceWriter
from ..core.clip.footage import Pixels
from ..core.conventions import Array
from ..core.export.review import Review, Sound
from ..core.facs.transfer import Mix, lay, mixed, target_expression
from ..core.recomposite import THREADS
from ..core.refine import geometry, occlusion, perform, refiner, reperform, wrinkles
from ..core.refine.blur import speed_of
from ..core.refine.reperform import Method, Reperformer, SourceFill
from ..core.report import unsure
from ..core.reporting import SilentReporter
from ..core.shot import Solved
from ..core.still import taken
from .footage import shared_clip
from .real import solved
from .reenact_pairs import Held
from .table import Row, print_table

WIDTH, HEIGHT, FACE = 1920, 1080, 400
"""px."""
FRAMES = 40
BAR = 4.0
STAGES: dict[str, tuple[tuple[ModuleType | type, str], ...]] = {
    "geometry": ((geometry.PlateGeometry, "motion"),),
    "what is in front": ((occlusion.Occluders, "find"),),
    "pictures to fill from": ((reperform.Reperformer, "_fillers"),),
    "mouth": ((perform, "mouth_layer"),),
    "eyes": ((perform, "eye_layer"),),
    "backward map": ((perform, "skin_map"),),
    "warp": ((perform, "warped"),),
    "lids": ((perform, "without_eyes"), (perform, "seam"), (perform, "mend_stretched"), (perform, "lid_skin")),
    "wrinkles": ((wrinkles.Folds, "laid_on"),),
    "refiner": ((geometry.PlateGeometry, "surface"), (refiner.Refiner, "__call__")),
    "motion blur": ((reperform, "blurred"),),
    "grain and matte": ((reperform, "laid"),),
    "composite": ((reperform, "composite"),),
}
"""Which functions do what."""


def main(names: Sequence[str]) -> None:
    """One table; `names`: the plate, s18.mp4 without."""
    driver, plate = shared_clip("d0.mp4"), shared_clip(next(iter(names), "s18.mp4"))
    if driver is not None and plate is not None:
        print_table(f"speed: re-performing {plate.name} at {WIDTH}×{HEIGHT}, face {FACE} px, {THREADS} threads",
                    speed_rows(solved(driver), in_full_hd(solved(plate))))  # fmt: skip


def speed_rows(driver: Solved, plate: Solved) -> list[Row]:
    """Frames per second with everything on, and CPU time of each stage."""
    laid = lay(driver.performance, plate.performance, lost=unsure(plate.fit))
    wanted = mixed(plate.performance, laid, Mix())
    expression = target_expression(plate.fit, plate.neutral, plate.performance, wanted)
    frames = list(plate.clip)
    source = _source(driver)

    def work(method: Method) -> tuple[float, float, float, Callable[[], Any]]:
        performer = Reperformer(plate.model, plate.fit, plate.track, method)
        begun = time.perf_counter()
        if method == "geometry":
            performer.learn(plate.clip, SilentReporter())
        learnt = time.perf_counter() - begun

        def one(row: int) -> None:
            performer.frame(row, frames[row].pixels, expression[row], wanted.gaze[row], source,
                            speed=speed_of(expression, row))  # fmt: skip

        def every() -> None:
            with ThreadPoolExecutor(THREADS) as threads:
                list(threads.map(one, range(len(frames))))

        begun, spent = time.perf_counter(), time.process_time()
        every()
        rate = len(frames) / (time.perf_counter() - begun)
        return learnt, rate, (time.process_time() - spent) / len(frames), every

    learnt, rate, spent, every = work("geometry")
    _, classic, spent_classic, _ = work("tps")
    peer = f"thin-plate spline {classic:.3g} fps, {1000 * spent_classic:.0f} ms"
    whole = [Row("a frame, everything on", rate, "fps", BAR, peer=peer),
             Row("  CPU time of all threads", 1000 * spent, "ms")]  # fmt: skip
    with clocked() as clock:
        every()
    stages = [Row(f"  {name}", 1000 * clock[name] / len(frames), "ms, its own thread") for name in STAGES]
    rest = clock["frame"] - sum(clock[name] for name in STAGES)
    return [*whole, *stages, Row("  all else", 1000 * rest / len(frames), "ms, its own thread"),
            Row("writing it: PNGs and both movies", 1000 * writing(frames), "ms, all threads"),
            Row("learning the plate, frames decoded", len(frames) / learnt, "fps")]  # fmt: skip


def writing(frames: Sequence[Frame]) -> float:
    """CPU seconds a frame of what the command writes besides the matte, beside a driver of the plate's size."""
    with TemporaryDirectory() as folder:
        sequence, silent = SequenceWriter(Path(folder) / "frames", "plate", altered=True), Sound(None)
        begun = time.process_time()
        with Review(Path(folder), len(frames), Fraction(25), silent, silent, altered=True) as review:
            for frame in frames:
                sequence.write(frame.number, frame.pixels)
                review.add(frame.pixels, frame.pixels, frame.time)
        return (time.process_time() - begun) / len(frames)


def _source(driver: Solved) -> SourceFill:
    row = int(np.flatnonzero(driver.fit.visible)[0])
    return SourceFill(driver.clip.read(int(driver.fit.frames[row])).pixels, driver.track.points[row].astype(float))


@contextmanager
def clocked() -> Iterator[dict[str, float]]:
    """CPU seconds of each stage's functions, all threads' together, while the block runs."""
    spent: dict[str, float] = defaultdict(float)
    lock = threading.Lock()

    def timed(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **named: Any) -> Any:
            begun = time.thread_time()
            found = work(*arguments, **named)
            with lock:
                spent[name] += time.thread_time() - begun
            return found

        return run

    with ExitStack() as stack:
        for name, functions in {**STAGES, "frame": ((reperform.Reperformer, "frame"),)}.items():
            for home, function in functions:
                stack.enter_context(patch.object(home, function, timed(name, getattr(home, function))))
        yield spent


def in_full_hd(plate: Solved) -> Solved:
    """The first FRAMES frames of a shot enlarged or shrunk until the face is as high as asked, in a larger frame."""
    seen = np.flatnonzero(plate.track.visible[:FRAMES])
    height = float(np.median(np.ptp(plate.track.points[seen, :468, 1], axis=1)))
    scale = FACE / height
    middle = scale * np.median(plate.track.points[seen, :468].mean(axis=1), axis=0)
    shift = np.array([WIDTH, HEIGHT]) / 2 - middle
    frames = tuple(replace(frame, pixels=_placed(frame.pixels, scale, shift))
                   for frame, _ in zip(plate.clip, range(FRAMES), strict=False))  # fmt: skip
    return replace(_moved(plate, scale, shift), clip=_clip_of(plate, frames))


def _clip_of(plate: Solved, frames: tuple[Frame, ...]) -> Clip:
    return replace(plate.clip, source=Held(plate.clip.path, frames), width=WIDTH, height=HEIGHT, last=frames[-1].number)


def _placed(pixels: Pixels, scale: float, shift: Array) -> Pixels:
    """A picture scaled and shifted (px; centres at +0.5) into the larger frame, its edge going on."""
    affine = np.array([[scale, 0.0, shift[0] + (scale - 1) / 2], [0.0, scale, shift[1] + (scale - 1) / 2]])
    return np.asarray(cv2.warpAffine(pixels, affine, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC,
                                     borderMode=cv2.BORDER_REPLICATE))  # fmt: skip


def _moved(plate: Solved, scale: float, shift: Array) -> Solved:
    """What is known of a shot, of its first FRAMES frames in another frame."""
    first = np.arange(FRAMES)
    fit, track = taken(plate.fit, first), taken(plate.track, first)
    camera = replace(fit.camera, width=WIDTH, height=HEIGHT, focal=scale * fit.camera.focal,
                     principal=scale * fit.camera.principal + shift)  # fmt: skip
    points = (scale * track.points + shift).astype(np.float32)
    return replace(
        plate,
        fit=replace(fit, camera=camera),
        track=replace(track, points=points, width=WIDTH, height=HEIGHT),
        performance=taken(plate.performance, first),
    )
