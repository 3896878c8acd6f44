"""Arrays out of HDF5 files that are not trusted: own data only, of sizes that are checked before memory is taken."""

import math
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

SIGNATURE = b"\x89HDF\r\n\x1a\n"
LARGEST = 2**29
"""Bytes of an array; the Basel Face Model's largest has 140 million."""
FILTERS = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32}
"""Any other would have the library load a plug-in."""
CHECKSUM = 4
"""Bytes that fletcher32 adds to a chunk."""


def is_hdf5(opening: bytes) -> bool:
    """Whether a file that begins like this is an HDF5 file."""
    return opening.startswith(SIGNATURE)


def read_hdf5(path: Path, names: Mapping[str, bool]) -> dict[str, NDArray[Any]]:
    """The datasets of numbers at `names` (paths such as 'shape/model/mean'; True: has to be there).

    Raises InputError for what is missing, too large, no numbers, or lies outside the file (soft and external links,
    external storage, virtual datasets).
    """
    try:
        with h5py.File(path, "r") as file:
            found = {name: _member(file, name) for name in names}
            return {name: _numbers(each, name) for name, each in found.items() if names[name] or each is not None}
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, MemoryError, zlib.error) as error:
        reason = " ".join(str(error.args[0] if error.args else error).split())  # str() of a KeyError is quoted
        raise InputError(f"{path}: not an HDF5 model that can be read ({reason}); fetch it again") from error


def _member(file: h5py.File, name: str) -> Any:
    """What lies at a path within the file itself, or None."""
    found: Any = file
    for part in name.split("/"):
        link = found.get(part, getlink=True) if isinstance(found, h5py.Group) else None
        if link is None:
            return None
        if type(link) is not h5py.HardLink:
            raise ValueError(f"'{name}' is a link to elsewhere")
        found = found[part]
    return found


def _numbers(found: Any, name: str) -> NDArray[Any]:
    if found is None:
        raise ValueError(f"'{name}' is missing")
    if not isinstance(found, h5py.Dataset) or found.dtype.kind not in "iuf" or found.shape is None:
        raise ValueError(f"'{name}' holds no numbers")
    if found.external or found.is_virtual:
        raise ValueError(f"'{name}' lies outside the file")
    if found.nbytes > LARGEST:
        raise ValueError(f"'{name}' is {found.nbytes >> 20} MiB")
    made = found.id.get_create_plist()
    filters = [made.get_filter(index)[0] for index in range(made.get_nfilters())]
    if set(filters) - FILTERS or len(set(filters)) < len(filters):
        raise ValueError(f"'{name}' is packed in a way that is not known")
    if found.chunks is not None:
        _check_chunks(found, name, deflated=h5py.h5z.FILTER_DEFLATE in filters)
    return np.asarray(found[()])


def _check_chunks(found: h5py.Dataset, name: str, *, deflated: bool) -> None:
    """ValueError for chunks that inflate to more than they may hold: the library would take memory for all of it."""
    size = math.prod(found.chunks) * found.dtype.itemsize + CHECKSUM
    if size > LARGEST:
        raise ValueError(f"'{name}' comes in pieces of {size >> 20} MiB")
    for index in range(found.id.get_num_chunks() if deflated else 0):
        mask, packed = found.id.read_direct_chunk(found.id.get_chunk_info(index).chunk_offset)
        inflate = zlib.decompressobj()
        inflate.decompress(packed, size)
        if mask or not (inflate.eof or inflate.decompress(inflate.unconsumed_tail, 1) == b""):
            raise ValueError(f"'{name}' is packed in a way that is not known")
