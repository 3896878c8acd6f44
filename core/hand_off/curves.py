"""The performance's curves, in every format that reads them."""

from functools import partial
from pathlib import Path

from ..export.curves import WRITERS, Format
from .handed import Exporter, HandOff


def exporter(kind: Format) -> Exporter:
    """Writes the curves in one format, named after it."""
    return partial(_export, kind)


def _export(kind: Format, hand: HandOff) -> list[Path]:
    suffix, write = WRITERS[kind]
    file = hand.folder / f"{kind}{suffix}"
    write(hand.performance, file)
    return [file]
