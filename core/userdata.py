"""Where the user's own files lie."""

import os
import stat
import sys
import time
from pathlib import Path

from .storage import UNFINISHED

VARIABLE = "EXPRESSION_TRANSFER_DATA"
ABANDONED = 3600.0
"""s after which a file that is still unfinished has lost its writer."""


_chosen: list[Path] = []


def use_folder(folder: Path | None) -> None:
    """Take another folder than the environment's, in this process; None: no longer."""
    _chosen[:] = [] if folder is None else [folder]


def user_data_folder() -> Path:
    """The folder for models and landmark bundles; the environment's EXPRESSION_TRANSFER_DATA overrides it."""
    if _chosen:
        return _chosen[0]
    if os.environ.get(VARIABLE):
        return Path(os.environ[VARIABLE])
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA", Path.home() / "AppData" / "Roaming"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "expression-transfer"


def cache_folder() -> Path:
    """Where what can be made again is kept; the user may clear it at any time."""
    return user_data_folder() / "cache"


def cached_files() -> dict[Path, int]:
    """Bytes of each file in the cache, except those that a process is just writing."""
    sizes = {}
    for file in cache_folder().rglob("*"):
        try:
            status = file.stat()
        except FileNotFoundError:  # another process was quicker
            continue
        written = not file.name.startswith(UNFINISHED) or time.time() - status.st_mtime > ABANDONED
        if written and stat.S_ISREG(status.st_mode):
            sizes[file] = status.st_size
    return sizes
