"""Characters and scenes from files, and back."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy

from ..core.errors import Failure, InputError
from ..core.storage import whole_file
from . import compat


def _import_gltf(path: str) -> None:
    bpy.ops.import_scene.gltf(filepath=path)


def _open_blend(path: str) -> None:
    bpy.ops.wm.open_mainfile(filepath=path, load_ui=False, use_scripts=False)


_READERS: dict[str, Callable[[str], None]] = {
    ".blend": _open_blend,
    ".glb": _import_gltf,
    ".gltf": _import_gltf,
    ".vrm": _import_gltf,
    ".fbx": compat.import_fbx,
}


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what Blender and its importers print of their progress off the terminal; errors go to stderr as ever."""
    sys.stdout.flush()
    terminal = os.dup(1)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(terminal, 1)
        os.close(terminal)


def open_rig(path: Path) -> None:
    """Replace the session's scene with the file's (.blend) or with an empty one that the character is imported into.

    Scripts in a .blend are not run. Raises InputError where the file is missing or can't be read.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file; give a .blend, .glb, .gltf, .fbx or .vrm")
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(f"{path}: not a kind of rig that can be read; give a .blend, .glb, .gltf, .fbx or .vrm")
    if reader is not _open_blend:
        new_scene()
    try:
        with quiet():
            reader(str(path))
    except Exception as error:  # importers raise whatever their parsing meets; a damaged file is the user's to hear of
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise InputError(f"{path}: can't be read as {path.suffix[1:]} ({reason[-1]}); export it again") from error


def new_scene() -> None:
    """An empty session: no objects, factory settings."""
    bpy.ops.wm.read_factory_settings(use_empty=True)


def save_blend(path: Path, *, relative: bool = True) -> None:
    """Save the session as a compressed .blend, whole or absent; the session keeps its own path. `relative`: paths
    become relative to the file; otherwise they stay as they are.
    """
    with whole_file(path) as temporary:
        temporary.unlink()  # an existing file would be kept as .blend1
        try:
            with quiet():
                bpy.ops.wm.save_as_mainfile(
                    filepath=str(temporary), compress=True, relative_remap=relative, copy=True, check_existing=False
                )
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1]
            raise Failure(f"{path}: can't be saved ({reason}); check the folder's rights and free space") from error
