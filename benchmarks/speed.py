"""Frames per second and peak memory of the command line, a fresh process for each figure.

`python -m expression_transfer.benchmarks.speed`. The rates are of this machine; the bars are for 2 cores.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.clip import open_clip
from ..core.encoder.alignment import align
from ..core.encoder.networks import LAYOUT, Mean, open_expression, open_identity
from ..core.encoder.predict import BATCH
from ..core.encoder.shape_free import ShapeFree
from ..core.landmarks.track import LandmarkTrack
from .footage import SHARED, shared_clip
from .long_shot import long_rows
from .table import Row, print_table

TASK = SHARED / "models" / "face_landmarker.task"
ICT = SHARED / "models" / "ICT-FaceKit-master.zip"
LONG, SHORT, LONGER = "d6.mp4", 250, 1000
"""1,008 frames of one face; memory is compared at two lengths of it."""
PICTURES = 300
"""Frames on which the peers and the encoder alone are timed."""

Picture = NDArray[Any]


@dataclass(frozen=True)
class Run:
    seconds: float
    peak_mb: float
    stages: dict[str, dict[str, float]]

    def fps(self, stage: str) -> float:
        return self.stages[stage]["fps"]


def command(*arguments: str, folder: Path) -> Run:
    """Run the command line in a process of its own, start-up included."""
    argv = [sys.executable, "-c", "import sys; from expression_transfer.cli import main; sys.exit(main())"]
    begun = time.perf_counter()
    process = subprocess.Popen([*argv, *arguments, "-o", str(folder)], stderr=subprocess.DEVNULL)  # noqa: S603  ours
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    if status != 0:
        raise SystemExit(f"{' '.join(arguments)}: exit status {os.waitstatus_to_exitcode(status)}")
    return Run(seconds, usage.ru_maxrss / 1024, json.loads((folder / "timing.json").read_text()))


def solve_rows(clip: Path, scratch: Path) -> list[Row]:
    whole = command("solve", str(clip), folder=scratch / "whole")
    short = command("solve", str(clip), "--end", str(SHORT), folder=scratch / "short")
    longer = command("solve", str(clip), "--end", str(LONGER), folder=scratch / "long")
    frames = int(whole.stages["detect"]["frames"])
    pictures = [frame.pixels for frame in open_clip(clip, end=PICTURES)]
    mesh = f"MediaPipe FaceMesh alone {facemesh_fps(pictures):.0f}"
    return [
        Row(f"solve {clip.name}, {frames} frames, end to end", frames / whole.seconds, "fps", 60, peer=mesh),
        Row("  detect and take textures (decoding included)", whole.fps("detect"), "fps", peer=mesh),
        Row("  read expression", whole.fps("read expression"), "fps"),
        Row("  fit", whole.fps("fit"), "fps", 400),
        Row("  write curves, report, plot", whole.fps("write curves"), "fps"),
        *landmarker_rows(frames / whole.seconds, pictures),
        *encoder_rows(pictures, LandmarkTrack.load(scratch / "whole" / "landmarks.npz")),
        Row(f"peak memory at {SHORT} frames", short.peak_mb, "MB", 1536, at_least=False),
        Row(f"peak memory at {LONGER} frames", longer.peak_mb, "MB", 1536, at_least=False),
        *long_rows(scratch / "whole"),
    ]


def landmarker_rows(fps: float, pictures: list[Picture]) -> list[Row]:
    """The command line against the task that gives blendshapes."""
    if not TASK.exists():
        print(f"skipped: {TASK} is missing")
        return []
    peer = landmarker_fps(pictures)
    named = f"FaceLandmarker with blendshapes {peer:.0f} fps, decoding and start left out"
    return [Row("  end to end : FaceLandmarker", fps / peer, "×", 1.0, peer=named)]


def encoder_rows(pictures: list[Picture], track: LandmarkTrack) -> list[Row]:
    """CPU time of one thread per face; the follower asks for the identity in every tenth frame or so."""
    shape_free, identity, expression = ShapeFree.load(LAYOUT), open_identity("cpu"), open_expression("cpu")
    rows = np.flatnonzero(track.visible[: len(pictures)])
    points = np.dstack([track.points, track.depth])[rows]
    taken, textures = timed(
        lambda: np.stack([shape_free.texture(pictures[row], seen) for row, seen in zip(rows, points, strict=True)])
    )
    fronts = align(points).front(points)
    mean = Mean(textures.mean(axis=0, dtype=np.float32), fronts.mean(axis=0))
    told, _ = timed(lambda: [identity(textures[k : k + 1], fronts[k : k + 1]) for k in range(len(rows))])
    starts = range(0, len(rows), BATCH)
    read, _ = timed(lambda: [expression(textures[k : k + BATCH], fronts[k : k + BATCH], mean) for k in starts])
    parts = {"texture": taken, "identity": told, "expression": read}
    each = {name: 1000 * seconds / len(rows) for name, seconds in parts.items()}
    whole = Row("  encoder on one core, in every frame", sum(each.values()), "ms per face", 2.5, at_least=False)
    return [whole, *(Row(f"    {name}", value, "ms per face", at_least=False) for name, value in each.items())]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of this thread, the second time round; what came out."""
    work()
    begun = time.thread_time()
    found = work()
    return time.thread_time() - begun, found


def ict_rows(clip: Path, ict: Path, scratch: Path) -> list[Row]:
    """The whole-shot solve with ICT's 100 + 53 components, in a process of its own; the head is made ready before."""
    command("solve", str(clip), "--end", "2", "--model", str(ict), folder=scratch / "ready")
    short = command("solve", str(clip), "--end", str(SHORT), "--model", str(ict), folder=scratch / "ict short")
    longer = command("solve", str(clip), "--end", str(LONGER), "--model", str(ict), folder=scratch / "ict long")
    growth = 1024 * (longer.peak_mb - short.peak_mb) / (LONGER - SHORT)
    return [
        Row(f"fit with ICT, {LONGER} frames, without detection", longer.fps("fit"), "fps", 150),
        Row(f"  peak memory at {SHORT} frames", short.peak_mb, "MB"),
        Row(f"  peak memory at {LONGER} frames", longer.peak_mb, "MB"),
        Row("  growth", growth, "KB per frame", 150, at_least=False),
    ]


def transfer_rows(source: Path, plate: Path, scratch: Path) -> list[Row]:
    geometry = command("transfer", str(source), str(plate), "--end", "60", folder=scratch / "geometry")
    tps = command("transfer", str(source), str(plate), "--end", "60", "--method", "tps", folder=scratch / "tps")
    rows = []
    for stage in ("learn the plate", "composite"):
        peer = f"thin-plate spline {tps.fps(stage):.3g}"
        rows.append(Row(f"  {stage}", geometry.fps(stage), "fps", peer=peer))
    frames = geometry.stages["composite"]["frames"]
    title = f"transfer {source.name} → {plate.name}, {frames:.0f} frames, both clips solved, end to end"
    whole = Row(title, frames / geometry.seconds, "fps", peer=f"thin-plate spline {frames / tps.seconds:.3g}")
    return [whole, *rows, Row("  peak memory", geometry.peak_mb, "MB")]


def facemesh_fps(pictures: list[Picture]) -> float:
    """MediaPipe's own FaceMesh (tracking, irises) on decoded frames, start-up and decoding left out."""
    import mediapipe  # noqa: PLC0415  a second, only where it is measured

    with mediapipe.solutions.face_mesh.FaceMesh(refine_landmarks=True) as mesh:
        return rate(mesh.process, pictures)


def landmarker_fps(pictures: list[Picture]) -> float:
    """MediaPipe's FaceLandmarker with blendshapes, tracking, on decoded frames, start-up and decoding left out."""
    import mediapipe  # noqa: PLC0415

    tasks, clock = mediapipe.tasks, iter(range(0, 33 * (len(pictures) + 2), 33))
    options = tasks.vision.FaceLandmarkerOptions(
        base_options=tasks.BaseOptions(model_asset_path=str(TASK)),
        running_mode=tasks.vision.RunningMode.VIDEO,
        output_face_blendshapes=True,
    )
    with tasks.vision.FaceLandmarker.create_from_options(options) as landmarker:

        def look(picture: Picture) -> Any:
            image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(picture))
            return landmarker.detect_for_video(image, next(clock))

        return rate(look, pictures)


def rate(look: Callable[[Picture], Any], pictures: list[Picture]) -> float:
    """Pictures a second."""
    look(pictures[0])
    begun = time.perf_counter()
    for picture in pictures:
        look(picture)
    return len(pictures) / (time.perf_counter() - begun)


def main() -> None:
    """Print the tables that the footage at hand allows."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        long = shared_clip(LONG)
        if long is not None:
            print_table("speed: solve", solve_rows(long, scratch))
            if ICT.exists():
                print_table("speed: solve with ICT-FaceKit", ict_rows(long, ICT, scratch))
            else:
                print(f"skipped: {ICT} is missing")
        source, plate = shared_clip("d0.mp4"), shared_clip("s18.mp4")
        if source is not None and plate is not None:
            print_table("speed: transfer", transfer_rows(source, plate, scratch))


if __name__ == "__main__":
    main()
