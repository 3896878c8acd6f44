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
_COUNTER = re.compile(r"%0?(\d*)d")
_HASHES = re.compile(r"#+(?=[^#]*$)")


def footage_path(clip: Any, file: str) -> Path | None:
    """The footage that a clip (first choice) or a path field names; None where both are empty.

    An image sequence is given as a pattern, 'shot.%04d.png'.
    """
    if clip is not None:
        path = Path(bpy.path.abspath(clip.filepath, library=clip.library))
        return numbered(path) if clip.source == "SEQUENCE" else path
    return Path(bpy.path.abspath(file)) if file else None


def as_sequence(picture: Path) -> Path:
    """The pattern of a picture's sequence; the picture itself where no other is numbered like it."""
    number = _FRAME_NUMBER.search(picture.stem)
    if number is None or picture.suffix.lower() not in PICTURES:
        return picture
    like = f"{glob.escape(picture.stem[: number.start()])}{'[0-9]' * len(number.group())}"
    others = picture.parent.glob(f"{like}{glob.escape(picture.stem[number.end() :] + picture.suffix)}")
    return numbered(picture) if any(other != picture for other in others) else picture


def numbered(first: Path) -> Path:
    """The pattern of a sequence, 'shot.%04d.png', by one of its files."""
    number = _FRAME_NUMBER.search(first.stem)
    if number is None:
        return first
    start, end = number.span()
    return first.with_name(f"{first.stem[:start]}%0{end - start}d{first.stem[end:]}{first.suffix}")


def as_pattern(path: Path) -> Path:
    """A sequence's pattern as Blender's clips have it, 'shot.%04d.png', where it is written 'shot.####.png'."""
    return path.with_name(_HASHES.sub(lambda hashes: f"%0{len(hashes.group())}d", path.name))


def frame_number(picture: Path) -> int:
    """Of a sequence's file; 1 where it has none."""
    number = _FRAME_NUMBER.search(picture.stem)
    return int(number.group()) if number else 1


def first_file(footage: Path) -> Path:
    """The first file of a sequence by its pattern; of anything else, itself."""
    return min(sequence_files(footage), default=footage)


def sequence_files(footage: Path) -> list[Path]:
    """The files of a sequence by its pattern, in no order; of anything else, none."""
    name = as_pattern(footage).name
    counter = _COUNTER.search(name)
    if counter is None:
        return []
    digits = "[0-9]" * int(counter[1] or 1)
    like = f"{glob.escape(name[: counter.start()])}{digits}{glob.escape(name[counter.end() :])}"
    return list(footage.parent.glob(like))


def footage_of(chosen: Any, role: str) -> Path | None:
    """What the scene's settings name as 'source' or 'plate'."""
    return footage_path(getattr(chosen, f"{role}_clip"), getattr(chosen, f"{role}_file"))


def first_frame(clip: Any, scene: Any) -> float:
    """The scene frame on which the footage's second 0 falls."""
    return float(scene.frame_start if clip is None else clip.frame_start)


def start_of(chosen: Any, scene: Any, role: str = "source") -> float:
    """The scene frame on which a footage's second 0 falls, as the scene's settings have it."""
    return first_frame(getattr(chosen, f"{role}_clip"), scene) + float(chosen.offset)
