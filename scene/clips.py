"""Footage as the artist names it: a movie clip of the file or a path."""

import glob
import re
from pathlib import Path
from typing import Any

import bpy

PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".exr", ".dpx", ".cin", ".tga", ".bmp", ".webp", ".hdr", ".jp2")
"""Suffixes of stills and of sequences' files, as core.clip.images has them, which needs OpenCV."""
MOVIES = (".mp4", ".mov", ".mkv", ".avi", ".webm", ".m4v", ".mxf", ".mpg", ".mts")
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


def as_sequence(picture: Path) -> Path:
    """The pattern of a picture's sequence; the picture itself where no other is numbered like it."""
    number = _FRAME_NUMBER.search(picture.stem)
    if number is None or picture.suffix.lower() not in PICTURES:
        return picture
    like = f"{glob.escape(picture.stem[: number.start()])}{'[0-9]' * len(number.group())}"
    others = picture.parent.glob(f"{like}{glob.escape(picture.stem[number.end() :] + picture.suffix)}")
    return picture.with_name(_pattern(picture.name)) if any(other != picture for other in others) else picture


def _pattern(first: str) -> str:
    stem, suffix = Path(first).stem, Path(first).suffix
    number = _FRAME_NUMBER.search(stem)
    if number is None:
        return first
    return f"{stem[: number.start()]}%0{len(number.group())}d{stem[number.end() :]}{suffix}"


def first_frame(clip: Any, scene: Any) -> float:
    """The scene frame on which the footage's second 0 falls."""
    return float(scene.frame_start if clip is None else clip.frame_start)
