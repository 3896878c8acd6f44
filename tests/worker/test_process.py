"""A worker that reports, fails, crashes and is cancelled, seen from its parent."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from expression_transfer.core.errors import Failure
from expression_transfer.core.process import Answer, Ended, Log, Progress, WorkerProcess

FAKE = Path(__file__).with_name("fake_worker.py")


def start(*argv) -> WorkerProcess:
    return WorkerProcess([str(each) for each in argv], bootstrap=FAKE)


def follow(worker, seconds=10.0):
    """Poll as Blender's timer does, until Ended."""
    events = []
    until = time.monotonic() + seconds
    while not (events and isinstance(events[-1], Ended)):
        assert time.monotonic() < until, events
        events += worker.poll()
        time.sleep(0.02)
    return events


def until_progress(worker):
    while not any(isinstance(event, Progress) for event in worker.poll()):
        time.sleep(0.02)


def test_progress_logs_and_result_in_order():
    events = follow(start("count"))
    assert events == [*(Progress("detect", done, 3) for done in (1, 2, 3)), Log("three frames"), Ended(0, "")]


def test_environment_reaches_the_worker():
    worker = WorkerProcess(
        ["environment", "EXPRESSION_TRANSFER_TASK"], {"EXPRESSION_TRANSFER_TASK": "x.task"}, bootstrap=FAKE
    )
    assert follow(worker)[0] == Log("x.task")


def test_it_is_this_package_without_bpy():
    root = FAKE.parents[2]
    assert follow(start("where"))[:2] == [Log(str(root / "__init__.py")), Log("False")]


@pytest.mark.parametrize("deed", ["until_cancelled", "without_checks"])
def test_cancel_stops_within_a_second_and_leaves_nothing(tmp_path, deed):
    worker = start(deed, tmp_path / "half")
    until_progress(worker)
    assert (tmp_path / "half").exists()
    begun = time.monotonic()
    worker.cancel()
    assert follow(worker)[-1] == Ended(130, "cancelled")
    assert time.monotonic() - begun < 1.0
    assert not (tmp_path / "half").exists()


def test_requests_are_answered_in_order_until_nobody_asks():
    worker = start("echo", 0.3)
    for number in range(3):
        worker.request(number=number, text="ä" * number)
    answers = [Answer({"number": number, "text": "ä" * number}) for number in range(3)]
    assert follow(worker) == [*answers, Ended(0, "")]
    worker.request(number=4)  # it is gone: nothing to hear, nothing to fail


def test_a_worker_that_waits_for_requests_is_cancelled_within_a_second():
    worker = start("echo", 60)
    worker.request(number=1)
    while not worker.poll():
        time.sleep(0.02)
    begun = time.monotonic()
    worker.cancel()
    assert follow(worker)[-1] == Ended(130, "cancelled")
    assert time.monotonic() - begun < 1.0


def test_a_deaf_worker_is_killed_within_a_second():
    worker = start("deaf")
    until_progress(worker)
    begun = time.monotonic()
    worker.stop()
    assert time.monotonic() - begun < 1.0
    assert follow(worker)[-1] == Ended(130, "cancelled")


def test_expected_error_is_its_own_line():
    assert follow(start("input_error"))[-1] == Ended(2, "none.mp4: no such file")


def test_a_command_that_reported_its_own_failure():
    assert follow(start("status"))[-1] == Ended(2, "clip.mp4: no face in it")


def test_unexpected_error_is_one_line_and_its_traceback_is_kept():
    worker = start("bug")
    assert follow(worker)[-1] == Ended(1, "unexpected ZeroDivisionError: oops")
    assert "Traceback" in worker.stderr


def test_a_crash_is_one_line():
    ended = follow(start("segfault"))[-1]
    assert ended.status != 0
    assert ended.error.startswith("the worker process was ended by signal 11" if sys.platform != "win32" else "the")
    assert "\n" not in ended.error


def test_a_bootstrap_that_is_missing(tmp_path):
    ended = follow(WorkerProcess([], bootstrap=tmp_path / "gone.py"))[-1]
    assert "gone.py" in ended.error


def test_a_python_that_is_missing():
    with pytest.raises(Failure, match="can't be started"):
        WorkerProcess([], python=("/no/python",))


def test_the_command_line_in_the_real_worker(tmp_path):
    pytest.importorskip("av", reason="the engine's packages are missing: make env")
    ended = follow(WorkerProcess(["solve", str(tmp_path / "none.mp4"), "-o", str(tmp_path / "out")]), 60)[-1]
    assert ended.status == 2
    assert ended.error.startswith(f"{tmp_path / 'none.mp4'}: ")


def test_a_wrong_option_is_one_line(tmp_path):
    ended = follow(WorkerProcess(["solve", "x.mp4", "-o", str(tmp_path), "--start", "soon"]), 60)[-1]
    assert ended.status == 2
    assert "invalid int value: 'soon'" in ended.error
    assert "\n" not in ended.error


def test_the_worker_ends_when_its_parent_dies(tmp_path):
    code = f"""
import os, time
from pathlib import Path
from expression_transfer.core.process import WorkerProcess
worker = WorkerProcess(["until_cancelled", {str(tmp_path / "half")!r}], bootstrap=Path({str(FAKE)!r}))
while not worker.poll():
    time.sleep(0.02)
os._exit(1)
"""
    subprocess.run([sys.executable, "-c", code], check=False)
    until = time.monotonic() + 5
    while (tmp_path / "half").exists():
        assert time.monotonic() < until
        time.sleep(0.05)
