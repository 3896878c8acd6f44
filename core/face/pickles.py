"""Arrays out of pickled model files: of what the machine noted down (pickle_machine.py), only what means an array
(numpy, scipy.sparse, chumpy) is made into one, from bytes that are really in the file.
"""

import math
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .pickle_machine import SPARSE, Kind, Made, Refused, play

LARGEST_FILE = 2**30
"""bytes; FLAME has 53 million."""
MOST_ELEMENTS = 2**25
"""Of a sparse matrix once it is dense; FLAME's joint regressor has 25,115."""


def read_pickle(path: Path, names: Collection[str]) -> dict[str, NDArray[Any]]:
    """The arrays called `names` of a pickled dictionary, those that are there; other entries stay unread.

    Sparse matrices come dense, chumpy arrays plain. Raises InputError for a file that is no pickle, is cut short, or
    holds anything but arrays and plain values.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise Refused(f"larger than {LARGEST_FILE >> 20} MiB")
        found = play(path.read_bytes())
        if not isinstance(found, dict):
            raise Refused("holds no dictionary of arrays")
        return {name: _array(found[name], name) for name in names if name in found}
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except (OSError, ValueError, IndexError, KeyError, TypeError, OverflowError) as error:
        reason = str(error) if isinstance(error, Refused) else f"damaged or cut short ({type(error).__name__})"
        raise InputError(
            f"{path}: not a model file that can be read: {reason}; fetch it again from its makers"
        ) from error


def _array(value: Any, name: str) -> NDArray[Any]:
    """A note made into the array that it means."""
    if isinstance(value, Made):
        if value.kind is Kind.CHUMPY and isinstance(value.state, dict) and "x" in value.state:
            value = value.state["x"]
        if isinstance(value, Made) and value.kind in SPARSE:
            return _dense(value, name)
        if isinstance(value, Made) and value.kind is Kind.ARRAY and isinstance(value.state, tuple):
            shape, dtype, fortran, raw = value.state[-4:]
            return _filled(shape, dtype, "F" if fortran else "C", raw, name)
        if isinstance(value, Made) and value.kind is Kind.BUFFER:
            raw, dtype, shape, order = value.arguments
            return _filled(shape, dtype, order, raw, name)
    raise Refused(f"'{name}' is no array")


def _filled(shape: Any, dtype: Any, order: Any, raw: Any, name: str) -> NDArray[Any]:
    """An array of bytes that are in the file; whatever its header claims, no other memory is taken."""
    number, sizes = _number_type(dtype, name), _sizes(shape, name)
    content = _bytes(raw, name)
    if math.prod(sizes) * number.itemsize != len(content):
        raise Refused(f"'{name}' claims {sizes} {number} but holds {len(content)} bytes")
    return np.frombuffer(content, number).reshape(sizes, order="F" if order == "F" else "C")


def _sizes(shape: Any, name: str) -> tuple[int, ...]:
    sizes = tuple(_whole(size, name) for size in shape) if isinstance(shape, tuple) else ()
    if not isinstance(shape, tuple) or len(sizes) > 4 or any(not 0 <= size < 2**40 for size in sizes):
        raise Refused(f"'{name}' has no shape that an array can have")
    return sizes


def _whole(value: Any, name: str) -> int:
    if isinstance(value, Made) and value.kind is Kind.SCALAR:
        dtype, raw = value.arguments
        return int(_filled((1,), dtype, "C", raw, name)[0])
    if not isinstance(value, int):
        raise Refused(f"'{name}' has no shape that an array can have")
    return value


def _number_type(dtype: Any, name: str) -> np.dtype[Any]:
    code = dtype.arguments[0] if isinstance(dtype, Made) and dtype.kind is Kind.DTYPE and dtype.arguments else None
    if not isinstance(code, str) or code not in ("b1", *(f"{k}{n}" for k in "iu" for n in "1248"), "f2", "f4", "f8"):
        raise Refused(f"'{name}' holds objects or records instead of numbers")
    big = isinstance(dtype.state, tuple) and dtype.state[1:2] == (">",)
    return np.dtype(f">{code}" if big else f"<{code}")


def _bytes(raw: Any, name: str) -> bytes:
    if isinstance(raw, Made) and raw.kind is Kind.LATIN1 and raw.arguments:
        raw = raw.arguments[0]
    if isinstance(raw, str):
        return raw.encode("latin-1")
    if not isinstance(raw, bytes | bytearray):
        raise Refused(f"'{name}' holds objects instead of numbers")
    return bytes(raw)


def _dense(matrix: Made, name: str) -> NDArray[Any]:
    state = matrix.state if isinstance(matrix.state, dict) else {}
    rows, columns = sizes = _sizes(state.get("_shape", state.get("shape")), name)
    if math.prod(sizes) > MOST_ELEMENTS:
        raise Refused(f"'{name}' claims {rows} × {columns} elements")
    data = _array(state["data"], name)
    if matrix.kind is Kind.COO:
        row, column = (_array(value, name) for value in state.get("coords") or (state["row"], state["col"]))
    else:
        along = columns if matrix.kind is Kind.CSC else rows
        major, minor = _expanded(_array(state["indptr"], name), along, len(data), name), _array(state["indices"], name)
        row, column = (minor, major) if matrix.kind is Kind.CSC else (major, minor)
    _check_within(row, rows, name)
    _check_within(column, columns, name)
    if not len(row) == len(column) == len(data):
        raise Refused(f"'{name}' has not as many places as values")
    dense = np.zeros(sizes)
    np.add.at(dense, (row, column), data)
    return dense


def _expanded(pointers: NDArray[Any], count: int, entries: int, name: str) -> NDArray[Any]:
    """The column of each entry of a csc matrix (the row, of a csr one)."""
    if pointers.shape != (count + 1,) or pointers.dtype.kind not in "iu" or pointers[0] != 0 or pointers[-1] != entries:
        raise Refused(f"'{name}' has pointers that don't fit its entries")
    if (pointers[1:] < pointers[:-1]).any():  # no differences: they wrap around, and np.repeat then writes anywhere
        raise Refused(f"'{name}' has pointers that don't rise")
    return np.repeat(np.arange(count), np.diff(pointers.astype(np.int64)))


def _check_within(index: NDArray[Any], limit: int, name: str) -> None:
    if index.ndim != 1 or index.dtype.kind not in "iu" or (index.size and (index.min() < 0 or index.max() >= limit)):
        raise Refused(f"'{name}' points outside 0–{limit - 1}")
