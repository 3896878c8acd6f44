"""The faces of one person in one shot, kept in a file: beside their curves, a long shot's would fill the memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .shape_free import SIDE

NPY: Any = np.lib.format
"""Public, but numpy gives it no types."""
Textures = NDArray[np.uint8]
SIZE = SIDE**2
"""Bytes of a face."""
HEADER = 128
"""Bytes before the first one, however many there are: the head of a .npy file is padded."""


@dataclass(frozen=True)
class Faces:
    """One shape-free texture per frame of the clip, beside its LandmarkTrack; zeros where the person is not seen.

    `path`: a .npy of T×SIDE×SIDE bytes.
    """

    path: Path
    count: int

    def __len__(self) -> int:
        return self.count

    def rows(self, rows: Sequence[int] | NDArray[np.integer[Any]]) -> Textures:
        """N×SIDE×SIDE: those of some frames, read from the file."""
        found = np.empty((len(rows), SIZE), np.uint8)
        with self.path.open("rb") as stream:
            for texture, row in zip(found, rows, strict=True):
                stream.seek(HEADER + SIZE * int(row))
                stream.readinto(texture)
        return found.reshape(-1, SIDE, SIDE)


def open_faces(path: Path) -> Faces:
    """Raises InputError where it is no such file, or not whole."""
    try:
        with path.open("rb") as stream:
            NPY.read_magic(stream)
            shape, _, kind = NPY.read_array_header_1_0(stream)
            begin = stream.tell()
        size = path.stat().st_size
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not a readable file of faces ({' '.join(str(error).split())})") from error
    if shape[1:] != (SIDE, SIDE) or kind != np.uint8 or begin != HEADER or size != HEADER + SIZE * shape[0]:
        raise InputError(f"{path}: not a whole file of faces of {SIDE}×{SIDE}; make it again")
    return Faces(path, shape[0])


def write_header(stream: BinaryIO, count: int) -> None:
    """At the file's beginning: so many faces follow."""
    stream.seek(0)
    NPY.write_array_header_1_0(stream, {"descr": "|u1", "fortran_order": False, "shape": (count, SIDE, SIDE)})
