"""Tables of comma-separated values: curves by column name, read with errors that name file, row and column."""

import csv
import io
from pathlib import Path

import numpy as np

from ..conventions import Array
from ..errors import InputError
from ..storage import write_text

Table = dict[str, list[str]]
"""Cells by column name."""


def read_table(path: Path) -> Table:
    """Raises InputError naming the file, and the row that is incomplete."""
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: not a readable CSV file ({error})") from error
    if len(rows) < 2:
        raise InputError(f"{path}: holds no rows of curves")
    header, body = [name.strip() for name in rows[0]], [row for row in rows[1:] if row]
    if any(len(row) != len(header) for row in body):
        raise InputError(
            f"{path}: row {next(i for i, row in enumerate(body, 2) if len(row) != len(header))} is incomplete"
        )
    return dict(zip(header, map(list, zip(*body, strict=True)), strict=True))


def numbers(table: Table, name: str, path: Path) -> Array:
    """A column's T values. Raises InputError naming the column that is missing or no finite number."""
    if name not in table:
        raise InputError(f"{path}: column '{name}' is missing")
    try:
        values = np.array(table[name], dtype=np.float64)
    except ValueError as error:
        raise InputError(f"{path}: column '{name}' holds something that is not a number") from error
    if not np.isfinite(values).all():
        raise InputError(f"{path}: column '{name}' holds a value that is not finite")
    return values


def rising(times: Array, path: Path) -> Array:
    """Seconds from the first row. Raises InputError where time runs backwards."""
    if np.any(np.diff(times) < 0):
        raise InputError(f"{path}: time runs backwards after row {int(np.diff(times).argmin()) + 2}; sort the rows")
    return np.asarray(times - times[0])


def rate(times: Array) -> float:
    """Rows per second; 24 where the times don't tell."""
    return float((len(times) - 1) / (times[-1] - times[0])) if len(times) > 1 and times[-1] > times[0] else 24.0


def decimals(row: Array) -> list[str]:
    """Cells of numbers."""
    return [f"{value:.6f}" for value in row]


def write_table(path: Path, header: list[str], rows: list[list[str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_text(path, text.getvalue())
