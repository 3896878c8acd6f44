"""Reporter for a terminal: a progress bar a stage on stderr, plain lines where it isn't one."""

import sys
import time
from typing import TextIO

from .errors import Cancelled

WIDTH = 28
REDRAW_SECONDS = 0.1
ERASE_LINE = "\r\x1b[K"


class TerminalReporter:
    """Draws bars where the stream is a terminal; elsewhere a line when a stage ends.

    A stage ends at its total, when the next one begins or at `end`; many stop before their total.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._live = self._stream.isatty()
        self._stage = ""
        self._begun = self._drawn = 0.0
        self._bar = ""
        """The stage's last state; '' once its line is ended."""
        self._cancelled = False

    def progress(self, stage: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        if stage != self._stage:
            self.end()
            self._stage, self._begun, self._drawn = stage, now, 0.0
        elapsed = now - self._begun
        rate = f", {done / elapsed:.0f}/s" if elapsed > REDRAW_SECONDS else ""  # too short to tell
        self._bar = _bar(stage, done, total, rate)
        if done == total:
            self.end()
        elif self._live and now - self._drawn >= REDRAW_SECONDS:
            self._drawn = now
            self._write("\r" + self._bar)

    def log(self, message: str) -> None:
        self._write((ERASE_LINE if self._live else "") + message + "\n")

    def end(self) -> None:
        """Leave the stage's last state standing on a line of its own; to be called when the work is over."""
        if self._bar:
            self._write((ERASE_LINE if self._live else "") + self._bar + "\n")
            self._bar = ""

    def check(self) -> None:
        if self._cancelled:
            raise Cancelled("cancelled")

    def cancel(self) -> None:
        """Ask for a stop at the next frame."""
        self._cancelled = True

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _bar(stage: str, done: int, total: int | None, rate: str) -> str:
    if not total:
        return f"{stage:16} {done} frames{rate}"
    full = min(WIDTH, WIDTH * done // total)
    return f"{stage:16} [{'█' * full}{'·' * (WIDTH - full)}] {done}/{total}{rate}"
