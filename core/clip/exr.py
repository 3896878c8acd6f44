"""OpenEXR files of named channels, as compositing packages want them: one part, scan lines, ZIP."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio  # noqa: N813 - its own name for itself
from numpy.typing import NDArray

from ..errors import Failure
from ..storage import whole_file
from .sequence_writer import NO_DATE

Channels = Mapping[str, NDArray[Any]]
"""H×W by name (R, plate.G, depth.Z …), all float16 or all float32."""
Attribute = str | int | float | tuple[str, Any]
"""A header's value; a pair of a type as OpenImageIO names it ('matrix', 'timecode', 'float[8]') and the value."""

DATA = "data"
"""colorInteropID of what is no colour."""
COMPRESSION = "zip:2"
"""Lossless in blocks of 16 lines. zlib's level makes little difference to such data, neither to time nor to size."""


@dataclass(frozen=True)
class Placed:
    """Where a data window lies in the display window."""

    left: int
    top: int
    width: int
    """px of the display window, whose corner is 0, 0."""
    height: int


def write_exr(path: Path, channels: Channels, placed: Placed, attributes: Mapping[str, Attribute]) -> None:
    """The same bytes for the same input. Raises Failure where the file can't be written. An empty window, which EXR
    can't hold, is a black pixel.
    """
    planes = list(channels.values())
    if not planes[0].size:
        planes = [np.zeros((1, 1), dtype=plane.dtype) for plane in planes]
    values = np.ascontiguousarray(np.stack(planes, axis=-1))
    kind = "half" if values.dtype == np.float16 else "float"
    spec = oiio.ImageSpec(values.shape[1], values.shape[0], values.shape[2], oiio.TypeDesc(kind))
    spec.x, spec.y = placed.left, placed.top
    spec.full_x, spec.full_y, spec.full_width, spec.full_height = 0, 0, placed.width, placed.height
    spec.channelnames = tuple(channels)
    spec.attribute("compression", COMPRESSION)
    spec.attribute("DateTime", NO_DATE)
    for name, value in attributes.items():
        if isinstance(value, tuple):
            spec.attribute(name, oiio.TypeDesc(value[0]), value[1])
        else:
            spec.attribute(name, value)
    with whole_file(path) as temporary:
        _write(temporary, spec, values, path)


def _write(temporary: Path, spec: oiio.ImageSpec, values: NDArray[Any], path: Path) -> None:
    output = oiio.ImageOutput.create(str(temporary))
    written = output is not None and output.open(str(temporary), spec) and output.write_image(values) and output.close()
    if not written:
        reason = " ".join((output.geterror() if output is not None else oiio.geterror()).split())
        raise Failure(f"{path}: can't be written ({reason}); check the folder's rights and free space")
