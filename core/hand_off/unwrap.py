"""The plate in texture space for paint work, and what was painted there back on the plate."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np

from ..clip import Frame, SequenceWriter, open_clip
from ..clip.exr import Placed, write_exr
from ..clip.footage import Pixels
from ..conventions import Array32
from ..errors import InputError
from ..job import fingerprint
from ..recomposite import THREADS, all_frames
from ..refine.composite import full_scale
from ..texture.unwrap import Unwrapped, Unwrapper, side_for
from .handed import HandOff
from .header import colour_of, time_of

UNWRAPPED, PAINTED, REWRAPPED = "unwrap", "painted", "rewrapped"
"""How files are called: what is written, what an artist saves beside it, and what becomes of that."""
SUFFIXES = (".exr", ".tif", ".tiff", ".png")
"""Of what an artist saves."""
_HALF = 2.0**-11
"""Relative error of half floats."""


def export_unwrap(hand: HandOff) -> list[Path]:
    """unwrap.####.exr of every frame with a face, RGB in the plate's own values (integers as 0–1) and A where the frame
    shows the surface. The plate as it was shot.
    """
    result, size = hand.result, side_for(hand.result.model, hand.result.fit)
    unwrapper = Unwrapper(result.model, result.fit, size)
    known = result.fit.visible | result.fit.bridged
    paths = {
        row: hand.folder / f"{UNWRAPPED}.{result.fit.frames[row]:04d}.exr" for row in np.flatnonzero(known).tolist()
    }
    made_from = {paths[row]: fingerprint(plate=result.plate.made_from, row=row, size=size) for row in paths}
    good, colours = hand.job.begin(UNWRAPPED, made_from), colour_of(result)

    def task(row: int, frame: Frame) -> None:
        if row not in paths or paths[row] in good:
            return
        seen = unwrapper.unwrap(frame.pixels, row)
        told = {**time_of(result, frame.number), **colours}
        channels = dict(zip("RGBA", np.moveaxis(_as_file(seen, frame.pixels), -1, 0), strict=True))
        write_exr(paths[row], channels, Placed(0, 0, size, size), told)

    _every_frame(hand, UNWRAPPED, task)
    return list(paths.values())


def export_rewrap(hand: HandOff) -> list[Path]:
    """What was painted over unwrap.#### and saved beside it as painted.####.exr, .tif or .png, on the plate:
    rewrapped.#### in the plate's own format. What wasn't painted is the plate, bit for bit. Raises InputError where
    nothing was painted, or at another size.
    """
    result, size = hand.result, side_for(hand.result.model, hand.result.fit)
    painted = {int(number): file for number in result.fit.frames if (file := _painted(hand.folder, int(number)))}
    if not painted:
        raise InputError(f"{hand.folder}: holds no painted.####.exr, .tif or .png; save what you paint over"
                         " unwrap.####.exr (export unwrap) under that name")  # fmt: skip
    unwrapper = Unwrapper(result.model, result.fit, size)
    writer = SequenceWriter(hand.folder, REWRAPPED, like=result.clip)
    made_from = {writer.path(int(number)): fingerprint(plate=result.plate.made_from, row=row, size=size,
                                                       painted=painted.get(int(number)))
                 for row, number in enumerate(result.fit.frames)}  # fmt: skip
    good = hand.job.begin(REWRAPPED, made_from)

    def task(row: int, frame: Frame) -> None:
        if writer.path(frame.number) in good:
            return
        pixels = frame.pixels
        if frame.number in painted:
            seen = unwrapper.unwrap(pixels, row)
            pixels = unwrapper.rewrap(pixels, paint_in(painted[frame.number], seen, pixels), row)
        writer.write(frame.number, pixels)

    _every_frame(hand, REWRAPPED, task)
    return list(made_from)


def paint_in(file: Path, seen: Unwrapped, plate: Pixels) -> Array32:
    """size×size×3, in the plate's values: what was changed of an unwrapped frame, as far as it was seen. What the
    file's own rounding may have changed counts for nothing. Raises InputError where it has another size.
    """
    clip = open_clip(file)
    saved = clip.read(clip.first).pixels[..., :3]
    before = seen.pixels / np.float32(full_scale(plate.dtype))
    if saved.shape != before.shape:
        raise InputError(f"{file}: is {saved.shape[1]}×{saved.shape[0]}, but the unwrapped frames are "
                         f"{len(before)}×{len(before)}; paint at that size")  # fmt: skip
    values = saved.astype(np.float32) / np.float32(full_scale(saved.dtype))
    rounding = {"uint8": 0.51 / 255, "uint16": 0.51 / 65535, "float16": _HALF * np.abs(before)}
    change = values - before
    changed = np.any(np.abs(change) > rounding.get(str(saved.dtype), 0), axis=-1) & seen.seen
    return np.asarray(change * changed[..., None] * np.float32(full_scale(plate.dtype)), dtype=np.float32)


def _every_frame(hand: HandOff, stage: str, task: Callable[[int, Frame], None]) -> None:
    """Do a task for every row and frame of the plate, a few at once; stopped where the user wants."""
    with ThreadPoolExecutor(THREADS) as threads:
        waiting: deque[Future[None]] = deque()
        for row, frame in enumerate(all_frames(hand.result.clip, hand.result.fit)):
            hand.run.reporter.check()
            waiting.append(threads.submit(task, row, frame))
            if len(waiting) > THREADS:
                waiting.popleft().result()
            hand.run.reporter.progress(stage, row + 1, len(hand.result.fit))
        for each in waiting:
            each.result()


def _as_file(seen: Unwrapped, plate: Pixels) -> Array32:
    """size×size×4."""
    colours = seen.pixels / np.float32(full_scale(plate.dtype))
    return np.concatenate([colours, seen.seen[..., None].astype(np.float32)], axis=-1)


def _painted(folder: Path, number: int) -> Path | None:
    files = (folder / f"{PAINTED}.{number:04d}{suffix}" for suffix in SUFFIXES)
    return next((file for file in files if file.is_file()), None)
