"""Tables that `make bench` prints: a row a figure, with its bar and its peer where there are any."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    what: str
    figure: float
    unit: str = ""
    bar: float | None = None
    at_least: bool = True
    """Whether the figure should reach the bar, or stay under it."""
    peer: str = ""
    """A peer's figure of the same run, in words."""

    def cells(self) -> tuple[str, ...]:
        if self.bar is None:
            return self.what, f"{self.figure:.4g} {self.unit}", "", "", self.peer
        met = self.figure >= self.bar if self.at_least else self.figure <= self.bar
        bar = f"{'≥' if self.at_least else '≤'} {self.bar:g}"
        return self.what, f"{self.figure:.4g} {self.unit}", bar, "met" if met else "MISSED", self.peer


def print_table(title: str, rows: Iterable[Row]) -> None:
    """Print in columns, as Markdown."""
    table = [("", "figure", "bar", "", "peer, same run"), *(row.cells() for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(5)]
    print(f"\n### {title}\n")
    for index, row in enumerate(table):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
        if index == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    print(flush=True)
