"""How long work tells of itself and is told to stop: one protocol for terminal, Blender's window and a farm."""

from collections.abc import Iterator
from typing import Any, Protocol, runtime_checkable


class Reporter(Protocol):
    """Receives progress and asks for a stop. Stages call `check` at least once a frame."""

    def progress(self, stage: str, done: int, total: int | None) -> None:
        """`done` of `total` frames (None: unknown) of `stage` are finished."""

    def log(self, message: str) -> None:
        """One line worth telling the user."""

    def check(self) -> None:
        """Raise Cancelled if a stop was asked for."""


@runtime_checkable
class Conversation(Reporter, Protocol):
    """A reporter whose other side goes on asking while a command runs."""

    def requests(self, idle: float) -> Iterator[dict[str, Any]]:
        """What is asked, in order, until nothing is for `idle` seconds. Raises Cancelled if a stop was asked for."""

    def answer(self, **message: Any) -> None:
        """The answer to a request."""


class SilentReporter:
    """Reports to nobody and never cancels."""

    def progress(self, stage: str, done: int, total: int | None) -> None:
        pass

    def log(self, message: str) -> None:
        pass

    def check(self) -> None:
        pass
