"""Raw face model files made ready for use: read, given named expressions, calibrated, and kept in a cache."""

import hashlib
import importlib.metadata
import json
from contextlib import suppress
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..face.flame import TEXTURE_FILES, read_flame
from ..face.flame_engines import forward_of
from ..face.geometry import Geometry
from ..face.ict import mesh_files
from ..face.library import BUILTIN_PATH, load_builtin, load_file
from ..face.model import FaceModel
from ..face.recognise import read_geometry
from ..reporting import Reporter
from ..userdata import cache_folder, cached_files
from .calibration import SEED, VERSION, calibrated, landmarks_of
from .carry import with_expressions
from .flame_codes import with_flame_codes
from .observer import open_observer

PREPARED = 2
"""Raised whenever a reader makes another Geometry of the same file than before, so that cached models are made anew."""


def prepared(path: Path, reporter: Reporter, engine: str = "numpy") -> FaceModel:
    """The model of a raw file, zip or folder; from the cache where it was prepared before.

    `engine`: who evaluates FLAME (face.flame_engines); the result is the same.
    Raises InputError for what can't be read or shows no face, Cancelled where the reporter asks to stop; neither
    leaves anything behind.
    """
    kept = cache_folder() / f"{_fingerprint(path)}.npz"
    try:
        return load_file(kept)
    except InputError:
        geometry = read_geometry(path)
        if geometry.code_names:
            flame = read_flame(path)
            forward = forward_of(flame, engine)
            model = with_flame_codes(made_ready(geometry, reporter), flame, forward, reporter)
        else:
            model = made_ready(geometry, reporter)
        model.save(kept, packed=False)
        return model


def made_ready(geometry: Geometry, reporter: Reporter) -> FaceModel:
    """A geometry calibrated, after the built-in head's expressions were carried over to it where it brought none."""
    if not geometry.expressions:
        try:
            with open_observer() as observer:
                placed = landmarks_of(geometry, observer, reporter, np.random.default_rng(SEED))
        except InputError as error:
            raise InputError(f"{geometry.name}: {error}") from error
        geometry = with_expressions(geometry, placed, load_builtin())
    return calibrated(geometry, reporter)


def clear_cache() -> int:
    """Forget what was prepared and measured; the bytes that this freed."""
    freed = 0
    for file, size in cached_files().items():
        with suppress(PermissionError):  # Windows keeps libraries that a process has loaded (core.wheels)
            file.unlink(missing_ok=True)
            freed += size
    return freed


def _fingerprint(path: Path) -> str:
    """By place, size and time of modification: hashing a hundred megabytes would take longer than loading the cache."""
    textures = (path.parent / name for name in TEXTURE_FILES)
    files = mesh_files(path) if path.is_dir() else [path, *(file for file in textures if file.is_file())]
    try:
        stamps = [[str(file.resolve()), *_stamp(file)] for file in (*files, BUILTIN_PATH)]
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror or error})") from error
    made_by = [PREPARED, VERSION, FaceModel.schema, _detector()]
    return hashlib.sha256(json.dumps([made_by, stamps]).encode()).hexdigest()[:16]


def _detector() -> str:
    """What decides which detector a calibration meets, told without loading it."""
    try:
        return importlib.metadata.version("mediapipe")
    except importlib.metadata.PackageNotFoundError:
        return "none"


def _stamp(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_size, status.st_mtime_ns
