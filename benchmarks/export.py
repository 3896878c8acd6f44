"""Files a second of layers as OpenEXR at 1080p: `python -m … benchmarks.export`.

A rendered demo plate is scaled so that its face's box is about 600×640 px in a 1920×1080 frame, solved and made to
smile. Measured on its frames: writing alone, of frames that were made before, from as many threads as the product uses;
and the whole of `export exr`, which makes each frame again and writes it in parallel. Half floats are what a plate in
half floats is written as; 8- and 16-bit plates are written as float32. The peer for writing is the OpenEXR module.
On two free cores, 3 frames a second are 2/3 s of CPU time a frame.
"""

import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import OpenEXR

from ..cli import main as command
from ..core.clip import VideoWriter, open_clip
from ..core.clip.exr import Channels, Placed, write_exr
from ..core.demo.driver import render_driver
from ..core.facs.performance import Performance
from ..core.facs.tables import UNITS
from ..core.hand_off.exr import LAYERS, RESULT
from ..core.heads.registry import load_model
from ..core.recomposite import THREADS
from ..core.reporting import SilentReporter
from .table import Row, print_table

SIZE, FACE, FRAMES = (1920, 1080), 0.62, 24
"""px of the plate, what of its height the demo's picture takes, and frames."""
BAR = 3.0
"""Frames a second, the issue's."""


def plate(folder: Path) -> Path:
    """The demo's driver on a 1080p frame."""
    driver, path = folder / "driver.mp4", folder / "plate.mp4"
    render_driver(driver, load_model("builtin"), reporter=SilentReporter())
    with VideoWriter(path, *SIZE, open_clip(driver).fps) as movie:
        for frame in open_clip(driver, end=FRAMES):
            scale = FACE * SIZE[1] / frame.pixels.shape[0]
            shift = [SIZE[axis] / 2 - scale * frame.pixels.shape[1 - axis] / 2 for axis in (0, 1)]
            matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
            movie.write(cv2.warpAffine(frame.pixels, matrix, SIZE, borderMode=cv2.BORDER_REPLICATE))
    return path


def run(*words: object) -> None:
    command([str(word) for word in words], SilentReporter())


def smiling(solve: Path, path: Path) -> Path:
    own = Performance.load(solve / "performance.npz")
    units = own.units.copy()
    units[:, [UNITS.index(name) for name in ("AU12_L", "AU12_R", "AU26")]] += 0.5
    replace(own, units=units).save(path)
    return path


def read(path: Path) -> tuple[Channels, Placed]:
    with OpenEXR.File(str(path), separate_channels=True) as file:
        header = file.header()
        (left, top), (_, _) = header["dataWindow"]
        width, height = (int(side) + 1 for side in header["displayWindow"][1])
        return {name: np.array(c.pixels) for name, c in file.channels().items()}, Placed(
            int(left), int(top), width, height
        )


@dataclass(frozen=True)
class Pace:
    rate: float
    """Frames a second by the clock."""
    work: float
    """CPU seconds a frame, which other work on the machine changes little."""


def pace(write: Callable[[], Any], frames: int) -> Pace:
    begun, worked = time.perf_counter(), time.process_time()
    write()
    return Pace(frames / (time.perf_counter() - begun), (time.process_time() - worked) / frames)


def in_threads(write: Callable[[int], Any], threads: int) -> Callable[[], None]:
    def all_frames() -> None:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(write, range(FRAMES)))

    return all_frames


def by_openexr(path: Path, channels: Channels) -> None:
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, dict(channels)).write(str(path))


def rows(scratch: Path) -> list[Row]:
    solve, made, out = scratch / "solve", scratch / "made", scratch / "out"
    run("solve", plate(scratch), "-o", solve)
    run("composite", smiling(solve, scratch / "acting.npz"), solve, "-o", made, "--mode", "edit")
    whole = pace(lambda: run("export", "exr", made, "-o", out), FRAMES)
    picture, full = read(out / f"{RESULT}.0006.exr")
    layers, placed = read(out / f"{LAYERS}.0006.exr")
    half = {name: plane.astype(np.float16) for name, plane in picture.items()}
    layers = {name: plane[:640, :600] for name, plane in layers.items()}  # the window

    def both(colour: Channels) -> Callable[[int], None]:
        def write(k: int) -> None:
            write_exr(scratch / f"{RESULT}.{k}.exr", colour, full, {})
            write_exr(scratch / f"{LAYERS}.{k}.exr", layers, placed, {})

        return write

    def peer(k: int) -> None:
        by_openexr(scratch / f"peer.{RESULT}.{k}.exr", half)
        by_openexr(scratch / f"peer.{LAYERS}.{k}.exr", layers)

    names = f"result and plate whole, {len(layers)} channels in 600×640"
    halves, floats = (pace(in_threads(both(colour), THREADS), FRAMES) for colour in (half, picture))
    peers = pace(in_threads(peer, 1), FRAMES)
    sizes = {name: (scratch / f"{name}.0.exr").stat().st_size / 1e6 for name in (RESULT, LAYERS)}
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    return [
        Row(f"writing, {names}, half plate", halves.rate, "frames/s", BAR, peer=f"OpenEXR module: {peers.rate:.2g}"),
        Row("  CPU time of it", halves.work, "s/frame", 2 / BAR, at_least=False, peer=f"{peers.work:.2g}"),
        Row("the same, 8-bit plate as float32", floats.rate, "frames/s", BAR),
        Row("  CPU time of it", floats.work, "s/frame", 2 / BAR, at_least=False),
        Row("export exr: made again and written, 8-bit plate", whole.rate, "frames/s"),
        Row("  CPU time of it", whole.work, "s/frame"),
        Row("result.####.exr of the 8-bit plate", sizes[RESULT], "MB"),
        Row("layers.####.exr", sizes[LAYERS], "MB"),
        Row("load of the machine, of its cores", load),
    ]


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        print_table(f"Export: layers as OpenEXR at 1080p, {THREADS} threads", rows(Path(scratch)))


if __name__ == "__main__":
    main()
