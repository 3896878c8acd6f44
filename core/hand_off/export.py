"""Runs the kinds of a hand-off, one after another, and leaves a list of what they wrote."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..job import FILE
from ..shot import Run
from ..storage import check_writable, write_json
from .frames import FrameFiles, write_frames
from .handed import Exporter, HandOff, begin, is_character
from .kinds import KINDS, PRESETS
from .result import Elsewhere
from .scenes import FORMATS

REPORT = "export.json"


def export(kind: str, made: Path, folder: Path, run: Run, elsewhere: Elsewhere) -> list[Path]:
    """Write one kind, or all of a preset, of what `made` holds into `folder`; its files. What other kinds left there
    stays. Raises InputError where `made` can't be handed on.
    """
    hand = begin(made, folder, run, elsewhere)
    if is_character(made) and not set(kinds_of(kind)) <= set(FORMATS):
        raise InputError(f"{made}: is a character, which can be exported as {', '.join(FORMATS)}")
    check_writable(folder)
    _refuse_anothers(hand)
    files: list[Path] = []
    for names, write in _steps(kinds_of(kind)):
        run.reporter.check()
        with run.timings.stage(", ".join(names)):
            for name in names:
                _note(hand, name)
            written = write(hand)
        for name in names:
            _note(hand, name, written[name])
            files += written[name]
    return files


Step = tuple[tuple[str, ...], Callable[[HandOff], dict[str, list[Path]]]]
"""Kinds that are written together, and what writes their files, by kind."""


def _steps(names: tuple[str, ...]) -> list[Step]:
    """Frames are made once for all that is written of them; the other kinds follow one by one."""
    loaded = {name: KINDS[name].load() for name in names}
    frames = {name: each for name, each in loaded.items() if isinstance(each, FrameFiles)}
    others = {name: each for name, each in loaded.items() if not isinstance(each, FrameFiles)}
    together: list[Step] = [(tuple(frames), partial(write_frames, kinds=tuple(frames.values())))] if frames else []
    return together + [((name,), partial(_alone, name, write)) for name, write in others.items()]


def _alone(name: str, write: Exporter, hand: HandOff) -> dict[str, list[Path]]:
    return {name: write(hand)}


def kinds_of(name: str) -> tuple[str, ...]:
    """The kinds that a kind or preset stands for. Raises InputError where it is neither."""
    if name in PRESETS:
        return PRESETS[name]
    if name in KINDS:
        return (name,)
    raise InputError(f"{name}: no such kind of export; there are {', '.join([*KINDS, *PRESETS])}")


def _refuse_anothers(hand: HandOff) -> None:
    """Raises InputError where the folder holds what was made of another result, whose files have the same names.
    Characters' don't.
    """
    if is_character(hand.made):
        return
    for told in _noted(hand.folder).values():
        other, begun = Path(told["made_from"]), told.get("files") or (hand.folder / FILE).is_file()
        if begun and other.suffix.lower() != ".blend" and other.resolve() != hand.made.resolve():
            raise InputError(
                f"{hand.folder}: holds an export of {other}, which would be replaced; give another folder with -o,"
                f" or delete {hand.folder / REPORT}"
            )


def _noted(folder: Path) -> dict[str, dict[str, Any]]:
    """The folder's list."""
    try:
        told = json.loads((folder / REPORT).read_text(encoding="utf-8"))
        return {str(kind): {**of, "made_from": str(of["made_from"])} for kind, of in told.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def _note(hand: HandOff, kind: str, files: list[Path] | None = None) -> None:
    """Add a kind to the folder's list; before its files are there, whose they will be."""
    known = _noted(hand.folder)
    names = (
        known.get(kind, {}).get("files", [])
        if files is None
        else [str(each.relative_to(hand.folder)) for each in files]
    )
    known[kind] = {"made_from": str(hand.made.resolve()), "files": names}
    write_json(hand.folder / REPORT, known)
