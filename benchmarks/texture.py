"""How fast a texture is baked, and how near the one that was planted it comes through video, detector and fit.

`python -m expression_transfer.benchmarks.texture`. The footage is the demo's driver: a rendered person of known
texture, who moves little, so that half of the head is never seen.
"""

import tempfile
import time
from pathlib import Path

import numpy as np

from ..core.clip import Clip, open_clip
from ..core.demo.driver import render_driver
from ..core.face.model import FaceModel
from ..core.face.paint import painted, random_complexion
from ..core.fit.result import Fit
from ..core.heads.registry import load_model
from ..core.pipeline import solve
from ..core.reporting import SilentReporter
from ..core.shot import Footage, Run
from ..core.texture import Baked, bake
from ..core.texture.layout import lay_out
from .table import Row, print_table

SIZES = (1024, 2048)
FRAMES = (12, 48)
SEED = 5
"""Of the driver's complexion."""
SEEN = 0.9


def main() -> None:
    """Render, solve, bake."""
    model, quiet = load_model("builtin"), SilentReporter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "driver.mp4"
        render_driver(path, model, SEED)
        fit = solve(Footage(path), Path(folder), Run(quiet)).fit
        clip = open_clip(path)
        rows = [row for size in SIZES for row in rate_rows(clip, fit, model, size)]
    print_table(f"texture: {clip.width}×{clip.height}, {len(fit)} frames, decoding included", rows)


def rate_rows(clip: Clip, fit: Fit, model: FaceModel, size: int) -> list[Row]:
    """What a frame costs, and what the whole does with the usual number of them."""
    (few, _), (many, baked) = (timed(clip, fit, model, size, frames) for frames in FRAMES)
    rate = (FRAMES[1] - FRAMES[0]) / (many - few)
    return [
        Row(f"{size} px, each further frame (both passes)", rate, "fps"),
        Row(f"{size} px, {FRAMES[1]} frames in all", many, "s"),
        Row("  of the surface seen", 100 * baked.seen, "%"),
        Row("  difference to the planted one on the skin, RMS of the colour", 100 * difference(baked, model), "%"),
    ]


def difference(baked: Baked, model: FaceModel) -> float:
    """Root mean square, display-encoded 0–1, on skin that was seen, after one gain per channel (the driver is lit)."""
    truth = painted(model, random_complexion(np.random.default_rng(SEED)), len(baked.texture))
    layout = lay_out(model, len(baked.texture))
    skin = (np.array(model.parts) == "skin")[model.part[layout.triangle]] & (layout.texels(baked.coverage) > SEEN)
    found, known = (layout.texels(values)[skin] for values in (baked.texture, truth))
    gain = np.median(known / np.maximum(found, 1e-3), axis=0)
    return float(np.sqrt(np.mean((gain * found - known) ** 2)))


def timed(clip: Clip, fit: Fit, model: FaceModel, size: int, frames: int) -> tuple[float, Baked]:
    begun = time.perf_counter()
    baked = bake(clip, fit, model, SilentReporter(), size, frames)
    return time.perf_counter() - begun, baked


if __name__ == "__main__":
    main()
