"""Memory and speed of a long shot's solve: a solved clip's landmarks and faces, repeated to many times its length."""

import resource
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, replace
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ..core.encoder.faces import HEADER, Faces, open_faces, write_header
from ..core.encoder.networks import open_expression
from ..core.encoder.predict import predict
from ..core.fit.solve import solve_shot
from ..core.heads.registry import load_model
from ..core.landmarks.track import LandmarkTrack
from ..core.reporting import SilentReporter
from .table import Row

FRAMES = 10_000


@dataclass(frozen=True)
class Solving:
    frames: int
    fps: float
    peak_kb: float
    curves_kb: float
    """Per frame: what is held of it to the end."""


def long_rows(solved: Path) -> list[Row]:
    """`solved`: a folder of `solve`. Reading and solving alone, a process for each length."""
    once, many = (in_a_process(solved, frames) for frames in (1, FRAMES))
    growth = (many.peak_kb - once.peak_kb) / (many.frames - once.frames)
    held = f"landmarks, readings and fit {many.curves_kb:.1f} KB per frame"
    return [
        Row(f"read and fit {many.frames} frames", many.fps, "fps", 400),
        Row("  peak memory", many.peak_kb / 1024, "MB", 1536, at_least=False),
        Row(f"  growth from {once.frames} frames : curves", growth / many.curves_kb, "×", 2, at_least=False, peer=held),
    ]


def in_a_process(solved: Path, frames: int) -> Solving:
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as process:
        return process.submit(solve_repeated, solved, frames).result()


def solve_repeated(solved: Path, frames: int) -> Solving:
    """Solve the folder's clip, as often in a row as makes at least so many frames."""
    track = LandmarkTrack.load(solved / "landmarks.npz")
    times = -(-frames // len(track))
    track = repeated(track, times)
    count = len(track)
    track = replace(track, frames=np.arange(count), times=np.arange(count) / track.fps)
    model, network = load_model("builtin", SilentReporter()), open_expression("cpu")
    with TemporaryDirectory() as folder:
        faces = repeated_faces(open_faces(solved / "faces.npy"), times, Path(folder) / "faces.npy")
        begun = time.perf_counter()
        evidence = predict(network, faces, track)
        fit = solve_shot(track, model, SilentReporter(), evidence=evidence)
        seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    held = sum(size(value) for value in (track, evidence, fit)) / 1024
    return Solving(count, count / seconds, peak, held / count)


def repeated_faces(faces: Faces, times: int, path: Path) -> Faces:
    """The same in a row so many times, written to `path`."""
    with path.open("wb") as stream:
        stream.seek(HEADER)
        for _ in range(times):
            stream.write(faces.rows(range(len(faces))).tobytes())
        write_header(stream, times * len(faces))
    return open_faces(path)


def repeated(value: Any, times: int) -> Any:
    """A dataclass whose arrays have a row per frame, with these in a row so many times."""
    return replace(value, **{name: np.concatenate([array] * times) for name, array in arrays(value).items()})


def size(value: Any) -> int:
    """Bytes of a dataclass' arrays."""
    return sum(array.nbytes for array in arrays(value).values())


def arrays(value: Any) -> dict[str, np.ndarray[Any, Any]]:
    found = {field.name: getattr(value, field.name) for field in fields(value)}
    return {name: array for name, array in found.items() if isinstance(array, np.ndarray)}
