"""How long work tells of itself and is told to stop: one protocol for terminal, Blender's window and a farm."""

from typing import Protocol


class Reporter(Protocol):
    """Receives progress and asks for a stop. Stages call `check` at least once a frame."""

    def progress(self, stage: str, done: int, total: int | None) -> None:
        """`done` of `total` frames (None: unknown) of `stage` are finished."""

    def log(self, message: str) -> None:
        """One line worth telling the user."""

    def check(self) -> None:
        """Raise Cancelled if a stop was asked for."""


class SilentReporter:
    """Reports to nobody and never cancels."""

    def progress(self, stage: str, done: int, total: int | None) -> None:
        pass

    def log(self, message: str) -> None:
        pass

    def check(self) -> None:
        pass
