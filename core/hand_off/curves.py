"""The performance's curves, in every format that reads them."""

from functools import partial
from pathlib import Path

from ..export.curves import WRITERS, Format
from ..export.curves_json import write_curves_json
from ..export.live_link import write_arkit
from .handed import Exporter, HandOff

_NAMES: dict[Format, str] = {"json": "curves"}
"""Of files that aren't named after their format."""


def exporter(kind: Format) -> Exporter:
    """Writes the curves in one format."""
    return partial(_export, kind)


def _export(kind: Format, hand: HandOff) -> list[Path]:
    suffix, write = WRITERS[kind]
    file = hand.folder / f"{_NAMES.get(kind, kind)}{suffix}"
    if kind == "live_link":
        write_arkit(hand.performance, file, hand.clock)
    elif kind == "json":
        write_curves_json(hand.performance, file, altered=hand.says_altered)
    else:
        write(hand.performance, file)
    return [file]
