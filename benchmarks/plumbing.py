"""Whether what the demo's driver does comes back through pixels, detector and fit. No claim of accuracy on people.

`python -m expression_transfer.benchmarks.plumbing`. Peer: MediaPipe's own blendshapes (FaceLandmarker), same pixels.
"""

import tempfile
from pathlib import Path

import numpy as np

from ..core.clip import open_clip
from ..core.conventions import Array
from ..core.demo.driver import render_driver
from ..core.demo.script import Scene
from ..core.facs.performance import Performance
from ..core.facs.tables import UNIT_SHAPES, UNITS, arkit_name
from ..core.heads.registry import load_model
from ..core.pipeline import solve
from ..core.reporting import SilentReporter
from ..core.shot import Footage, Run
from .footage import SHARED
from .scores import correlation
from .table import Row, print_table

BARS = {"AU26": "mouth opening", "AU45_L": "blink, left", "AU45_R": "blink, right", "AU12_L": "smile, left",
        "AU12_R": "smile, right"}  # fmt: skip
BAR = 0.9


def main() -> None:
    """Render, solve, compare."""
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "driver.mp4"
        acted = render_driver(clip, load_model("builtin"))
        solved = solve(Footage(clip), Path(folder), Run(SilentReporter())).performance
        peer = blendshapes(clip)
    rows = [_row(unit, what, acted, solved, peer) for unit, what in BARS.items()]
    every = [_row(unit, unit, acted, solved, peer) for unit in UNITS if _truth(unit, acted).max() > 0.25]
    rows.append(Row(f"mean of all {len(every)} acting units", float(np.mean([row.figure for row in every]))))
    print_table("plumbing: correlation with the demo driver's known curves", rows)


def _row(unit: str, what: str, acted: Scene, solved: Performance, peer: dict[str, Array] | None) -> Row:
    truth = _truth(unit, acted)
    said = "" if peer is None else f"MediaPipe {correlation(peer[arkit_name(UNIT_SHAPES[unit])], truth):.3f}"
    return Row(what, correlation(solved.units[:, UNITS.index(unit)], truth), bar=BAR, peer=said)


def _truth(unit: str, acted: Scene) -> Array:
    shape = UNIT_SHAPES[unit]
    return acted.weight(shape) if shape in acted.expressions else np.zeros(len(acted))


def blendshapes(clip: Path, box: tuple[int, int, int, int] | None = None) -> dict[str, Array] | None:
    """MediaPipe's 52 weights (each T; no names where it never finds a face) in video mode, of whole frames or of a box
    (u0, v0, u1, v1 px) of them; None (said) where its bundle is missing.
    """
    task = SHARED / "models" / "face_landmarker.task"
    if not task.is_file():
        print(f"no peer: {task} is missing")
        return None
    import mediapipe  # noqa: PLC0415
    from mediapipe.tasks.python import BaseOptions, vision  # noqa: PLC0415

    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(task)),
        running_mode=vision.RunningMode.VIDEO,
        output_face_blendshapes=True,
    )
    u0, v0, u1, v1 = box or (0, 0, None, None)
    rows: list[dict[str, float]] = []
    with vision.FaceLandmarker.create_from_options(options) as landmarker:
        for frame in open_clip(clip):
            image = mediapipe.Image(
                image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(frame.pixels[v0:v1, u0:u1])
            )
            found = landmarker.detect_for_video(image, round(frame.time * 1000)).face_blendshapes
            rows.append({shape.category_name: shape.score for shape in found[0]} if found else {})
    names = {name for row in rows for name in row}
    return {name: np.array([row.get(name, 0.0) for row in rows]) for name in names}


if __name__ == "__main__":
    main()
