"""Every file format that holds a performance's curves: which there are, and reading any of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from ..errors import InputError
from ..facs.codes import CODES
from ..facs.performance import Performance
from .columns import read_table
from .curves_json import read_curves_json, write_curves_json
from .facs_csv import from_codes, from_facs, write_facs
from .live_link import LIVE_LINK_FPS, from_live_link, is_live_link, write_arkit
from .openface import from_openface, is_openface, write_openface

Format = Literal["live_link", "openface", "facs", "json", "npz"]

WRITERS: dict[Format, tuple[str, Callable[[Performance, Path], None]]] = {
    "live_link": (".csv", write_arkit),
    "openface": (".csv", write_openface),
    "facs": (".csv", write_facs),
    "json": (".json", write_curves_json),
    "npz": (".npz", Performance.save),
}
"""Suffix and writer by format."""


def read_performance(path: Path, short_fps: float = LIVE_LINK_FPS) -> Performance:
    """A performance from performance.npz, curves as JSON, a Live Link Face CSV, an OpenFace CSV, a facs.csv or a sheet
    of FACS codes (`timestamp` and any of codes.CODES, 0–1); told apart by what is inside.

    `short_fps` is taken for the rate of a Live Link Face file of less than a second, whose timecodes don't tell it.
    Raises InputError naming the file where it is none of them or a value is missing or not a number.
    """
    if path.suffix.lower() == ".npz":
        return Performance.load(path)
    if path.suffix.lower() == ".json":
        return read_curves_json(path)
    table = read_table(path)
    if "AU12_L" in table:
        return from_facs(table, path)
    if is_live_link(table):
        return from_live_link(table, short_fps, path)
    if is_openface(table):
        return from_openface(table, path)
    if CODES & set(table):
        return from_codes(table, path)
    raise InputError(f"{path}: neither performance.npz, curves as JSON, nor a Live Link Face, OpenFace or FACS CSV")
