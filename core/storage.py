"""Files that are either whole or absent, and dataclasses that save themselves as .npz with a schema version."""

import dataclasses
import hashlib
import json
import os
import tempfile
import tokenize
import types
import typing
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from .errors import Failure, InputError

UNREADABLE = (
    *(OSError, ValueError, EOFError, KeyError, SyntaxError, MemoryError, RuntimeError, NotImplementedError),
    *(zipfile.BadZipFile, zlib.error, tokenize.TokenError),
)
"""What numpy and zipfile raise at a damaged or hostile .npz."""
PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""Ways to pack that are read: of the output of others, zipfile takes more memory than a member claims to need."""
UNFINISHED = ".unfinished-"
"""How the names of files begin that are being written."""


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, with its suffix; moved over `path` on success, removed on any failure.

    Raises Failure where the folder can't be written or the disk is full.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED, suffix=path.suffix)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def check_writable(folder: Path) -> None:
    """Make the folder. Raises Failure where it can't be made or written."""
    for place in (folder, *folder.parents):
        if place.is_file():
            raise Failure(f"{folder}: can't be written ({place} is a file, not a folder); give another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(path: Path, error: OSError) -> Failure:
    reason = error.strerror or error
    return Failure(f"{path}: can't be written ({reason}); check the folder's rights and free space")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_text(path: Path, text: str) -> None:
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


class Saved:
    """Mix-in for frozen dataclasses of arrays, strings, tuples of strings, numbers and other Saved dataclasses.

    Subclasses name their `schema`, "kind/version"; loading any other schema is an InputError.
    """

    schema: ClassVar[str]

    def save(self, path: Path, *, packed: bool = True) -> None:
        """`packed`: compressed; what is large and read often is kept as it is, and read five times as fast."""
        write = np.savez_compressed if packed else np.savez
        with whole_file(path) as temporary, temporary.open("wb") as stream:
            write(stream, schema=np.array(self.schema), **_flatten(self))

    def digest(self) -> str:
        """A short hash of the contents."""
        found = hashlib.sha256(self.schema.encode())
        for name, value in sorted(_flatten(self).items()):
            found.update(name.encode() + np.ascontiguousarray(value).tobytes())
        return found.hexdigest()[:16]

    @classmethod
    def load(cls, path: Path) -> Self:
        try:
            with zipfile.ZipFile(path) as packed:
                if any(member.compress_type not in PACKED for member in packed.infolist()):
                    raise zipfile.BadZipFile("packed in a way that is not known")
            with np.load(path, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
        except FileNotFoundError as error:
            raise InputError(f"{path}: no such file") from error
        except UNREADABLE as error:
            reason = " ".join(str(error).split())
            raise InputError(f"{path}: not a readable {cls.schema.split('/')[0]} file ({reason})") from error
        found = str(arrays.pop("schema", "none"))
        if found != cls.schema:
            kind, wanted = found.split("/", maxsplit=1)[0], cls.schema.split("/")[0]
            wrong = (
                f"is a {kind} file; a {wanted} file is needed"
                if kind != wanted
                else "is of another version; make it again"
            )
            raise InputError(f"{path}: {wrong}")
        try:
            return typing.cast(Self, _rebuild(cls, arrays, ""))
        except (KeyError, ValueError, TypeError) as error:
            raise InputError(f"{path}: damaged {cls.schema.split('/')[0]} file ({error})") from error


def _flatten(value: Any, prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for field in dataclasses.fields(value):
        item = getattr(value, field.name)
        if item is None:
            continue
        if dataclasses.is_dataclass(item):
            flat |= _flatten(item, f"{prefix}{field.name}.")
        else:
            flat[prefix + field.name] = np.asarray(item)
    return flat


def _rebuild(cls: type[Any], arrays: dict[str, Any], prefix: str) -> Any:
    hints = typing.get_type_hints(cls)
    names = [field.name for field in dataclasses.fields(cls)]
    return cls(**{name: _field(hints[name], arrays, prefix + name) for name in names})


def _field(hint: Any, arrays: dict[str, Any], name: str) -> Any:
    if isinstance(hint, types.UnionType):
        inner = next(arm for arm in typing.get_args(hint) if arm is not type(None))
        present = name in arrays or any(key.startswith(name + ".") for key in arrays)
        return _field(inner, arrays, name) if present else None
    if dataclasses.is_dataclass(hint):
        return _rebuild(typing.cast(type[Any], hint), arrays, name + ".")
    stored = arrays[name]
    if typing.get_origin(hint) is tuple:
        inner = typing.get_args(hint)[0]
        return tuple(inner(item) for item in stored.tolist())
    if hint in (str, int, float, bool):
        return hint(stored.item())
    return stored
