"""Whether a transfer's result is as steady as its plate, and whether none at all and hardly any change nothing."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import cv2
import numpy as np

from ..core.clip import open_clip
from ..core.conventions import Array32
from ..core.facs.transfer import Mix, lay, mixed, target_expression
from ..core.flow import warp_error
from ..core.raster.windows import Window, around, within
from ..core.refine.reperform import Reperformer
from ..core.report import unsure
from ..core.reporting import SilentReporter
from ..core.shot import Solved
from .footage import shared_clip
from .real import solved
from .reenact_people import FRAMES, Transferred, transfers
from .reenact_scores import Picture
from .table import Row, print_table

TARGETS = ("s18.mp4", "s20.mp4")
"""Clips: a still has no flicker of its own to be compared with."""
FACTOR, ADDED = 1.15, 0.5
"""How much of the plate's own warp error the result's may be, and code values on top."""
HARDLY = 1e-4
"""Of strength: no pixel may change by more than a code value."""
TRIED = 8
"""Frames of a plate on which hardly any strength is tried."""
BORDER = 16
"""px round the matte, so that flow sees where things come from."""


def main(names: Sequence[str]) -> None:
    """One table for the transfers of `names`, or of all drivers on all plates that move."""
    rows = [row for one in transfers(names, TARGETS) for row in flicker_rows(one)]
    driver, plate = shared_clip("d0.mp4"), shared_clip("s18.mp4")
    if driver is not None and plate is not None:
        rows += strength_rows(solved(driver), solved(plate))
    if rows:
        print_table("flicker: of the result and of its plate", rows)


def flicker_rows(one: Transferred) -> list[Row]:
    """Mean over frames of the root mean square warp error where the plate was changed, code values."""
    errors = np.array(list(_errors(one)))
    own, plate = errors.mean(axis=0)
    worst, of_plate = np.percentile(errors, 99, axis=0)
    peer = f"plate {plate:.2f}; 99th percentile {worst:.2f}, plate's {of_plate:.2f}"
    return [Row(one.name, float(own), "code values", float(FACTOR * plate + ADDED), at_least=False, peer=peer)]


def _errors(one: Transferred) -> Iterator[tuple[float, float]]:
    """The result's and the plate's, between frames next to each other."""
    results, plates = open_clip(one.folder / "frames"), open_clip(one.target, end=FRAMES)
    mattes = open_clip(one.folder / "matte")
    frames = zip(results, plates, mattes, strict=True)
    for (result, plate, matte), (next_result, next_plate, _) in pairwise(frames):
        mask = (matte.pixels[..., 0] > 0).astype(np.float32)
        if mask.any():
            yield (
                rms_warp_error(result.pixels, next_result.pixels, mask),
                rms_warp_error(plate.pixels, next_plate.pixels, mask),
            )


def rms_warp_error(one: Picture, other: Picture, mask: Array32) -> float:
    """Code values, root mean square over colours and mask (H×W), of successive frames."""
    whole: Window = (0, 0, mask.shape[1], mask.shape[0])
    found = cv2.findNonZero((mask > 0).astype(np.uint8))[:, 0]
    cut = within(around(found.astype(np.float64), BORDER, whole), whole)
    first, second = (np.ascontiguousarray(picture[cut]) for picture in (one, other))
    return float(np.sqrt(warp_error(first, second, mask[cut]) / 3))


def strength_rows(driver: Solved, plate: Solved) -> list[Row]:
    """The largest change of any code value at no strength and at hardly any."""
    said = f"{driver.clip.path.stem} → {plate.clip.path.stem}, {TRIED} frames"
    return [
        Row(f"strength {strength:g} changes a pixel by at most", largest_change(driver, plate, strength), "code values",
            bar, at_least=False, peer=said)
        for strength, bar in ((0.0, 0.0), (HARDLY, 1.0))
    ]  # fmt: skip


def largest_change(driver: Solved, plate: Solved, strength: float) -> float:
    """Of a transfer at a strength."""
    laid = lay(driver.performance, plate.performance, lost=unsure(plate.fit))
    wanted = mixed(plate.performance, laid, Mix(strength=strength))
    expression = target_expression(plate.fit, plate.neutral, plate.performance, wanted)
    performer = Reperformer(plate.model, plate.fit, plate.track)
    performer.learn(plate.clip, SilentReporter())
    seen = np.flatnonzero(plate.fit.visible & ~laid.missing)
    worst = 0
    for row in np.unique(np.linspace(0, len(seen) - 1, TRIED).astype(int)):
        pixels = plate.clip.read(int(plate.fit.frames[seen[row]])).pixels
        made = performer.frame(int(seen[row]), pixels, expression[seen[row]], wanted.gaze[seen[row]]).pixels
        worst = max(worst, int(np.abs(made.astype(np.int64) - pixels).max()))
    return float(worst)
