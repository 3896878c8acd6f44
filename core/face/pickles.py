"""Arrays out of pickled model files, without ever running what the file asks for.

A pickle is a program for a small stack machine that may call anything that can be imported. This machine plays that
program without a single call or import: what a file names is looked up in a table of inert kinds (`KINDS`), a call is
noted down (`Made`), and only the notes that mean an array (numpy, scipy.sparse, chumpy) are made into one afterwards,
from bytes that are really in the file. Anything else refuses the whole file.
"""

import codecs
import math
import pickletools
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import Enum, auto
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

LARGEST_FILE = 2**30
"""bytes; FLAME has 53 million."""
MOST_STEPS = 1_000_000
"""Opcodes of one file; FLAME has a few thousand."""
MOST_ELEMENTS = 2**25
"""Of a sparse matrix once it is dense; FLAME's joint regressor has 25,115."""
NEWEST_PROTOCOL = 5


class Kind(Enum):
    """What the names in a model file stand for."""

    ARRAY = auto()
    BUFFER = auto()
    SCALAR = auto()
    NDARRAY = auto()
    DTYPE = auto()
    LATIN1 = auto()
    COLLECTION = auto()
    OBJECT = auto()
    INSTANCE = auto()
    CHUMPY = auto()
    CSC = auto()
    CSR = auto()
    COO = auto()


SPARSE = {Kind.CSC: "csc", Kind.CSR: "csr", Kind.COO: "coo"}
OBJECTS = {Kind.CHUMPY, *SPARSE}
"""Classes whose instances a file may hold."""
CALLED = {Kind.ARRAY, Kind.BUFFER, Kind.SCALAR, Kind.DTYPE, Kind.LATIN1, Kind.COLLECTION}

KINDS: dict[tuple[str, str], Kind] = {
    ("numpy", "ndarray"): Kind.NDARRAY,
    ("numpy", "dtype"): Kind.DTYPE,
    ("_codecs", "encode"): Kind.LATIN1,  # how Python 3 writes bytes for Python 2
    ("chumpy.ch", "Ch"): Kind.CHUMPY,
    **{(f"numpy.{core}.multiarray", "_reconstruct"): Kind.ARRAY for core in ("core", "_core")},
    **{(f"numpy.{core}.multiarray", "scalar"): Kind.SCALAR for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): Kind.BUFFER for core in ("core", "_core")},
    **{
        (f"scipy.sparse.{module}", f"{form}_{noun}"): kind
        for kind, form in SPARSE.items()
        for module in (form, f"_{form}")
        for noun in ("matrix", "array")
    },
    **{(builtin, name): Kind.COLLECTION for builtin in ("__builtin__", "builtins") for name in ("set", "frozenset")},
    **{(builtin, "bytearray"): Kind.LATIN1 for builtin in ("__builtin__", "builtins")},
    **{(builtin, "object"): Kind.OBJECT for builtin in ("__builtin__", "builtins")},
    **{(copyreg, "_reconstructor"): Kind.INSTANCE for copyreg in ("copy_reg", "copyreg")},
}
"""Module and name → kind: all that a model file may name."""


class Refused(ValueError):
    """Why a file is not read; completed with its path before a user sees it."""


@dataclass(eq=False)
class Made:
    """A call that was asked for and not made, or an instance, with the state it was given."""

    kind: Kind
    arguments: tuple[Any, ...]
    state: Any = None


def read_pickle(path: Path, names: Collection[str]) -> dict[str, NDArray[Any]]:
    """The arrays called `names` of a pickled dictionary, those that are there; other entries stay unread.

    Sparse matrices come dense, chumpy arrays plain. Raises InputError for a file that is no pickle, is cut short, or
    holds anything but arrays and plain values.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise Refused(f"larger than {LARGEST_FILE >> 20} MiB")
        found = _play(path.read_bytes())
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


@dataclass
class _Machine:
    stack: list[Any] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)

    def since_mark(self) -> list[Any]:
        mark = self.marks.pop()
        items = self.stack[mark:]
        del self.stack[mark:]
        return items


def _play(data: bytes) -> Any:
    """What the pickle leaves on its stack: plain values, kinds and notes."""
    stream, machine = BytesIO(data), _Machine()
    for _ in range(MOST_STEPS):
        code = stream.read(1)
        if not code:
            raise Refused("cut short")
        opcode = _OPCODES.get(code)
        if opcode is None:
            raise Refused("no pickle, or a damaged one")
        if opcode.name == "STOP":
            return machine.stack.pop()
        act = _ACTS.get(opcode.name)
        if act is None:
            raise Refused(f"holds what no model file needs ({opcode.name})")
        act(machine, _argument(opcode, stream))
    raise Refused(f"more than {MOST_STEPS} steps")


def _argument(opcode: pickletools.OpcodeInfo, stream: BytesIO) -> Any:
    if opcode.name == "STRING":  # pickletools takes ASCII only; Python 2 wrote any byte, escaped
        quoted = stream.readline().rstrip(b"\r\n")
        if len(quoted) < 2 or quoted[:1] not in (b"'", b'"') or quoted[-1:] != quoted[:1]:
            raise Refused("a string without its quotes")
        return codecs.escape_decode(quoted[1:-1])[0].decode("latin-1")
    return opcode.arg.reader(stream) if opcode.arg is not None else None


def _push(machine: _Machine, value: Any) -> None:
    machine.stack.append(value)


def _collect(make: Callable[[list[Any]], Any]) -> Callable[[_Machine, Any], None]:
    """Of all since the mark."""
    return lambda machine, _: machine.stack.append(make(machine.since_mark()))


def _join(count: int) -> Callable[[_Machine, Any], None]:
    """A tuple of the top `count`."""

    def act(machine: _Machine, _: Any) -> None:
        items = tuple(machine.stack.pop() for _ in range(count))
        machine.stack.append(items[::-1])

    return act


def _extend(machine: _Machine, items: list[Any]) -> None:
    target = machine.stack[-1]
    if not isinstance(target, list):
        raise Refused("appends to what is no list")
    target.extend(items)


def _set_items(machine: _Machine, items: list[Any]) -> None:
    target = machine.stack[-1]
    if not isinstance(target, dict):
        raise Refused("sets items of what is no dictionary")
    target.update(_dictionary(items))


def _dictionary(items: list[Any]) -> dict[Any, Any]:
    keys = items[::2]
    if not all(isinstance(key, str | int | bytes) for key in keys):
        raise Refused("a dictionary with keys that are no names")  # hashing a deep tuple would overflow the C stack
    return dict(zip(keys, items[1::2], strict=True))


def _name(machine: _Machine, module: Any, name: Any) -> None:
    if not isinstance(module, str) or not isinstance(name, str) or (module, name) not in KINDS:
        said = ascii(f"{module}.{name}" if isinstance(module, str) and isinstance(name, str) else "?")
        raise Refused(f"asks for {said[:80]}, which no model file needs (it may be an attack)")
    machine.stack.append(KINDS[module, name])


def _global(machine: _Machine, argument: str) -> None:
    module, _, name = argument.partition(" ")
    _name(machine, module, name)


def _stack_global(machine: _Machine, _: Any) -> None:
    name, module = machine.stack.pop(), machine.stack.pop()
    _name(machine, module, name)


def _reduce(machine: _Machine, _: Any) -> None:
    arguments, kind = machine.stack.pop(), machine.stack.pop()
    if not isinstance(arguments, tuple) or not isinstance(kind, Kind):
        raise Refused("calls what is not callable")
    if kind is Kind.INSTANCE and len(arguments) == 3 and arguments[1:] == (Kind.OBJECT, None):
        machine.stack.append(_instance(arguments[0], ()))
    elif kind in CALLED:
        machine.stack.append(Made(kind, arguments))
    else:
        raise Refused("calls what is not callable")


def _new(machine: _Machine, _: Any) -> None:
    arguments, kind = machine.stack.pop(), machine.stack.pop()
    machine.stack.append(_instance(kind, arguments))


def _instance(kind: Any, arguments: Any) -> Made:
    if not isinstance(kind, Kind) or kind not in OBJECTS or not isinstance(arguments, tuple):
        raise Refused("makes an object of a class that no model file needs")
    return Made(kind, arguments)


def _build(machine: _Machine, _: Any) -> None:
    state, target = machine.stack.pop(), machine.stack[-1]
    if not isinstance(target, Made):
        raise Refused("gives a state to what has none")
    target.state = state


def _remember(machine: _Machine, index: int) -> None:
    machine.memo[index] = machine.stack[-1]


def _pop(machine: _Machine, _: Any) -> None:
    if machine.marks and machine.marks[-1] == len(machine.stack):
        machine.marks.pop()  # as CPython: POP right after MARK takes the mark away
    else:
        machine.stack.pop()


def _protocol(_: _Machine, protocol: int) -> None:
    if protocol > NEWEST_PROTOCOL:
        raise Refused(f"pickle protocol {protocol} is not known")


_OPCODES = {opcode.code.encode("latin-1"): opcode for opcode in pickletools.opcodes}

_ACTS: dict[str, Callable[[_Machine, Any], None]] = {
    **dict.fromkeys(
        ("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT", "STRING", "BINSTRING",
         "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES",
         "BINBYTES8", "BYTEARRAY8", "NONE"),
        _push,
    ),
    "NEWTRUE": lambda machine, _: machine.stack.append(True),
    "NEWFALSE": lambda machine, _: machine.stack.append(False),
    "EMPTY_LIST": lambda machine, _: machine.stack.append([]),
    "EMPTY_DICT": lambda machine, _: machine.stack.append({}),
    "EMPTY_TUPLE": _join(0),
    "EMPTY_SET": lambda machine, _: machine.stack.append([]),  # sets are never looked into
    "TUPLE1": _join(1),
    "TUPLE2": _join(2),
    "TUPLE3": _join(3),
    "TUPLE": _collect(tuple),
    "LIST": _collect(list),
    "FROZENSET": _collect(list),
    "DICT": _collect(_dictionary),
    "APPEND": lambda machine, _: _extend(machine, [machine.stack.pop()]),
    "APPENDS": lambda machine, _: _extend(machine, machine.since_mark()),
    "ADDITEMS": lambda machine, _: _extend(machine, machine.since_mark()),
    "SETITEM": lambda machine, _: _set_items(machine, [machine.stack.pop(), machine.stack.pop()][::-1]),
    "SETITEMS": lambda machine, _: _set_items(machine, machine.since_mark()),
    "MARK": lambda machine, _: machine.marks.append(len(machine.stack)),
    "POP": _pop,
    "POP_MARK": lambda machine, _: machine.since_mark().clear(),
    "DUP": lambda machine, _: machine.stack.append(machine.stack[-1]),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), _remember),
    "MEMOIZE": lambda machine, _: _remember(machine, len(machine.memo)),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), lambda machine, index: machine.stack.append(machine.memo[index])),
    "PROTO": _protocol,
    "FRAME": lambda _, __: None,
    "GLOBAL": _global,
    "STACK_GLOBAL": _stack_global,
    "REDUCE": _reduce,
    "NEWOBJ": _new,
    "BUILD": _build,
}  # fmt: skip
"""Opcode → what it does; persistent ids, extensions, out-of-band buffers, INST, OBJ and NEWOBJ_EX have no business in
a model file."""


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
    steps = np.diff(pointers.astype(np.int64))
    if pointers.shape != (count + 1,) or pointers[0] != 0 or pointers[-1] != entries or (steps < 0).any():
        raise Refused(f"'{name}' has pointers that don't fit its entries")
    return np.repeat(np.arange(count), steps)


def _check_within(index: NDArray[Any], limit: int, name: str) -> None:
    if index.ndim != 1 or index.dtype.kind not in "iu" or (index.size and (index.min() < 0 or index.max() >= limit)):
        raise Refused(f"'{name}' points outside 0–{limit - 1}")
