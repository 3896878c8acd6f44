"""Footage as the artist names it: a movie clip of the file or a path."""

import re
from pathlib import Path
from typing import Any

import bpy

_FRAME_NUMBER = re.compile(r"\d+(?=\D*$)")
"""In the stem: a suffix may end in a digit, as .jp2 does."""


def footage_path(clip: Any, file: str) -> Path | None:
    """The footage that a clip (first choice) or a path field names; None where both are empty.

    An image sequence is given as a pattern, 'shot.%04d.png'.
    """
    if clip is not None:
        path = Path(bpy.path.abspath(clip.filepath, library=clip.library))
        return path.with_name(_pattern(path.name)) if clip.source == "SEQUENCE" else path
    return Path(bpy.path.abspath(file)) if file else None


def _pattern(first: str) -> str:
    stem, suffix = Path(first).stem, Path(first).suffix
    number = _FRAME_NUMBER.search(stem)
    if number is None:
        return first
    return f"{stem[: number.start()]}%0{len(number.group())}d{stem[number.end() :]}{suffix}"


def first_frame(clip: Any, scene: Any) -> float:
    """The scene frame on which the footage's second 0 falls."""
    return float(scene.frame_start if clip is None else clip.frame_start)
