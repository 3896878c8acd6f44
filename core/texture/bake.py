"""A texture baked from a plate, in two passes over the chosen frames.

The first looks at them coarsely and all at once, and finds for each a smooth gain that takes its light to the others',
and what in it isn't the face (a hand, hair, a microphone). The second goes through them one by one at full size: each
texel is the mean of its looks, in linear light, weighted by how well each frame shows it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..clip import Clip
from ..conventions import Array32
from ..errors import InputError
from ..face.model import FaceModel
from ..fit.result import Fit
from ..raster.windows import within
from ..reporting import Reporter
from .agree import Agreement, Stack, agreement
from .choose import chosen_rows
from .layout import Layout, lay_out
from .light import linear, plate_values
from .look import Look, Viewer
from .unseen import completed

SIZE, FRAMES = 2048, 48
COARSE = 256
"""Side of the texture on which frames are compared: K frames take 1 MB each of memory there, at any size."""
ENOUGH = 0.02
"""Weight from which a texel counts as seen, relative to that of one frontal, sharp look."""


@dataclass(frozen=True)
class Baked:
    """A texture in a model's UV layout, first row at v = 1."""

    texture: Array32
    """H×W×3 in the plate's own colour space; an integer plate's full range is 0–1."""
    coverage: Array32
    """H×W, 0–1: how surely a texel was seen; 0 where it is filled in, and off the surface."""
    frames: NDArray[np.int64]
    """Source frames it was baked from."""
    seen: float
    """Share of the surface's texels that frames showed."""


def bake(
    clip: Clip, fit: Fit, model: FaceModel, reporter: Reporter, size: int = SIZE, frames: int = FRAMES
) -> Baked:
    """A size×size texture of the person in `clip`, fitted as `fit` with `model`, from at most so many `frames`.

    Memory doesn't grow with the clip's length. InputError where no frame of the clip shows the face.
    """
    rows = {int(fit.frames[row]): int(row) for row in chosen_rows(model, fit, frames)}
    viewer, coarse = Viewer(model, fit), lay_out(model, COARSE)
    stack, found = _stacked(clip, rows, viewer, coarse, reporter)
    if not (stack.weight > 0).any():
        raise InputError(f"{clip.path}: no frame shows the fitted face; give the footage that the fit was made from")
    agreed = agreement(stack, coarse)
    layout = lay_out(model, size)
    light, weight = _gathered(clip, rows, found, viewer, layout, agreed, reporter)
    coverage = np.clip(weight / ENOUGH, 0, 1)
    whole = completed(model, layout, light, coverage)
    return Baked(
        texture=plate_values(whole, clip),
        coverage=layout.grid(coverage),
        frames=np.array(found, dtype=np.int64),
        seen=float((coverage > 0.5).mean()),
    )


def _looks(
    clip: Clip, rows: dict[int, int], viewer: Viewer, layout: Layout, stage: str, reporter: Reporter
) -> Iterator[tuple[int, Look]]:
    """(source frame, look) of each chosen frame that the clip has."""
    done = 0
    for frame in clip:
        reporter.check()
        row = rows.get(frame.number)
        if row is None:
            continue
        rows_columns = within(viewer.window(row), (0, 0, clip.width, clip.height))
        yield frame.number, viewer.look(linear(frame.pixels[rows_columns], clip), row, layout)
        done += 1
        reporter.progress(stage, done, len(rows))
        if done == len(rows):
            return


def _stacked(
    clip: Clip, rows: dict[int, int], viewer: Viewer, layout: Layout, reporter: Reporter
) -> tuple[Stack, list[int]]:
    """The looks of all chosen frames on the coarse layout, and the frames."""
    lights, weights, found = [], [], []
    for number, look in _looks(clip, rows, viewer, layout, "compare frames", reporter):
        light, weight = np.zeros((len(layout), 3), np.float32), np.zeros(len(layout), np.float32)
        light[look.texel], weight[look.texel] = look.light, look.weight
        lights.append(light)
        weights.append(weight)
        found.append(number)
    shape = (len(found), len(layout))
    return Stack(np.array(lights, np.float32).reshape(*shape, 3), np.array(weights, np.float32).reshape(shape)), found


def _gathered(
    clip: Clip,
    rows: dict[int, int],
    found: list[int],
    viewer: Viewer,
    layout: Layout,
    agreed: Agreement,
    reporter: Reporter,
) -> tuple[Array32, Array32]:
    """Mean light (N×3) and the sum of weights (N) over the frames."""
    total, weights = np.zeros((len(layout), 3), np.float32), np.zeros(len(layout), np.float32)
    for number, look in _looks(clip, rows, viewer, layout, "bake", reporter):
        k = found.index(number)
        field = cv2.resize(np.dstack([agreed.gain[k], agreed.trust[k]]), (layout.size, layout.size))
        field = layout.texels(field)[look.texel]
        weight = look.weight * field[:, 3]
        total[look.texel] += look.light * np.exp(-field[:, :3]) * weight[:, None]
        weights[look.texel] += weight
    return total / np.maximum(weights, 1e-12)[:, None], weights
