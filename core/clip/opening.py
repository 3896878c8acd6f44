"""What a path given by the user means."""

import re
from fractions import Fraction
from pathlib import Path

from ..errors import InputError
from .footage import Clip
from .images import EXTENSIONS, numbered_files, open_sequence, open_still, sequences_in
from .video import open_video


def open_clip(path: Path, start: int | None = None, end: int | None = None, fps: Fraction | None = None) -> Clip:
    """Open footage: a video, a still, `name.####.exr`, `name.%04d.exr`, or a folder with exactly one sequence.

    `start` and `end` are source frame numbers, both included. `fps` overrides what the file says (24 where it says
    nothing); a video's own times are kept. A single file of a sequence is a still. What exists under a name is meant
    by it, also where the name reads as a pattern (take#2.mp4).

    Raises InputError naming the path: missing, empty, unreadable, with gaps in the range, or `start` past the end.
    """
    if not path.exists() and (match := _pattern(path.name)):
        return _open_pattern(path, match, start, end, fps)
    if path.is_dir():
        return _open_folder(path, start, end, fps)
    if path.suffix.lower() in EXTENSIONS:
        return open_still(path, start, end, fps)
    return open_video(path, start, end, fps)


def _pattern(name: str) -> tuple[str, int, str] | None:
    """Prefix, digits and suffix of a frame pattern; of several, the last stands for the number."""
    match = re.fullmatch(r"(.*?)(?:(#+)|%0?(\d*)d)((?:(?!#|%0?\d*d).)*)", name)
    if match is None:
        return None
    return match[1], len(match[2]) if match[2] else int(match[3] or 1), match[4]


def _open_pattern(
    path: Path, pattern: tuple[str, int, str], start: int | None, end: int | None, fps: Fraction | None
) -> Clip:
    files = numbered_files(path.parent, *pattern) if path.parent.is_dir() else {}
    if not files:
        raise InputError(f"{path}: no file matches; check the folder, the name and the number of digits")
    return open_sequence(files, path, start, end, fps)


def _open_folder(path: Path, start: int | None, end: int | None, fps: Fraction | None) -> Clip:
    sequences = sequences_in(path)
    if not sequences:
        raise InputError(f"{path}: the folder holds no numbered images; give a video, an image or a sequence")
    if len(sequences) > 1:
        names = ", ".join(f"{prefix}####{suffix}" for prefix, suffix in sorted(sequences)[:4])
        raise InputError(f"{path}: the folder holds several sequences ({names}); name one of them")
    return open_sequence(next(iter(sequences.values())), path, start, end, fps)
