"""Named files of a folder or zip that is not trusted: read into memory, never unpacked, never beyond a limit."""

import stat
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from ..errors import InputError
from ..storage import PACKED

Read = Callable[[str], bytes]
"""Gives the bytes of a file by its name; a ValueError says what is wrong with it."""

UNREADABLE = (OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error)
"""What reading a damaged, encrypted or exotically packed zip raises."""


def files_beside(path: Path, sample: str, folder: str, limit: int) -> Read:
    """A function that reads files standing beside `sample`, wherever that is in a folder or zip.

    `folder`: the subfolder that usually holds them; `limit`: bytes that no file may exceed. A zip's names are only
    compared, so none can lead out of it. Raises InputError where `path` can't be opened or has no `sample`.
    """
    if path.is_dir():
        return _of_folder(path, sample, folder, limit)
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file or folder") from error
    except UNREADABLE as error:
        raise InputError(f"{path}: not a readable zip ({error})") from error
    return _of_zip(path, archive, sample, limit)


def folder_with(path: Path, sample: str, folder: str) -> Path:
    """Where in a folder `sample` stands: in itself, in its subfolder `folder`, or in one beneath a subfolder.

    Raises InputError where it is in none of them.
    """
    try:
        places = (path, path / folder, *sorted(path.glob(f"*/{folder}")))
        return next(place for place in places if (place / sample).is_file())
    except StopIteration:
        raise InputError(f"{path}: holds no {sample}") from None
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror or error})") from error


def _of_folder(path: Path, sample: str, folder: str, limit: int) -> Read:
    found = folder_with(path, sample, folder)

    def read(name: str) -> bytes:
        file = found / name
        try:
            status = file.stat()
            if not stat.S_ISREG(status.st_mode):
                raise ValueError(f"{name} is no file")
            if status.st_size > limit:
                raise ValueError(f"{name} is {status.st_size >> 20} MB, more than such a file can be")
            return file.read_bytes()
        except FileNotFoundError as error:
            raise ValueError(f"{name} is missing") from error
        except OSError as error:
            raise ValueError(f"{name} can't be read: {error.strerror or error}") from error

    return read


def _of_zip(path: Path, archive: zipfile.ZipFile, sample: str, limit: int) -> Read:
    members = {PurePosixPath(entry.filename): entry for entry in archive.infolist()}
    beside = sorted((name.parent for name in members if name.name == sample), key=lambda place: len(place.parts))
    if not beside:
        raise InputError(f"{path}: holds no {sample}")

    def read(name: str) -> bytes:
        entry = members.get(beside[0] / name)
        if entry is None:
            raise ValueError(f"{name} is missing")
        if entry.file_size > limit:
            raise ValueError(f"{name} is {entry.file_size >> 20} MB, more than such a file can be")
        if entry.compress_type not in PACKED:
            raise ValueError(f"{name} is packed in a way that is not known")
        try:
            return archive.read(entry)  # never longer than the size it claims
        except UNREADABLE as error:
            raise ValueError(f"{name} can't be read: {error}") from error

    return read
