"""Pickles played without ever running what they ask for.

A pickle is a program for a small stack machine that may call anything that can be imported. This machine plays that
program without a single call or import: what a file names is looked up in a table of inert kinds (`KINDS`), and a call
is noted down (`Made`). Anything else refuses the whole file.
"""

import codecs
import pickletools
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from io import BytesIO
from typing import Any

MOST_STEPS = 1_000_000
"""Opcodes of one file; FLAME has a few thousand."""
NEWEST_PROTOCOL = 5
LARGEST_KEY = 2**16
"""Of numbers as a dictionary's keys: of larger ones, enough collide to keep the dictionary busy for hours."""


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


def play(data: bytes) -> Any:
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
    if not all(_is_key(key) for key in keys):
        raise Refused("a dictionary with keys that are no names")  # hashing a deep tuple would overflow the C stack
    return dict(zip(keys, items[1::2], strict=True))


def _is_key(key: Any) -> bool:
    return isinstance(key, str | bytes) or (isinstance(key, int) and abs(key) <= LARGEST_KEY)


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
    if index > MOST_STEPS:
        raise Refused("remembers more than it does")
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
