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
from .fill import distance
from .layout import Layout, lay_out
from .light import linear, plate_values
from .look import Look, Viewer, rise
from .skin import beside_face, scalp
from .unseen import completed, is_inside

SIZE, FRAMES = 2048, 48
COARSE = 256
"""Side of the texture on which frames are compared: K frames take 1 MB each of memory there, at any size."""
FLESH = ("skin", "head")
"""Parts that have the skin's hue, lips and lids not always."""
TRUSTED = 0.3, 0.7
"""A look's trust at which it shows nothing of the face, and all: many frames' doubtful looks make no sure one."""
FEATHER = 0.004, 0.025
"""Of the texture's side: how far inside what was seen the filling begins, beside small gaps and beside large ones."""


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


def bake(clip: Clip, fit: Fit, model: FaceModel, reporter: Reporter, size: int = SIZE, frames: int = FRAMES) -> Baked:
    """A size×size texture of the person in `clip`, fitted as `fit` with `model`, from at most so many `frames`.

    Memory doesn't grow with the clip's length. InputError where no frame of the clip shows the face.
    """
    rows = {int(fit.frames[row]): int(row) for row in chosen_rows(model, fit, frames)}
    viewer, coarse = Viewer(model, fit), lay_out(model, COARSE)
    stack, found = _stacked(clip, rows, viewer, model, coarse, reporter)
    if not found:
        span = f"{fit.frames[0]}–{fit.frames[-1]}"
        raise InputError(
            f"{clip.path}: has none of the frames {span} in which the fit saw a face; give what was fitted"
        )
    if not (stack.weight > 0).any():
        raise InputError(f"{clip.path}: no frame shows enough of the face to bake a texture; give other frames")
    agreed = agreement(stack, coarse)
    layout = lay_out(model, size)
    light, sure = _gathered(clip, rows, found, viewer, layout, agreed, reporter)
    coverage = _feathered(layout, sure, ~is_inside(model)[layout.triangle])
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
    clip: Clip, rows: dict[int, int], viewer: Viewer, model: FaceModel, layout: Layout, reporter: Reporter
) -> tuple[Stack, list[int]]:
    """The looks of all chosen frames on the coarse layout, and the frames."""
    planes, found = [], []
    for number, look in _looks(clip, rows, viewer, layout, "compare frames", reporter):
        plane = np.zeros((len(layout), 5), np.float32)
        plane[look.texel] = np.column_stack([look.light, look.weight, look.rim])
        planes.append(plane)
        found.append(number)
    stacked = np.array(planes, np.float32).reshape(len(found), len(layout), 5)
    return Stack(stacked[..., :3], stacked[..., 3], stacked[..., 4], *_regions(model, layout)), found


def _regions(model: FaceModel, layout: Layout) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """N, twice: skin that isn't scalp, and what lies beside the face."""
    flesh = np.isin(np.array(model.parts), FLESH)[model.part][layout.triangle]
    where = np.column_stack([scalp(model)[:, 0], beside_face(model)])
    hairy, beside = (layout.attributes(where, model.triangles, np.arange(len(layout))) > 0.5).T
    return flesh & ~hairy, beside


def _gathered(
    clip: Clip,
    rows: dict[int, int],
    found: list[int],
    viewer: Viewer,
    layout: Layout,
    agreed: Agreement,
    reporter: Reporter,
) -> tuple[Array32, Array32]:
    """Mean light of the texels (N×3), and how surely they were seen (N, 0–1)."""
    total, weights, sure = (np.zeros((len(layout), *more), np.float32) for more in ((3,), (), ()))
    for number, look in _looks(clip, rows, viewer, layout, "bake", reporter):
        k = found.index(number)
        field = cv2.resize(np.dstack([agreed.gain[k], agreed.trust[k]]), (layout.size, layout.size))
        field = layout.texels(field)[look.texel]
        weight = look.weight * field[:, 3]
        total[look.texel] += look.light * np.exp(-field[:, :3]) * weight[:, None]
        weights[look.texel] += weight
        sure[look.texel] += look.sure * rise(field[:, 3], TRUSTED)
    return total / np.maximum(weights, 1e-12)[:, None], np.minimum(sure, 1)


def _feathered(layout: Layout, sure: Array32, skin: NDArray[np.bool_]) -> Array32:
    """N, 0–1: as sure, but falling to 0 softly towards what wasn't seen: over a little towards small gaps (between
    the lids), on `skin` (N) over more towards what is all hidden.
    """
    on = layout.grid(np.ones(len(layout), dtype=np.float32)) > 0
    unseen = (layout.grid(sure) < 0.5) & on  # an island's own border is no limit of what was seen
    large = distance(unseen & (layout.grid(skin.astype(np.float32)) > 0)) > FEATHER[1]
    little, more = rise(distance(~unseen), (0, FEATHER[0])), rise(distance(~large), (FEATHER[1], 2 * FEATHER[1]))
    return np.asarray(sure * layout.texels(little) * np.where(skin, layout.texels(more), 1), dtype=np.float32)
