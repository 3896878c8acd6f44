"""Baked textures as files: EXR with the plate's own values, PNG to look at and for game engines, and the coverage."""

from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio  # noqa: N813 - its own name for itself
from numpy.typing import NDArray

from ..clip import Clip
from ..clip.images import read_spec
from ..conventions import Array32
from ..errors import Failure
from ..storage import whole_file
from .bake import Baked
from .light import linear_plate, shown

COLOUR = ("colorInteropID", "chromaticities", "adoptedNeutral", "whiteLuminance")
"""What a plate's header says of its colours."""
ENCODED = "srgb_rec709_scene"
"""EXR values count as linear light unless they say otherwise: those of 8- and 16-bit plates are sRGB-encoded."""
NO_DATE = "1970:01:01 00:00:00"
"""OpenImageIO would write the present time: other bytes each time."""


def write_texture(baked: Baked, clip: Clip, folder: Path) -> None:
    """texture.exr (float32, with the plate's colour attributes), texture.png
    (8 bit, display-encoded) and coverage.png. Raises Failure where one can't be written.
    """
    _write(folder / "texture.exr", baked.texture, _colour(clip))
    _write(folder / "texture.png", shown(baked.texture, clip), {"oiio:ColorSpace": "sRGB"})
    _write(folder / "coverage.png", _eight(baked.coverage[..., None]), {})


def _colour(clip: Clip) -> dict[str, Any]:
    named: dict[str, Any] = {} if linear_plate(clip) else {"colorInteropID": ENCODED}
    if clip.kind == "video":
        return named
    spec = read_spec(clip.source.location(clip.first))
    return named | {item.name: (item.type, item.value) for item in spec.extra_attribs if item.name in COLOUR}


def _eight(values: Array32) -> NDArray[np.uint8]:
    return np.asarray(np.rint(255 * np.clip(values, 0, 1)), dtype=np.uint8)


def _write(path: Path, pixels: Array32 | NDArray[np.uint8], attributes: dict[str, Any]) -> None:
    height, width, channels = pixels.shape
    spec = oiio.ImageSpec(width, height, channels, "uint8" if pixels.dtype == np.uint8 else "float")
    for name, value in {"DateTime": NO_DATE, "compression": "zip", **attributes}.items():
        spec.attribute(name, *value) if isinstance(value, tuple) else spec.attribute(name, value)
    with whole_file(path) as temporary:
        image = oiio.ImageOutput.create(str(temporary))
        done = image is not None and image.open(str(temporary), spec)
        done = bool(done and image.write_image(np.ascontiguousarray(pixels)) and image.close())
        if not done:
            reason = " ".join((image.geterror() if image else oiio.geterror()).split())
            raise Failure(f"{path}: can't be written ({reason}); check the folder's rights and free space")
