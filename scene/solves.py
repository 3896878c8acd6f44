"""A folder that a solve wrote, taken into a scene's settings; and these where Blender runs without the extension."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import bones, clips, fitted, mapping, settings, summary

_PARTS = (settings, summary, mapping, bones)
"""What a scene and its objects keep of the extension in a .blend."""


@contextmanager
def registered() -> Iterator[None]:
    """Settings, tables and bones can be made here, also where Blender runs without the extension."""
    if bones.is_registered():
        yield
        return
    for part in _PARTS:
        part.register()
    try:
        yield
    finally:
        for part in reversed(_PARTS):
            part.unregister()


def is_solve(folder: Path) -> bool:
    return (folder / "fit.npz").is_file()


def take(scene: Any, folder: Path) -> None:
    """Make a solve, or a transfer's two, the scene's last result; name its footage where none is named yet."""
    chosen = settings.of_scene(scene)
    chosen.result_folder, chosen.output = str(folder), str(folder)
    chosen.result_of_plate = is_solve(folder / "target")
    summary.note(scene)
    _take_footage(chosen, "source", folder)
    if chosen.result_of_plate:
        _take_footage(chosen, "plate", folder / "target")


def _take_footage(chosen: Any, role: str, folder: Path) -> None:
    footage = fitted.footage_of(folder)
    if footage is not None and clips.footage_of(chosen, role) is None:
        setattr(chosen, f"{role}_file", footage.argument)
