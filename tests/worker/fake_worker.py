"""worker.py with commands that misbehave on request; started by path, as the real one is."""

import ctypes
import importlib.util
import os
import signal
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def count(reporter, argv):
    for frame in range(3):
        sys.stdout.write("noise on stdout\n")
        os.write(1, b"native noise\n")
        reporter.progress("detect", frame + 1, 3)
    reporter.log("three frames")
    return 0


def until_cancelled(reporter, argv):
    path = Path(argv[1])
    path.write_text("half")
    try:
        reporter.progress("fit", 0, None)
        while True:
            reporter.check()
            time.sleep(0.01)
    finally:
        path.unlink()


def without_checks(reporter, argv):
    """Never checks, but Python's signals reach it."""
    path = Path(argv[1])
    path.write_text("half")
    try:
        reporter.progress("fit", 0, None)
        while True:
            time.sleep(0.01)
    finally:
        path.unlink()


def deaf(reporter, argv):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    reporter.progress("fit", 0, None)
    time.sleep(60)


def input_error(reporter, argv):
    from expression_transfer.core.errors import InputError  # noqa: PLC0415  the bootstrap names the package first

    raise InputError("none.mp4: no such file")


def bug(reporter, argv):
    raise ZeroDivisionError("oops")


def segfault(reporter, argv):
    sys.stderr.write("about to go\n")
    ctypes.string_at(0)


def status(reporter, argv):
    sys.stderr.write("clip.mp4: no face in it\n")
    return 2


def where(reporter, argv):
    import expression_transfer  # noqa: PLC0415

    reporter.log(expression_transfer.__file__)
    reporter.log(str("bpy" in sys.modules))
    return 0


def environment(reporter, argv):
    reporter.log(os.environ[argv[1]])
    return 0


def echo(reporter, argv):
    """Answers until nobody asks for so many seconds."""
    for request in reporter.requests(float(argv[1])):
        reporter.answer(**request)
    return 0


COMMANDS = {
    each.__name__: each
    for each in (
        count, until_cancelled, without_checks, deaf, input_error, bug, segfault, status, where, environment, echo,
    )
}  # fmt: skip


def main(argv, reporter):
    return COMMANDS[argv[0]](reporter, argv)


if __name__ == "__main__":
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "worker.py")
    bootstrap = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bootstrap)
    bootstrap.leave(bootstrap.main(lambda: main))
