"""How far curves solved from real clips agree with MediaPipe's own blendshapes. Agreement, not truth.

`python -m expression_transfer.benchmarks.agreement`. On the channels MediaPipe is good at, where they act at all.
"""

import tempfile
from pathlib import Path

import numpy as np

from ..core.facs.convert import arkit_weights
from ..core.facs.tables import ARKIT
from ..core.pipeline import Footage, Run, solve
from ..core.reporting import SilentReporter
from .footage import shared_clip
from .plumbing import blendshapes
from .scores import correlation
from .table import Row, print_table

CLIPS = ("d0.mp4", "d3.mp4", "d18.mp4", "d20.mp4")
GOOD = ("jawOpen", "mouthSmileLeft", "mouthSmileRight", "eyeBlinkLeft", "eyeBlinkRight", "browInnerUp", "mouthPucker")
ACTING = 0.2
"""Channels that MediaPipe never reads above this in a clip are left out."""


def main() -> None:
    """Print a row a clip, and the mean."""
    rows, residuals = [], []
    for clip in filter(None, map(shared_clip, CLIPS)):
        peer = blendshapes(clip)
        if peer is None:
            return
        with tempfile.TemporaryDirectory() as folder:
            solved = solve(Footage(clip), Path(folder), Run(SilentReporter()))
        weights = arkit_weights(solved.performance)
        names = [name for name in GOOD if peer[name].max() > ACTING]
        agreement = np.mean([correlation(weights[:, ARKIT.index(name)], peer[name]) for name in names])
        rows.append(Row(clip.name, float(agreement)))
        residuals.append(Row(f"{clip.name}, landmark residual", solved.report[RESIDUAL], "% of eye distance"))
    if rows:
        rows.append(Row("mean", float(np.mean([row.figure for row in rows]))))
        print_table("agreement with MediaPipe's blendshapes on real clips (correlation)", [*rows, *residuals])


RESIDUAL = "residual_percent_of_eye_distance"


if __name__ == "__main__":
    main()
