"""The packages that the engine runs on, where it is installed as Blender's extension: its own wheels, come what may.

All extensions share one site-packages folder, and users install into Blender's Python as well. So another opencv may
lie in the place of ours, or on the path before it. A wheel that isn't found whole is unpacked into the cache, and put
first on the path.
"""

import re
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from .storage import UNFINISHED
from .userdata import cache_folder

FOLDER = Path(__file__).resolve().parent.parent / "wheels"
"""Of the installed extension; a checkout has none."""

_TAGS = re.compile(r"-(?P<python>[^-]+)-(?P<abi>[^-]+)-[^-]+\.whl$")


def put_first(folder: Path = FOLDER) -> None:
    """See to it that this process imports what is in the wheels of a folder. For processes of our own, before anything
    of theirs is imported: in Blender's own they would take the place of other add-ons' packages.
    """
    for wheel in sorted(folder.glob("*.whl")):
        if fits(wheel.name) and not _is_found(wheel, sys.path):
            sys.path.insert(0, str(_unpacked(wheel)))


def fits(wheel: str, python: tuple[int, int] = sys.version_info[:2]) -> bool:
    """Whether a wheel, by its file name, is for a Python. Its platform is the extension's."""
    found = _TAGS.search(wheel)
    if found is None:
        return False
    stable = "abi3" in found["abi"].split(".")
    return any(_is_for(tag, python, stable=stable) for tag in found["python"].split("."))


def _is_for(tag: str, python: tuple[int, int], *, stable: bool) -> bool:
    """A tag is an implementation and a version: py3, cp313. A stable one serves all later minor versions."""
    major, minor = int(tag[2:3]), tag[3:]
    if major != python[0]:
        return False
    return not minor or int(minor) == python[1] or (stable and int(minor) < python[1])


def _is_found(wheel: Path, path: Sequence[str]) -> bool:
    """Whether the first folder of a search path that has any of the wheel's modules has all of its files, by size."""
    with zipfile.ZipFile(wheel) as packed:
        sizes = {Path(each.filename): each.file_size for each in packed.infolist() if _is_installed(each)}
    modules = {file.parts[0] for file in sizes if not file.parts[0].endswith(".dist-info")}
    first = next((Path(folder) for folder in path if any((Path(folder) / name).exists() for name in modules)), None)
    return first is not None and all(_size(first / file) == size for file, size in sizes.items())


def _is_installed(member: zipfile.ZipInfo) -> bool:
    """Not RECORD, which installers write anew, nor data such as man pages, which they put elsewhere."""
    first, *rest = Path(member.filename).parts
    return not (member.is_dir() or first.endswith(".data") or rest == ["RECORD"])


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return -1


def _unpacked(wheel: Path) -> Path:
    """The wheel's own folder in the cache; made under a temporary name, so that it is whole wherever it is."""
    folder = cache_folder() / "wheels" / wheel.stem
    if not _is_found(wheel, [str(folder)]):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=folder.parent) as unfinished:
            with zipfile.ZipFile(wheel) as packed:
                packed.extractall(Path(unfinished) / wheel.stem)
            shutil.rmtree(folder, ignore_errors=True)
            (Path(unfinished) / wheel.stem).rename(folder)
    return folder
