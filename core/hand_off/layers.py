"""A frame's layers: what a compositor needs to make the result again, or another one."""

import numpy as np

from ..conventions import Array, Array32, stmap_from_pixels
from ..export.inverse import inverse
from ..face.model import FaceModel
from ..fit.result import Fit
from ..raster.guides import MARGIN, Surface, render_guides
from ..raster.windows import Window, around, pixel_centres, within
from ..raster.write import guide_layers
from ..refine.reperform import Reperformed

GUIDES = ("depth.Z", "N.x", "N.y", "N.z", "P.x", "P.y", "P.z", "uv.u", "uv.v")
"""Those of the layers that guides have too."""
NAMES = (
    "matte.Y", "face.Y", "mouth.Y", "eyes.Y", "occlusion.Y", "attention.Y", "confidence.Y", *GUIDES,
    "forward.u", "forward.v", "backward.u", "backward.v", "stmap.u", "stmap.v", "stmap_inverse.u", "stmap_inverse.v",
)  # fmt: skip
"""All layers' channels. docs/exports.md tells what each holds."""


def face_box(model: FaceModel, fit: Fit, row: int, expression: Array, gaze: Array) -> Window:
    """px: the face on the plate, before and after; empty where there is none."""
    frame = (0, 0, fit.camera.width, fit.camera.height)
    if not (fit.visible[row] or fit.bridged[row]):
        return (0, 0, 0, 0)
    shapes = (model.shape(fit.identity, fit.expression[row], fit.gaze[row]),
              model.shape(fit.identity, expression, gaze))  # fmt: skip
    return around(np.concatenate([fit.project(shape, row) for shape in shapes]), MARGIN, frame)


def data_window(box: Window, matte: Array32) -> Window:
    """The face's box, and all that was changed round it."""
    rows, columns = np.flatnonzero(matte.any(axis=1)), np.flatnonzero(matte.any(axis=0))
    if not rows.size:
        return box
    changed = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    if box[0] == box[2]:
        return changed
    return min(box[0], changed[0]), min(box[1], changed[1]), max(box[2], changed[2]), max(box[3], changed[3])


def layers_of(
    made: Reperformed, model: FaceModel, fit: Fit, row: int, expression: Array, gaze: Array, drawn: Surface
) -> tuple[Window, dict[str, Array32]]:
    """The data window and its channels (H×W each), by NAMES' names. Row `row` of `fit` with the expression (E) and gaze
    (2×2 rad) that `made` has; `drawn`: the model's surface.
    """
    box = face_box(model, fit, row, expression, gaze)
    window = data_window(box, made.matte)
    if box[0] == box[2]:
        return window, _faceless(window, fit)
    shape = model.shape(fit.identity, expression, gaze)
    guides = render_guides(model, fit, row, shape, drawn=drawn, window=window)
    place, geometry = within(window, (0, 0, fit.camera.width, fit.camera.height)), guide_layers(guides)
    backward = made.backward[place] - pixel_centres(window)
    forward = inverse(backward, guides.motion)
    mattes = {
        name: getattr(made, name)[place].clip(0, 1) for name in ("matte", "mouth", "eyes", "occlusion", "attention")
    }
    shown = float(fit.confidence[row]) * (1 - made.filled[place]) * ~guides.hidden
    channels = {
        **{f"{name}.Y": values for name, values in mattes.items()},
        "face.Y": guides.mask,
        "confidence.Y": shown * (1 - mattes["attention"]),
        **{name: geometry[name] for name in GUIDES},
        **_maps(backward, forward, window, fit),
    }
    return window, {name: np.asarray(channels[name], dtype=np.float32) for name in NAMES}


def _faceless(window: Window, fit: Fit) -> dict[str, Array32]:
    """No face: nothing moves, nothing is there."""
    still = np.zeros((window[3] - window[1], window[2] - window[0], 2), dtype=np.float32)
    blank = dict.fromkeys(NAMES, still[..., 0])
    return blank | _maps(still, still, window, fit)


def _maps(backward: Array32, forward: Array32, window: Window, fit: Fit) -> dict[str, Array32]:
    """Motion in px, v down; and where to look as Nuke's STMap takes it."""
    maps = {}
    for name, stmap, offsets in (("backward", "stmap", backward), ("forward", "stmap_inverse", forward)):
        there = (pixel_centres(window) + offsets).astype(np.float64)
        looked = stmap_from_pixels(there[..., 0], there[..., 1], fit.camera.width, fit.camera.height)
        for axis, values in zip("uv", looked, strict=True):
            maps[f"{stmap}.{axis}"] = values.astype(np.float32)
        maps |= {f"{name}.u": offsets[..., 0], f"{name}.v": offsets[..., 1]}
    return maps
