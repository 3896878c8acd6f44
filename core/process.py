"""The parent's side of the pipe: starts a worker, collects what it says, stops it."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from .errors import Failure

BOOTSTRAP = Path(__file__).resolve().parent.parent / "worker.py"
ASK_SECONDS = 0.4
"""After a cancellation: how long the worker may finish its frame before it is terminated."""
END_SECONDS = 0.2
"""After termination: how long it may clean up before it is killed."""


@dataclass(frozen=True)
class Progress:
    stage: str
    done: int
    total: int | None


@dataclass(frozen=True)
class Log:
    message: str


@dataclass(frozen=True)
class Answer:
    """To a request."""

    message: dict[str, Any]


@dataclass(frozen=True)
class Ended:
    """The worker is gone. `error` is empty where the command did what it was asked."""

    status: int
    error: str


Event = Progress | Log | Answer | Ended


class WorkerProcess:
    """One command in a process of its own; never blocks its owner, who polls a few times a second."""

    def __init__(
        self,
        argv: list[str],
        environment: Mapping[str, str] | None = None,
        *,
        bootstrap: Path = BOOTSTRAP,
        python: Sequence[str] = (sys.executable, "-I"),
        module: str = "cli",
    ) -> None:
        """Start `python` (Blender's own, inside Blender; or a whole Blender) on the bootstrap, where one of the
        package's modules serves the command.

        `environment` is added to this process's own. Raises Failure where it can't be started.
        """
        flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows opens a console otherwise
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(  # noqa: S603  our own file with our own Python
                [*python, str(bootstrap)], stdin=pipe, stdout=pipe, stderr=pipe, text=True, encoding="utf-8",
                errors="replace", creationflags=flags, env=os.environ | dict(environment or {}),
            )  # fmt: skip
        except OSError as error:
            raise Failure(
                f"{python[0]}: the worker can't be started ({error.strerror or error}); reinstall Blender"
            ) from error
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._said: deque[str] = deque(maxlen=200)
        self._logged: list[str] = []
        self._cancelled = False
        self._stderr_reader = _start_thread(self._read_stderr)
        _start_thread(self._read_stdout)
        self._send({"argv": argv, "path": [folder for folder in sys.path if folder], "module": module})

    @property
    def stderr(self) -> str:
        """The last lines that the worker and its libraries wrote to stderr."""
        return "".join(self._said)

    @property
    def logged(self) -> list[str]:
        """The lines that the command has reported so far."""
        return list(self._logged)

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def poll(self) -> list[Event]:
        """What came since the last call, in order; Ended comes last and once."""
        events: list[Event] = []
        while not self._events.empty():
            events.append(self._events.get())
        return events

    def wait(self) -> Ended:
        """Block until the worker is gone."""
        while True:
            event = self._events.get()
            if isinstance(event, Ended):
                return event

    def request(self, **message: Any) -> None:
        """Ask a command that answers; its Answer comes among the events."""
        self._send({"request": message})

    def cancel(self) -> None:
        """Ask the worker to stop, and see to it in the background that it does within a second."""
        if not self._cancelled:
            self._cancelled = True
            _start_thread(self._see_off)

    def stop(self) -> None:
        """Cancel and stay until the worker is gone (at most a second)."""
        self.cancel()
        self._process.wait()

    def _see_off(self) -> None:
        """Ask, then terminate, then kill: on a clock of its own, however busy the owner is."""
        self._send({"cancel": True})
        for seconds, harder in ((ASK_SECONDS, self._process.terminate), (END_SECONDS, self._process.kill)):
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                harder()

    def _send(self, message: dict[str, Any]) -> None:
        stream = _open_pipe(self._process.stdin)
        try:
            stream.write(json.dumps(message) + "\n")
            stream.flush()
        except (OSError, ValueError):  # it is gone already: Ended says so
            with suppress(OSError):
                stream.close()  # what it holds back would be tried again when it is forgotten

    def _read_stderr(self) -> None:
        self._said.extend(_open_pipe(self._process.stderr))

    def _read_stdout(self) -> None:
        last: dict[str, Any] = {}
        for line in _open_pipe(self._process.stdout):
            message = _parse(line)
            if "stage" in message:
                self._events.put(Progress(message["stage"], message["done"], message["total"]))
            elif "log" in message:
                self._logged.append(message["log"])
                self._events.put(Log(message["log"]))
            elif "answer" in message:
                self._events.put(Answer(message["answer"]))
            elif message:
                last = message
        self._events.put(self._ended(last))

    def _ended(self, last: dict[str, Any]) -> Ended:
        status = self._process.wait()
        self._stderr_reader.join(timeout=1.0)
        if self._cancelled and status != 0:
            return Ended(130, "cancelled")
        if "error" in last:
            return Ended(int(last["status"]), str(last["error"]))
        said = [line.strip() for line in self._said if line.strip()]
        if "result" in last:  # the command has told stderr itself, as it does in a terminal
            return Ended(status, "" if status == 0 else (said or [f"the command ended with status {status}"])[-1])
        how = f"was ended by signal {-status}" if status < 0 else f"stopped with status {status}"
        return Ended(status or 1, f"the worker process {how}" + (f": {said[-1]}" if said else ""))


def _start_thread(target: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    return thread


def _open_pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None  # Popen was given PIPE
    return stream


def _parse(line: str) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}
