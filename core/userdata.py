"""Where the user's own files lie."""

import os
import sys
from pathlib import Path

VARIABLE = "EXPRESSION_TRANSFER_DATA"


def user_data_folder() -> Path:
    """The folder for models and landmark bundles; the environment's EXPRESSION_TRANSFER_DATA overrides it."""
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
