"""Rig maps as files: the user's presets, and any other."""

from pathlib import Path
from typing import Any

from ..core.errors import InputError
from ..core.rigs.mapping import RigMap
from ..core.userdata import user_data_folder
from . import mapping, strings

SUFFIX = ".json"


def preset_folder() -> Path:
    """Where the user's presets lie."""
    return user_data_folder() / "rig_maps"


def presets() -> dict[str, Path]:
    """The user's presets by name."""
    return {file.stem: file for file in sorted(preset_folder().glob(f"*{SUFFIX}"))}


def save(carrier: Any, file: Path) -> None:
    """Raises InputError where the table is empty or has a key twice, Failure where the file can't be written."""
    if not mapping.has_map(carrier):
        raise InputError(strings.NO_MAP.format(name=carrier.name))
    mapping.rig_map(carrier).save(file)


def load(carrier: Any, file: Path) -> tuple[str, ...]:
    """Make a preset the carrier's table; what the rig lacks of it, 'mesh: key'.

    Raises InputError where the file is no preset, or the rig has none of its keys; the table stays as it was then.
    """
    wanted, missing = RigMap.load(file).on(mapping.places(carrier))
    if not wanted.rows:
        raise InputError(strings.PRESET_OF_ANOTHER.format(file=file, name=carrier.name))
    mapping.store(carrier, wanted)
    return missing
