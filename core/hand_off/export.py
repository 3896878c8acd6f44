"""Runs the kinds of a hand-off, one after another, and leaves a list of what they wrote."""

import json
from pathlib import Path
from typing import Any

from ..errors import InputError
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
    exporters = {name: KINDS[name].load() for name in kinds_of(kind)}
    check_writable(folder)
    files: list[Path] = []
    for name, write in exporters.items():
        run.reporter.check()
        with run.timings.stage(name):
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


def _note(hand: HandOff, kind: str, files: list[Path]) -> None:
    """Add a kind to the folder's list."""
    file = hand.folder / REPORT
    known: dict[str, Any] = {}
    if file.is_file():
        try:
            known = dict(json.loads(file.read_text(encoding="utf-8")))
        except ValueError:
            known = {}
    known[kind] = {"made_from": str(hand.made), "files": [str(each.relative_to(hand.folder)) for each in files]}
    write_json(file, known)
