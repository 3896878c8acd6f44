"""The worker's side of the pipe: a command runs here, and tells its parent in JSON lines.

Parent → worker, one JSON object a line: {"argv": [...]} once, {"request": {...}} as often as wanted to a command that
answers, then at most {"cancel": true}; a closed pipe cancels too.
Worker → parent: {"stage", "done", "total"}, {"log"}, {"answer": {...}}, and last {"error", "status"} or
{"result": status}.
"""

import json
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, TextIO

from .errors import Cancelled, ExpressionTransferError
from .reporting import Reporter

Command = Callable[[list[str], Reporter], int]
"""cli.main: runs a command line, returns its exit status; raises or reports the expected errors."""


class PipeReporter:
    """Reporter that writes to the parent, is asked and cancelled by it (a reporting.Conversation)."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._asked: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._cancelled = threading.Event()

    def progress(self, stage: str, done: int, total: int | None) -> None:
        self.send(stage=stage, done=done, total=total)

    def log(self, message: str) -> None:
        self.send(log=message)

    def check(self) -> None:
        if self._cancelled.is_set():
            raise Cancelled("cancelled")

    def requests(self, idle: float) -> Iterator[dict[str, Any]]:
        while True:
            try:
                request = self._asked.get(timeout=idle)
            except queue.Empty:
                return
            self.check()
            if request is not None:
                yield request

    def answer(self, **message: Any) -> None:
        self.send(answer=message)

    def ask(self, request: dict[str, Any]) -> None:
        self._asked.put(request)

    def cancel(self) -> None:
        self._cancelled.set()
        self._asked.put(None)  # wakes a command that waits for a request

    def send(self, **message: Any) -> None:
        with self._lock:
            self._stream.write(json.dumps(message) + "\n")
            self._stream.flush()


def serve(argv: list[str], load_command: Callable[[], Command], requests: BinaryIO, answers: TextIO) -> int:
    """Run the command with `argv`, reporting on `answers` and obeying a cancellation on `requests`; the exit status.

    It is loaded here, so that a broken installation is reported like any other failure.
    `requests` is unbuffered: a daemon thread inside a buffered read aborts Python's shutdown.
    """
    reporter = PipeReporter(answers)
    threading.Thread(target=_listen, args=(requests, reporter), daemon=True).start()
    signal.signal(signal.SIGTERM, _stop)
    try:
        status = load_command()(argv, reporter)
    except ExpressionTransferError as error:
        return _fail(reporter, str(error), error.exit_status)
    except KeyboardInterrupt:
        return _fail(reporter, "cancelled", Cancelled.exit_status)
    except Exception as error:  # the parent shows one line; the traceback goes to its log
        traceback.print_exc()
        return _fail(reporter, f"unexpected {type(error).__name__}: {error}", 1)
    reporter.send(result=status)
    return status


def _fail(reporter: PipeReporter, message: str, status: int) -> int:
    reporter.send(error=message, status=status)
    return status


def _listen(requests: BinaryIO, reporter: PipeReporter) -> None:
    """Pass requests on; cancel on the parent's word, or when the parent is gone."""
    for line in requests:
        message = json.loads(line)
        if message.get("cancel"):
            break
        reporter.ask(message["request"])
    reporter.cancel()


def _stop(signum: int, frame: Any) -> None:  # noqa: ARG001  a signal handler's signature
    """Asked to end between two checks: unwind, so that no half-written file stays."""
    raise KeyboardInterrupt


def take_stdout() -> TextIO:
    """The pipe to the parent; from here on whatever prints to stdout (native libraries do) lands in stderr."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return answers
