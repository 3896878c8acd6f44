"""STMaps as files of their own: stmap.####.exr warps the plate to the result, stmap_inverse.####.exr back."""

from pathlib import Path

import numpy as np

from ..clip.exr import Placed, write_exr
from ..conventions import Array32, stmap_from_pixels
from ..raster.guides import Surface, surface
from ..raster.windows import Window, pixel_centres, within
from .frames import Made, write_frames
from .handed import HandOff
from .header import camera_of, no_colour, origin_of, time_of
from .layers import layers_of

NAMES = ("stmap", "stmap_inverse")


def export_stmap(hand: HandOff) -> list[Path]:
    """Both maps of every frame. Raises InputError as write_frames."""
    drawn = surface(hand.result.model, 1)
    return write_frames(hand, "stmap", NAMES, ".exr", lambda made, paths: _write(made, paths, hand, drawn))


def _write(made: Made, paths: dict[str, Path], hand: HandOff, drawn: Surface) -> None:
    result, fit, row = made.result, made.result.fit, made.row
    states = result.expression[row], result.gaze[row]
    window, layers = layers_of(made.reperformed, result.model, fit, row, *states, drawn)
    told = {**time_of(result, made.number), **camera_of(fit, row), **no_colour()}
    told |= origin_of(result, told=hand.run.provenance)
    whole = Placed(0, 0, fit.camera.width, fit.camera.height)
    for name in NAMES:
        u, v = (_whole(layers[f"{name}.{axis}"], window, whole, axis) for axis in "uv")
        write_exr(paths[name], {"R": u, "G": v, "B": np.ones_like(u)}, whole, told)


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
