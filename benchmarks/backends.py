"""How far a shot solved from one MediaPipe back end's landmarks agrees with the same shot solved from the other's.

`python -m expression_transfer.benchmarks.backends [CLIP …]`; without clips: the shared clips that nothing is tuned on.
Beside the landmarks' difference stands how far the networks differ from themselves on the mirrored picture: what no
correction from one to the other can undo.
"""

import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from ..core.clip import display, open_clip
from ..core.conventions import Array, Array32
from ..core.facs.convert import arkit_weights
from ..core.facs.tables import ARKIT
from ..core.landmarks.backend import Backend, BackendName, Image, open_backend
from ..core.landmarks.mirror import MIRROR
from ..core.landmarks.places import eye_distance
from ..core.landmarks.region import Region, region_of_mesh
from ..core.landmarks.tasks import TASK_VARIABLE
from ..core.landmarks.track import LandmarkTrack
from ..core.offers import TASK_NAME
from ..core.pipeline import solve
from ..core.reporting import SilentReporter
from ..core.shot import Footage, Run, Solved
from .footage import SHARED, shared_clip
from .scores import CHANNELS, correlation
from .table import Row, print_table

CLIPS = ("d6.mp4", "d12.mp4", "d18.mp4", "d20.mp4", "s18.mp4")
BACKENDS: tuple[BackendName, ...] = ("mediapipe-solutions", "mediapipe-tasks")
FRAMES = 240
"""Of each clip, from its beginning."""
ACTING = 0.2
"""A channel is compared where either curve covers at least this."""
BAR = 0.9
EVERY = 10
"""Frames between two that are looked at in the mirror."""


def main(names: Sequence[str]) -> None:
    """Print a row a clip, and the mean."""
    os.environ.setdefault(TASK_VARIABLE, str(SHARED / "models" / TASK_NAME))
    rows, landmarks = [], []
    for clip in filter(None, map(shared_clip, names or CLIPS)):
        one, other = (solved(clip, backend) for backend in BACKENDS)
        found = agreement(arkit_weights(one.performance), arkit_weights(other.performance))
        rows.append(Row(f"{clip.name}, {len(found)} channels", float(np.mean(found)), bar=BAR))
        mirrored = ", ".join(f"{name.partition('-')[2]} {in_mirror(clip, one.track, name):.2f}" for name in BACKENDS)
        apart = difference(one.track.points, other.track.points)
        landmarks.append(Row(f"{clip.name}, landmarks", apart, "%", peer=f"from itself, mirrored: {mirrored}"))
    if rows:
        rows.append(Row("mean", float(np.mean([row.figure for row in rows])), bar=BAR))
        print_table("two back ends: mean correlation of the acting channels; landmarks apart, % of the eye distance",
                    [*rows, *landmarks])  # fmt: skip


def solved(clip: Path, backend: BackendName) -> Solved:
    with tempfile.TemporaryDirectory() as folder:
        return solve(Footage(clip, end=FRAMES), Path(folder), Run(SilentReporter(), backend=backend))


def agreement(one: Array, other: Array) -> list[float]:
    """Correlation of each acting channel of two solves (T×52 ARKit weights)."""
    acting = np.maximum(np.ptp(one, axis=0), np.ptp(other, axis=0)) >= ACTING
    columns = [ARKIT.index(name) for name in CHANNELS]
    return [correlation(one[:, column], other[:, column]) for column in columns if acting[column]]


def difference(one: Array | Array32, other: Array | Array32) -> float:
    """Mean distance of landmarks (T×478×2 px; NaN where unseen), % of the eye distance."""
    apart = np.linalg.norm(one - other, axis=-1).mean(axis=-1) / eye_distance(one)
    return float(100 * np.nanmean(apart))


def in_mirror(clip: Path, track: LandmarkTrack, name: BackendName) -> float:
    """How far a network's landmarks of a picture and of its mirror image are apart, % of the eye distance."""
    pairs = []
    footage = open_clip(clip, end=FRAMES)
    with closing(open_backend(name, None)) as backend:
        for row, frame in enumerate(footage):
            if row % EVERY == 0 and track.visible[row]:
                seen = seen_twice(backend, display(frame.pixels, footage), region_of_mesh(track.points[row]))
                pairs.append(seen)
    plain, mirrored = np.stack(pairs, axis=1)
    return difference(plain, mirrored)


def seen_twice(backend: Backend, rgb: Image, region: Region) -> Array32:
    """2×478×2 px: landmarks of a region, and those of its mirror image laid back on it."""
    crop = region.crop(rgb, backend.side)
    plain, _ = backend.mesh(crop)
    turned, _ = backend.mesh(np.ascontiguousarray(crop[:, ::-1]))
    back = np.column_stack([1 - turned[:, 0], turned[:, 1:]])[MIRROR]
    return np.stack([region.to_image(points)[:, :2] for points in (plain, back)])


if __name__ == "__main__":
    main(sys.argv[1:])
