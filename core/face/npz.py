"""Arrays out of model files in numpy's .npz, checked before any memory is taken for what they claim."""

import math
import zipfile
import zlib
from collections.abc import Collection
from io import BytesIO
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
import numpy.lib.format
from numpy.typing import NDArray

from ..errors import InputError
from ..storage import PACKED

npy: Any = numpy.lib.format  # its readers of headers have no types

LARGEST = 2**30
"""Bytes of all arrays; FLAME's bases have 48 million."""


def read_npz(path: Path, names: Collection[str]) -> dict[str, NDArray[Any]]:
    """The arrays called `names` of an .npz file, those that are there.

    Raises InputError for a file that is no .npz, is cut short, claims more than it holds, or holds objects.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            return _arrays(archive, {name: members[name] for name in names if name in members})
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        reason = " ".join(str(error).split())
        raise InputError(
            f"{path}: not a model file that can be read: {reason}; fetch it again from its makers"
        ) from error


def names_in(path: Path) -> set[str]:
    """What the arrays of an .npz file are called; of any other zip, its files."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {name.removesuffix(".npy") for name in archive.namelist()}
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError) as error:
        raise InputError(f"{path}: not a zip or .npz that can be read ({error}); fetch it again") from error


def is_zip(path: Path) -> bool:
    """Whether a file begins as .npz files do. Raises InputError where it can't be read."""
    try:
        with path.open("rb") as stream:
            return stream.read(2) == b"PK"
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror or error})") from error


def _arrays(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> dict[str, NDArray[Any]]:
    if sum(info.file_size for info in members.values()) > LARGEST:
        raise ValueError(f"its arrays are larger than {LARGEST >> 20} MiB")
    return {name: _member(archive, info, name) for name, info in members.items()}


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> NDArray[Any]:
    if info.compress_type not in PACKED:
        raise ValueError(f"'{name}' is packed in a way that is not known")
    stream = BytesIO(archive.read(info))
    version = npy.read_magic(stream)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"'{name}' is of an array format that is not known")
    read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    try:
        shape, fortran, dtype = read_header(stream)
    except (SyntaxError, TokenError, TypeError) as error:  # numpy reads the header as Python's literals
        raise ValueError(f"'{name}' has a damaged header") from error
    if dtype.kind not in "biufU":
        raise ValueError(f"'{name}' holds objects or records instead of numbers or text")
    content = stream.read()
    if math.prod(shape) * dtype.itemsize != len(content):
        raise ValueError(f"'{name}' claims {shape} {dtype} but holds {len(content)} bytes")
    return np.frombuffer(content, dtype).reshape(shape, order="F" if fortran else "C")
