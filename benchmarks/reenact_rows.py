"""What is compared: each way of making a frame from another frame's picture and the wanted curves.

A further stage is one more entry of `ROWS`, a function of a `Shot` and an `Ask`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..core.clip.footage import Pixels
from ..core.conventions import Array
from ..core.facs.transfer import target_expression
from ..core.landmarks.places import EYES, MOUTH
from ..core.raster.windows import around
from ..core.refine import tps
from ..core.refine.aperture import opening, rims
from ..core.refine.composite import composite
from ..core.refine.geometry import PlateGeometry
from ..core.refine.patch import Patch
from ..core.refine.perform import skin_map, warped
from ..core.refine.reperform import ALL, Reperformer
from ..core.reporting import SilentReporter
from ..core.shot import Solved
from ..core.still import taken
from .reenact_pairs import Pair, barred, without


@dataclass(frozen=True)
class Ask:
    """One frame to be made."""

    row: int
    """Of the plate."""
    pixels: Pixels
    expression: Array
    """E: the weights that the wanted curves ask of the plate's fit."""
    gaze: Array
    """2×2 rad."""
    fitted: Array
    """E: the wanted frame's own weights, which curves do not tell whole."""
    offsets: Array
    """478×2, in eye distances: what the detected landmarks do from the plate's frame to the wanted one."""
    speed: Array
    """E weights a frame: how fast the wanted expression changes in its own clip, by the curves."""


@dataclass(frozen=True)
class Shot:
    """A solved shot, ready to be re-performed."""

    performer: Reperformer
    """Has learnt all but the wanted passage."""
    spline: Reperformer
    geometry: PlateGeometry


Maker = Callable[[Shot, Ask], Pixels]


def unchanged(shot: Shot, ask: Ask) -> Pixels:
    del shot
    return ask.pixels


def spline(shot: Shot, ask: Ask) -> Pixels:
    """The field's classic, asked by the same curves as all others: they move the landmarks (composite --method tps)."""
    return shot.spline.frame(ask.row, ask.pixels, ask.expression, ask.gaze).pixels


def spline_by_landmarks(shot: Shot, ask: Ask) -> Pixels:
    """The same, told where the wanted frame's own landmarks were detected: more than any curves tell."""
    return shot.spline.frame(ask.row, ask.pixels, ask.fitted, ask.gaze, offsets=ask.offsets).pixels


def warp(shot: Shot, ask: Ask) -> Pixels:
    """The skin's backward map and nothing else: mouth and eyes show what is stretched over them."""
    motion = shot.geometry.motion(ask.row, ask.expression, ask.gaze)
    if motion.reach == 0:
        return ask.pixels
    frame = (0, 0, ask.pixels.shape[1], ask.pixels.shape[0])
    window = around(np.concatenate([motion.old, motion.new]), motion.skirt + 2, frame)
    holes = np.zeros((window[3] - window[1], window[2] - window[0]), dtype=np.bool_)
    for aperture in (MOUTH, *(eye.aperture for eye in EYES)):
        holes |= opening(rims(motion.new_landmarks, aperture), window) > 0
    plate = Patch.of(ask.pixels, motion.old_landmarks, window)
    layers = warped(plate, skin_map(motion, shot.geometry.triangles, window, frame, holes))
    return composite(ask.pixels, layers.pixels, layers.matte, window)


def whole(shot: Shot, ask: Ask) -> Pixels:
    """What the product makes."""
    return shot.performer.frame(ask.row, ask.pixels, ask.expression, ask.gaze, speed=ask.speed).pixels


def leaving_out(**stages: bool) -> Maker:
    """What the product makes without some of its stages (Stages' fields)."""
    left = replace(ALL, **stages)

    def make(shot: Shot, ask: Ask) -> Pixels:
        at_work = shot.performer.at_work(left)
        return at_work.frame(ask.row, ask.pixels, ask.expression, ask.gaze, speed=ask.speed).pixels

    return make


def whole_as_fitted(shot: Shot, ask: Ask) -> Pixels:
    """The same, asked for by the fit's weights: what the way through curves costs."""
    return shot.performer.frame(ask.row, ask.pixels, ask.fitted, ask.gaze, speed=ask.speed).pixels


ROWS: dict[str, Maker] = {
    "unchanged plate": unchanged,
    "thin-plate spline": spline,
    "geometry warp": warp,
    "+ fill": leaving_out(refiner=False),
    "+ refiner": whole,
}
"""In the order of the stages: each is judged against all before it."""
ASIDE: dict[str, Maker] = {
    "(without wrinkles)": leaving_out(wrinkles=False),
    "(without motion blur)": leaving_out(motion_blur=False),
    "(without occlusion)": leaving_out(occlusion=False),
    "(+ refiner, as fitted)": whole_as_fitted,
    "(spline, true landmarks)": spline_by_landmarks,
}
"""For diagnosis, without a stage or with what no curves tell: gains over them are printed and not judged."""


def asks(solved: Solved, pairs: Sequence[Pair], frames: Sequence[Pixels]) -> list[Ask]:
    """`frames`: the clip's, by row."""
    plates, wanted = ([getattr(pair, name) for pair in pairs] for name in ("plate", "wanted"))
    last = len(solved.fit) - 1
    before, after = ([min(max(row + step, 0), last) for row in wanted] for step in (-1, 1))
    here, own = taken(solved.fit, np.array(plates)), taken(solved.performance, np.array(plates))

    def asked(rows: Sequence[int]) -> tuple[Array, Array]:
        acted = replace(own, units=solved.performance.units[rows], gaze=solved.performance.gaze[rows])
        return target_expression(here, solved.neutral, own, acted), acted.gaze

    (expression, gaze), (earlier, _), (later, _) = asked(wanted), asked(before), asked(after)
    offsets = tps.driver_offsets(solved.model, solved.fit, solved.track)
    return [
        Ask(plate, frames[plate], expression[k], gaze[k], solved.fit.expression[row],
            offsets[row] - offsets[plate], (later[k] - earlier[k]) / 2)
        for k, (plate, row) in enumerate(zip(plates, wanted, strict=True))
    ]  # fmt: skip


def shots(solved: Solved) -> Callable[[int], Shot]:
    """The shot without one of its passages, by the passage's number."""
    classic = Reperformer(solved.model, solved.fit, solved.track, "tps")
    geometry = PlateGeometry(solved.model, solved.fit, solved.track)

    def of(passage: int) -> Shot:
        fit = without(solved.fit, barred(solved.fit, passage))
        performer = Reperformer(solved.model, fit, solved.track)
        performer.learn(solved.clip, SilentReporter())
        return Shot(performer, classic, geometry)

    return of


def landmarks_at(solved: Solved) -> Callable[[int], NDArray[np.float64]]:
    """478×2 px of a row, as they are fitted and held to the pixels."""
    return PlateGeometry(solved.model, solved.fit, solved.track).landmarks
