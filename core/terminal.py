"""Reporter for a terminal: a progress bar a stage on stderr, plain lines where it isn't one."""

import sys
import time
from typing import TextIO

from .errors import Cancelled

WIDTH = 28
REDRAW_SECONDS = 0.1


class TerminalReporter:
    """Draws bars where the stream is a terminal; elsewhere a line when a stage ends."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._live = self._stream.isatty()
        self._stage = ""
        self._begun = self._drawn = 0.0
        self._cancelled = False

    def progress(self, stage: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._begun, self._drawn = stage, now, 0.0
        over = done == total
        if not over and (not self._live or now - self._drawn < REDRAW_SECONDS):
            return
        self._drawn = now
        elapsed = now - self._begun
        rate = f", {done / elapsed:.0f}/s" if elapsed > REDRAW_SECONDS else ""  # too short to tell
        self._stream.write(("\r" if self._live else "") + _bar(stage, done, total, rate) + ("\n" if over else ""))
        self._stream.flush()
        if over:
            self._drawn = 0.0

    def log(self, message: str) -> None:
        self._stream.write(("\r\x1b[K" if self._live else "") + message + "\n")
        self._stream.flush()

    def end(self) -> None:
        """Leave a bar that was not finished standing on a line of its own."""
        if self._live and self._drawn:
            self._stream.write("\n")
            self._stream.flush()

    def check(self) -> None:
        if self._cancelled:
            raise Cancelled("cancelled")

    def cancel(self) -> None:
        """Ask for a stop at the next frame."""
        self._cancelled = True


def _bar(stage: str, done: int, total: int | None, rate: str) -> str:
    if not total:
        return f"{stage:16} {done} frames{rate}"
    full = min(WIDTH, WIDTH * done // total)
    return f"{stage:16} [{'█' * full}{'·' * (WIDTH - full)}] {done}/{total}{rate}"
