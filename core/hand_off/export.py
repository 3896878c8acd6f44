"""Runs the kinds of a hand-off, one after another, and leaves a list of what they wrote."""

import json
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..job import FILE
from ..shot import Run
from ..storage import check_writable, write_json
from .handed import HandOff, begin, is_character
from .kinds import KINDS, PRESETS
from .scenes import FORMATS

REPORT = "export.json"


def export(kind: str, made: Path, folder: Path, run: Run) -> list[Path]:
    """Write one kind, or all of a preset, of what `made` holds into `folder`; its files. What other kinds left there
    stays. Raises InputError where `made` can't be handed on.
    """
    hand = begin(made, folder, run)
    if is_character(made) and not set(kinds_of(kind)) <= set(FORMATS):
        raise InputError(f"{made}: is a character, which can be exported as {', '.join(FORMATS)}")
    check_writable(folder)
    _refuse_anothers(hand)
    exporters = {name: KINDS[name].load() for name in kinds_of(kind)}
    files: list[Path] = []
    for name, write in exporters.items():
        run.reporter.check()
        with run.timings.stage(name):
            _note(hand, name)
            written = write(hand)
        _note(hand, name, written)
        files += written
    return files


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
