"""glTF 2.0's binary container (.glb): arrays as accessors in one buffer, and the JSON that names them."""

import json
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

VERTICES, INDICES = 34962, 34963
"""What a buffer view is for (ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER)."""
_COMPONENTS = {"float32": 5126, "uint16": 5123, "uint32": 5125}
_SHAPES = {(): "SCALAR", (2,): "VEC2", (3,): "VEC3", (4,): "VEC4"}
_MAGIC, _JSON, _BINARY = b"glTF", b"JSON", b"BIN\0"


class Buffer:
    """The binary part of a file, as it grows."""

    def __init__(self) -> None:
        self.accessors: list[dict[str, Any]] = []
        self.views: list[dict[str, Any]] = []
        self._bytes = bytearray()

    def add(self, values: NDArray[Any], target: int | None = None, *, bounds: bool = False) -> int:
        """The number of a new accessor (N, N×2, …) of float32 or whole numbers; `bounds`: with min and max, which
        positions and times have to have.
        """
        packed = _packed(values)
        view = {"bufferView": self.view(packed.tobytes(), target)}
        return self._accessor(packed, view, bounds)

    def add_sparse(self, values: NDArray[Any], *, bounds: bool = False) -> int:
        """As `add`, of values that are mostly zero: only the others are kept, where that is smaller."""
        packed = _packed(values)
        moved = np.flatnonzero(packed.any(axis=1))
        moved = moved if len(moved) else np.array([0])  # an accessor that says nothing at all is not read everywhere
        numbers = _packed(moved)
        if len(moved) * (numbers.itemsize + packed[0].nbytes) >= packed.nbytes:
            return self.add(values, bounds=bounds)
        sparse = {
            "count": len(moved),
            "indices": {"bufferView": self.view(numbers.tobytes()), "componentType": _COMPONENTS[numbers.dtype.name]},
            "values": {"bufferView": self.view(packed[moved].tobytes())},
        }
        return self._accessor(packed, {"sparse": sparse}, bounds)

    def view(self, data: bytes, target: int | None = None) -> int:
        """The number of a new buffer view."""
        self._bytes += bytes(-len(self._bytes) % 4)
        view = {"buffer": 0, "byteOffset": len(self._bytes), "byteLength": len(data)}
        self.views.append(view if target is None else view | {"target": target})
        self._bytes += data
        return len(self.views) - 1

    def file(self, tree: dict[str, Any]) -> bytes:
        """The whole .glb; `tree`: all of its JSON but for what this buffer knows."""
        self._bytes += bytes(-len(self._bytes) % 4)
        known = {"accessors": self.accessors, "bufferViews": self.views, "buffers": [{"byteLength": len(self._bytes)}]}
        text = json.dumps(tree | known, separators=(",", ":"), ensure_ascii=False).encode()
        text += b" " * (-len(text) % 4)
        chunks = b"".join(
            struct.pack("<I4s", len(data), kind) + data for kind, data in ((_JSON, text), (_BINARY, self._bytes))
        )
        return struct.pack("<4sII", _MAGIC, 2, 12 + len(chunks)) + chunks

    def _accessor(self, packed: NDArray[Any], where: dict[str, Any], bounds: bool) -> int:
        shape, kind = _SHAPES[packed.shape[1:]], _COMPONENTS[packed.dtype.name]
        accessor = {**where, "componentType": kind, "count": len(packed), "type": shape}
        if bounds:
            ends = (packed.min(axis=0), packed.max(axis=0))
            accessor |= {name: np.atleast_1d(end).tolist() for name, end in zip(("min", "max"), ends, strict=True)}
        self.accessors.append(accessor)
        return len(self.accessors) - 1


def _packed(values: NDArray[Any]) -> NDArray[Any]:
    """Little-endian float32, or the shorter of two kinds of whole numbers that holds them (not its last: that one
    means 'start anew' to graphics cards).
    """
    if values.dtype.kind == "f":
        return np.ascontiguousarray(values, dtype="<f4")
    return np.ascontiguousarray(values, dtype="<u2" if values.max(initial=0) < 2**16 - 1 else "<u4")
