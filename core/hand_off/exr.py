"""Layers as OpenEXR: for each frame result.####.exr (RGBA and the plate, whole frame, the plate's own type) and
layers.####.exr (float32 data in the face's box).
"""

from pathlib import Path

import numpy as np

from ..clip.exr import Channels, Placed, write_exr
from ..clip.footage import Pixels
from ..refine.composite import full_scale
from .frames import FrameFiles, Made
from .handed import HandOff
from .header import camera_of, colour_of, no_colour, provenance_of, time_of

RESULT, LAYERS = "result", "layers"
"""How the two files of a frame are called."""


def _write(made: Made, paths: dict[str, Path], hand: HandOff) -> None:
    result, fit, row = made.result, made.result.fit, made.row
    common = {**time_of(result, made.number), **camera_of(fit, row), **provenance_of(hand)}
    whole = Placed(0, 0, fit.camera.width, fit.camera.height)
    write_exr(paths[RESULT], picture(made.reperformed.pixels, made.plate), whole, common | colour_of(result))
    window, channels = made.layers
    placed = Placed(window[0], window[1], whole.width, whole.height)
    write_exr(paths[LAYERS], channels, placed, common | no_colour())


EXR = FrameFiles("exr", (RESULT, LAYERS), _write)
"""Both files of every frame."""


def picture(pixels: Pixels, plate: Pixels) -> Channels:
    """Result and plate (H×W×3 or ×4) as channels: floats as they are, integers as 0–1, exact in float32. Alpha is the
    plate's own, or 1.
    """
    new, old = (_as_float(values) for values in (pixels, plate))
    alpha = new[..., 3] if new.shape[2] == 4 else np.ones_like(new[..., 0])
    own = {name: new[..., k] for k, name in enumerate("RGB")} | {"A": alpha}
    return own | {f"plate.{name}": old[..., k] for k, name in enumerate("RGB")}


def _as_float(pixels: Pixels) -> Pixels:
    if pixels.dtype.kind == "f":
        return pixels
    return (pixels / np.float32(full_scale(pixels.dtype))).astype(np.float32)
