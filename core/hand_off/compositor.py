"""What Blender's compositor needs beside the result: mattes and STMap as it reads them, and a list of the files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio  # noqa: N813 - its own name for itself

from ..clip.exr import Placed, write_exr
from ..conventions import Array32, stmap_from_pixels
from ..errors import Failure
from ..provenance import properties
from ..raster.windows import pixel_centres
from ..storage import write_json
from .blender import write_in_blender
from .exr import LAYERS, RESULT
from .handed import HandOff
from .header import no_colour, provenance_of, time_of
from .setups import is_encoded, write_layers

MATTES, SETUP, BLEND = "mattes", "compositor.json", "comp.blend"
_KEPT = ("matte.Y", "face.Y", "mouth.Y", "eyes.Y", "stmap.u", "stmap.v")


@dataclass(frozen=True)
class _Frame:
    number: int
    folder: Path

    def file(self, name: str) -> Path:
        return self.folder / f"{name}.{self.number:04d}.exr"


def export_compositor(hand: HandOff) -> list[Path]:
    """mattes.####.exr, whole frames, and compositor.json, of which the operator in Blender builds the nodes; the layers
    too, where they aren't there yet.

    No Blender puts a data window where it belongs (5.0 in the frame's middle, 5.2 upside down), and 4.2 and 5.2 don't
    read layers of two channels: so the mattes are whole, and stmap has a third, which Map UV takes for coverage.
    """
    layers = write_layers(hand)
    frames = [_Frame(int(number), hand.folder) for number in hand.result.fit.frames]
    for done, frame in enumerate(frames):
        hand.run.reporter.check()
        _write_mattes(frame, hand)
        hand.run.reporter.progress("mattes", done + 1, len(frames))
    write_json(hand.folder / SETUP, _told(hand, frames))
    return [*layers, *(frame.file(MATTES) for frame in frames), hand.folder / SETUP]


def export_blend(hand: HandOff) -> list[Path]:
    """comp.blend beside what export_compositor writes: the nodes, the landmarks as tracks of the plate's clip, the head
    as an empty before its camera. Raises InputError where there is no Blender.
    """
    files = export_compositor(hand)
    blend = hand.folder / BLEND
    write_in_blender("blend", (hand.folder / SETUP).resolve(), blend.resolve(), hand.run.reporter)
    return [*files, blend]


def _told(hand: HandOff, frames: list[_Frame]) -> dict[str, Any]:
    lens = hand.result.fit.camera
    files = {"result": frames[0].file(RESULT).name, "mattes": frames[0].file(MATTES).name}
    shot = {"count": len(frames), "size": [lens.width, lens.height], "aspect": lens.aspect, "fps": hand.result.fit.fps}
    clip = hand.result.clip
    plate = {"kind": clip.kind, "file": str(clip.source.location(clip.first).resolve()), "named": str(clip.path)}
    return {
        **files,
        **shot,
        "encoded": is_encoded(hand.result),
        "solve": str(hand.result.plate.folder.resolve()),
        "footage": plate,
        "provenance": properties() if hand.says_altered else {},
    }


def _write_mattes(frame: _Frame, hand: HandOff) -> None:
    planes, width, height = _whole(frame.file(LAYERS))
    stmap = {"stmap.X": planes.pop("stmap.u"), "stmap.Y": planes.pop("stmap.v")}
    stmap["stmap.Z"] = np.ones((height, width), dtype=np.float32)
    about = time_of(hand.result, frame.number) | no_colour() | provenance_of(hand)
    write_exr(frame.file(MATTES), planes | stmap, Placed(0, 0, width, height), about)


def _whole(path: Path) -> tuple[dict[str, Array32], int, int]:
    """The kept layers in the whole frame, and its size: nothing, and no motion, outside the data window."""
    image = oiio.ImageBuf(str(path))
    values, spec = image.get_pixels(oiio.FLOAT), image.spec()
    if image.has_error or values is None:
        raise Failure(f"{path}: can't be read ({image.geterror()}); export it again")
    width, height = spec.full_width, spec.full_height
    centres = pixel_centres((0, 0, width, height)).astype(np.float64)
    still = dict(zip("uv", stmap_from_pixels(centres[..., 0], centres[..., 1], width, height), strict=True))
    found, place = {}, (slice(spec.y, spec.y + spec.height), slice(spec.x, spec.x + spec.width))
    for name in _KEPT:
        plane = (
            still[name[-1]].astype(np.float32) if name.startswith("stmap") else np.zeros((height, width), np.float32)
        )
        plane[place] = values[..., spec.channelnames.index(name)]
        found[name] = plane
    return found, width, height
