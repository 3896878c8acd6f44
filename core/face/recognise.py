"""What kind of face model a file, zip or folder is: told by its contents, never by its name."""

from pathlib import Path

from ..errors import InputError
from .geometry import Geometry
from .ict import read_ict

READABLE = "ICT-FaceKit (folder or zip)"


def read_geometry(path: Path) -> Geometry:
    """The head that a file or folder holds. Raises InputError, one line, where it is none that can be read."""
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    if path.is_dir() or _opening(path).startswith(b"PK"):
        return read_ict(path).geometry()
    raise InputError(f"{path}: not a face model that can be read; give {READABLE}")


def _opening(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(512)
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror or error})") from error
