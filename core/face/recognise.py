"""What kind of face model a file, zip or folder is: told by its contents, never by its name."""

from pathlib import Path

import numpy as np

from ..errors import InputError
from .bfm import read_bfm_hdf5, read_bfm_mat
from .flame import LAYOUT, read_flame
from .geometry import Geometry
from .gnm import is_gnm, read_gnm
from .hdf5 import is_hdf5
from .ict import read_ict
from .matfile import is_mat
from .npz import names_in

READABLE = (
    "ICT-FaceKit (folder or zip), FLAME (.pkl, .npz), Basel Face Models of 2009, 2017 and 2019 (.mat, .h5), "
    "GNM Head 3 (.npz)"
)
PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"(d", b"(l")
"""How pickles begin: protocols 2–5, and a dictionary or a tuple's mark in the text protocols."""


LARGEST = 10.0
"""m: further than any vertex of a head, or any of its modes, can be away."""


def read_geometry(path: Path) -> Geometry:
    """The head that a file or folder holds. Raises InputError, one line, where it is none that can be read."""
    geometry = _read(path)
    eyes = geometry.eyes
    for numbers in (geometry.mean, geometry.identity, geometry.uv, eyes.centre, eyes.identity, np.array(eyes.radius)):
        if not (np.abs(numbers) < LARGEST).all():  # nor is NaN
            raise InputError(f"{path}: holds numbers that no head has; fetch it again from its makers")
    return geometry


def _read(path: Path) -> Geometry:
    if not path.is_file() and not path.is_dir():
        raise InputError(f"{path}: no such file or folder")
    opening = b"" if path.is_dir() else _opening(path)
    if path.is_dir() or (opening.startswith(b"PK") and not (names := names_in(path)) & ARRAYS):
        return read_ict(path).geometry()
    if opening.startswith(b"PK"):
        return read_gnm(path) if is_gnm(names) else read_flame(path).geometry()
    if opening.startswith(PICKLES):
        return read_flame(path).geometry()
    if is_hdf5(opening):
        return read_bfm_hdf5(path)
    if is_mat(opening):
        return read_bfm_mat(path)
    raise InputError(f"{path}: not a face model; what can be read are {READABLE}")


ARRAYS = {*LAYOUT, "template_vertex_positions"}
"""Names that are in FLAME's or GNM's .npz and in no other zip."""


def _opening(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(512)
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror or error})") from error
