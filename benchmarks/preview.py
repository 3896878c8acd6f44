"""Seconds from a changed action unit to pixels, in the worker that the window asks: `python -m … benchmarks.preview`.

Measured as the window does it: a request over the pipe, its answer, the pixels read. The plate is 1280×720, the frames
at most 640 px wide. The peer is what there is without a preview: a `composite` of that one frame.
"""

import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from ..core.clip import VideoWriter, open_clip
from ..core.facs.performance import Performance
from ..core.facs.tables import UNITS
from ..core.preview import WIDTH
from ..core.process import Answer, Ended, WorkerProcess
from .footage import shared_clip
from .table import Row, print_table

PLATE, FRAMES, FRAME, EDITS = "s18.mp4", 120, 60, 30
SIZE = (1280, 720)
BAR = 1.0
"""s, the issue's."""


def plate_720(clip: Path, folder: Path) -> Path:
    """The first frames of a clip as a 1280×720 plate: scaled to its height, the edges held beside."""
    path = folder / "plate.mp4"
    with VideoWriter(path, *SIZE, open_clip(clip).fps) as movie:
        for frame in open_clip(clip, end=FRAMES):
            height, width = frame.pixels.shape[:2]
            scale = SIZE[1] / height
            matrix = np.array([[scale, 0, (SIZE[0] - scale * width) / 2], [0, scale, 0]])
            movie.write(cv2.warpAffine(frame.pixels, matrix, SIZE, borderMode=cv2.BORDER_REPLICATE))
    return path


def command(*arguments: object) -> float:
    """Run the command line in a process of its own; seconds, start-up included."""
    argv = [sys.executable, "-c", "import sys; from expression_transfer.cli import main; sys.exit(main())"]
    begun = time.perf_counter()
    subprocess.run([*argv, *map(str, arguments)], check=True, stderr=subprocess.DEVNULL)  # noqa: S603  ours
    return time.perf_counter() - begun


def asked(worker: WorkerProcess, number: int, wanted: Performance, row: int) -> float:
    """Seconds from the request to pixels read. Raises SystemExit where the worker ends."""
    begun = time.perf_counter()
    worker.request(frame=number, units=wanted.units[row].tolist(), gaze=wanted.gaze[row].tolist())
    while True:
        for event in worker.poll():
            if isinstance(event, Ended):
                raise SystemExit(f"the preview ended: {event.error}")
            if isinstance(event, Answer):
                np.load(event.message["file"])
                return time.perf_counter() - begun
        time.sleep(0.001)


def rows(clip: Path, scratch: Path) -> list[Row]:
    plate, solve = plate_720(clip, scratch), scratch / "solve"
    command("solve", plate, "-o", solve)
    own = Performance.load(solve / "performance.npz")
    edits = []
    for share in np.linspace(0, 0.8, EDITS):
        units = own.units.copy()
        units[FRAME, [UNITS.index("AU12_L"), UNITS.index("AU12_R"), UNITS.index("AU26")]] += share
        edits.append(replace(own, units=units))
    begun = time.perf_counter()
    worker = WorkerProcess(["preview", str(solve), "-o", str(scratch / "preview")])
    asked(worker, FRAME + 1, own, FRAME)
    first = time.perf_counter() - begun
    seconds = [asked(worker, FRAME + 1, edit, FRAME) for edit in edits]
    jumps = [asked(worker, 1 + row, own, row) for row in np.random.default_rng(0).integers(0, len(own), 15).tolist()]
    worker.stop()
    edits[-1].save(scratch / "edited.npz")
    peer = command("composite", scratch / "edited.npz", plate, "-o", scratch / "whole", "--mode", "edit",
                   "--start", FRAME + 1, "--end", FRAME + 1)  # fmt: skip
    told = f"composite of the frame {peer:.1f} s"
    return [
        Row("changed unit to pixels, median", float(np.median(seconds)), "s", BAR, at_least=False, peer=told),
        Row("  the slowest", max(seconds), "s", at_least=False),
        Row("another frame to pixels, median", float(np.median(jumps)), "s", at_least=False),
        Row(f"first frame after start ({len(own)} frames learnt)", first, "s", at_least=False),
    ]


def main() -> None:
    clip = shared_clip(PLATE)
    if clip is not None:
        with tempfile.TemporaryDirectory() as folder:
            print_table(f"preview: {SIZE[0]}×{SIZE[1]} plate, {WIDTH} px wide", rows(clip, Path(folder)))


if __name__ == "__main__":
    main()
