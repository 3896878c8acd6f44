"""Numeric matrices out of MATLAB 5 files (.mat), of files that are not trusted.

Layout after MathWorks, MAT-File Format (2019), chapter 1, "Level 5 MAT-Files".
"""

import math
import struct
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

HEADER = 128
COMPRESSED, MATRIX = 15, 14
STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
"""Element types that numbers are stored as, whatever the matrix' class."""
CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
COMPLEX = 0x0800
LARGEST = 2**29
"""Bytes of a matrix; the Basel Face Model's largest has 128 million."""
HEAD = 4096
"""Bytes of a matrix' beginning that hold its class, size and name."""


def is_mat(opening: bytes) -> bool:
    """Whether a file that begins like this is a MATLAB 5 file."""
    return len(opening) >= HEADER and opening.startswith(b"MATLAB 5.0 MAT-file")


def read_mat(path: Path, names: Collection[str]) -> dict[str, NDArray[Any]]:
    """The matrices called `names` of a MATLAB 5 file, those that are there; others are skipped unread.

    Raises InputError for a file that is none, is cut short, or claims more than it holds.
    """
    try:
        with path.open("rb") as stream:
            return _matrices(stream, names)
    except (OSError, ValueError, OverflowError, struct.error, zlib.error) as error:
        raise InputError(f"{path}: not a MATLAB file that can be read ({error}); fetch it again") from error


def _matrices(stream: BinaryIO, names: Collection[str]) -> dict[str, NDArray[Any]]:
    opening = stream.read(HEADER)
    order = {b"IM": "<", b"MI": ">"}.get(opening[126:128])
    if not is_mat(opening) or order is None:
        raise ValueError("it is not of version 5")
    found: dict[str, NDArray[Any]] = {}
    while tag := stream.read(8):
        kind, size = struct.unpack(f"{order}II", tag)
        start = stream.tell()
        element = _unpacked(stream, kind, size, order, names)
        if element is not None:
            if element.name in found:
                raise ValueError(f"'{element.name}' is there twice")
            found[element.name] = element.values()
        stream.seek(start + size)
    return found


@dataclass(frozen=True)
class _Element:
    """A matrix' bytes after its tag, in the byte order '<' or '>'."""

    content: bytes
    order: str
    name: str
    offset: int
    """Where its numbers begin."""
    shape: tuple[int, ...]
    dtype: str

    def values(self) -> NDArray[Any]:
        if math.prod(self.shape) * np.dtype(self.dtype).itemsize > LARGEST:
            raise ValueError(f"'{self.name}' claims {self.shape}")
        kind, data, _ = _part(self.content, self.offset, self.order)
        if kind not in STORED:
            raise ValueError(f"'{self.name}' holds no numbers")
        numbers = np.frombuffer(data, dtype=self.order + STORED[kind])
        if len(numbers) != math.prod(self.shape):
            raise ValueError(f"'{self.name}' claims {self.shape} but holds {len(numbers)} numbers")
        return numbers.astype(self.dtype, copy=False).reshape(self.shape, order="F")


def _unpacked(stream: BinaryIO, kind: int, size: int, order: str, names: Collection[str]) -> _Element | None:
    """The next matrix if it is one of `names`, else None."""
    if kind == MATRIX:
        return _wanted(_exactly(stream, size), order, names)
    if kind != COMPRESSED:
        return None
    inflate, packed = zlib.decompressobj(), _exactly(stream, size)
    inner, length = struct.unpack(f"{order}II", inflate.decompress(packed, 8))
    if inner != MATRIX:
        return None
    if length > LARGEST:
        raise ValueError(f"a matrix of {length >> 20} MiB")
    opening = inflate.decompress(inflate.unconsumed_tail, HEAD)
    if _wanted(opening, order, names) is None:
        return None
    rest = inflate.decompress(inflate.unconsumed_tail, max(length - len(opening), 1))
    return _wanted(opening + rest, order, names)


def _wanted(content: bytes, order: str, names: Collection[str]) -> _Element | None:
    element = _element(content, order)
    return element if element is not None and element.name in names else None


def _exactly(stream: BinaryIO, size: int) -> bytes:
    if size > LARGEST:
        raise ValueError(f"a matrix of {size >> 20} MiB")
    content = stream.read(size)
    if len(content) < size:
        raise ValueError("it is cut short")
    return content


def _element(content: bytes, order: str) -> _Element | None:
    """A numeric matrix, or None for another class (structures, cells, text, sparse)."""
    _, flags, offset = _part(content, 0, order)
    word = struct.unpack_from(f"{order}I", flags)[0]
    if word & 0xFF not in CLASSES or word & COMPLEX:
        return None
    _, dimensions, offset = _part(content, offset, order)
    shape = struct.unpack(f"{order}{len(dimensions) // 4}i", dimensions)
    if min(shape, default=-1) < 0:
        raise ValueError("a matrix of less than no size")
    _, name, offset = _part(content, offset, order)
    return _Element(content, order, name.decode("latin-1"), offset, shape, CLASSES[word & 0xFF])


def _part(content: bytes, offset: int, order: str) -> tuple[int, bytes, int]:
    """Type and data of the sub-element at `offset`, and where the next one begins."""
    kind, size = struct.unpack_from(f"{order}II", content, offset)
    if kind >> 16:  # the small format: both in one word, up to four bytes of data in the other
        kind, size, start, end = kind & 0xFFFF, kind >> 16, offset + 4, offset + 8
    else:
        start = offset + 8
        end = start + -(-size // 8) * 8
    data = content[start : start + size]
    if len(data) < size or size > end - start:
        raise ValueError("it is cut short")
    return kind, data, end
