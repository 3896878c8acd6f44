"""STMaps as files of their own: stmap.####.exr warps the plate to the result, stmap_inverse.####.exr back."""

from pathlib import Path

import numpy as np

from ..clip.exr import Placed, write_exr
from ..conventions import Array32, stmap_from_pixels
from ..raster.windows import Window, pixel_centres, within
from .frames import FrameFiles, Made
from .handed import HandOff
from .header import camera_of, no_colour, provenance_of, time_of


def _write(made: Made, paths: dict[str, Path], hand: HandOff) -> None:
    result, fit = made.result, made.result.fit
    window, layers = made.layers
    told = {**time_of(result, made.number), **camera_of(fit, made.row), **no_colour(), **provenance_of(hand)}
    whole = Placed(0, 0, fit.camera.width, fit.camera.height)
    for name, file in paths.items():
        u, v = (_whole(layers[f"{name}.{axis}"], window, whole, axis) for axis in "uv")
        write_exr(file, {"R": u, "G": v, "B": np.ones_like(u)}, whole, told)


STMAP = FrameFiles("stmap", ("stmap", "stmap_inverse"), _write)
"""Both maps of every frame."""


def _whole(part: Array32, window: Window, whole: Placed, axis: str) -> Array32:
    """A map's window (px of the frame) in the whole frame, which stays where it is: compositors' STMap nodes take no
    data window. Blue is Blender's coverage.
    """
    frame = (0, 0, whole.width, whole.height)
    centres = pixel_centres(frame).astype(np.float64)
    still = stmap_from_pixels(centres[..., 0], centres[..., 1], whole.width, whole.height)
    plane = still["uv".index(axis)].astype(np.float32)
    plane[within(window, frame)] = part
    return plane
