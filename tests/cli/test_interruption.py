"""Stopped anywhere, a job leaves whole files and goes on to the same result as if it had never been stopped."""

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time

import footage_maker
import pytest
from expression_transfer import cli
from expression_transfer.core.errors import Cancelled
from footage_maker import contents, unfinished

RECORDS = ("job.json", "in_front.json")
"""Say how far a job has come; all else is whole or absent."""
COMMAND = [sys.executable, "-c", "from expression_transfer.cli import main; raise SystemExit(main())"]


class StoppingReporter:
    """Raises at the n-th check."""

    def __init__(self, last=None, error=Cancelled):
        self.last, self.error, self.checks, self.stages = last, error, 0, []

    def progress(self, stage, done, total):
        if stage not in self.stages:
            self.stages.append(stage)

    def log(self, message):
        pass

    def check(self):
        self.checks += 1
        if self.checks == self.last:
            raise self.error("cancelled")


def composite(clips, out, reporter, *more):
    arguments = ["composite", clips / "acting.npz", clips / "face.mp4", "-o", out, *more]
    return cli.main([str(argument) for argument in arguments], reporter)


@pytest.fixture(scope="module")
def done(clips, tmp_path_factory):
    """The folder of an uninterrupted job, and how often it asked whether to stop."""
    out, reporter = tmp_path_factory.mktemp("done") / "out", StoppingReporter()
    composite(clips, out, reporter)
    return out, reporter.checks


@pytest.mark.parametrize(
    ("share", "error"),
    [
        (0.02, KeyboardInterrupt),
        (0.2, Cancelled),
        (0.6, KeyboardInterrupt),
        (0.8, Cancelled),
        (0.99, KeyboardInterrupt),
    ],
)
def test_stopped_anywhere_it_goes_on_to_the_same_files(clips, done, tmp_path, share, error):
    result, checks = contents(done[0]), done[1]
    out = tmp_path / "out"
    with pytest.raises(error):
        composite(clips, out, StoppingReporter(max(1, round(share * checks)), error))
    assert unfinished(out) == []
    left = contents(out)
    assert all(left[name] == result[name] for name in left if not name.endswith(RECORDS))
    composite(clips, out, StoppingReporter(), "--resume")
    assert contents(out) == result


def test_every_frame_asks_whether_to_stop(done):
    assert done[1] >= 3 * 9  # detect, learn, composite


def test_a_rerun_gives_the_same_files(clips, done, tmp_path):
    out = shutil.copytree(done[0], tmp_path / "out")
    composite(clips, out, StoppingReporter())
    assert contents(out) == contents(done[0])


def test_resuming_a_finished_job_detects_and_fits_nothing_again(clips, done, tmp_path):
    out, again = shutil.copytree(done[0], tmp_path / "out"), StoppingReporter()
    composite(clips, out, again, "--resume")
    assert contents(out) == contents(done[0])
    assert not {"detect", "fit"} & set(again.stages)


@pytest.mark.parametrize(
    "change",
    [["--strength", "0.4"], ["--method", "tps"], ["--start", "3"], ["--neutral", "3"], ["--focal", "300"]],
    ids=lambda change: change[0],
)
def test_resuming_with_another_option_uses_nothing_stale(clips, done, tmp_path, change):
    out = shutil.copytree(done[0], tmp_path / "out")
    composite(clips, out, StoppingReporter(), "--resume", *change)
    composite(clips, tmp_path / "fresh", StoppingReporter(), *change)
    assert contents(out) == contents(tmp_path / "fresh")
    assert contents(out) != contents(done[0])


def test_resuming_with_edited_curves_uses_nothing_stale(clips, done, tmp_path):
    curves = tmp_path / "acting.npz"
    footage_maker.pose(9, AU26=0.2).save(curves)
    out = shutil.copytree(done[0], tmp_path / "out")
    for folder in (out, tmp_path / "fresh"):
        arguments = ["composite", curves, clips / "face.mp4", "-o", folder, "--resume"]
        cli.main([str(argument) for argument in arguments], StoppingReporter())
    assert contents(out) == contents(tmp_path / "fresh")


def test_resuming_with_footage_that_changed_uses_nothing_stale(clips, tmp_path):
    footage = tmp_path / "face.mp4"
    for name, out in (("face", "out"), ("other", "out"), ("other", "fresh")):
        shutil.copyfile(clips / f"{name}.mp4", footage)
        if out == "out":
            os.utime(footage, ns=(0, 10**9 * len(name)))
        cli.main(["solve", str(footage), "-o", str(tmp_path / out), "--resume"], StoppingReporter())
    one, other = contents(tmp_path / "out"), contents(tmp_path / "fresh")
    assert {**one, "job.json": b""} == {**other, "job.json": b""}


def test_a_shorter_job_leaves_no_frames_of_the_longer_one(clips, done, tmp_path):
    out = shutil.copytree(done[0], tmp_path / "out")
    (out / "frames" / "mine.png").write_bytes(b"an artist's own file")
    composite(clips, out, StoppingReporter(), "--end", "5")
    assert {path.name for path in (out / "frames").iterdir()} == {
        "mine.png",
        *(f"face.{n:04d}.png" for n in range(1, 6)),
    }
    assert len(list((out / "matte").iterdir())) == 5


def test_frames_of_an_earlier_job_are_not_taken_for_this_ones(clips, done, tmp_path):
    """A new job is stopped after some frames; resuming it must not find the older job's in their place."""
    out = tmp_path / "out"
    composite(clips, out, StoppingReporter(), "--strength", "0.3")
    with pytest.raises(Cancelled):
        composite(clips, out, StoppingReporter(round(0.9 * done[1])))
    composite(clips, out, StoppingReporter(), "--resume")
    assert contents(out) == contents(done[0])


@pytest.mark.parametrize(
    "damage", ["", '{"stages": 3, "files": []}', '{"stages": {}, "files": {"frames": {"../../face.mp4": 3}}}']
)
def test_a_damaged_note_of_the_job_starts_anew(clips, done, tmp_path, damage):
    out = shutil.copytree(done[0], tmp_path / "shot" / "out")
    (tmp_path / "face.mp4").touch()
    (out / "job.json").write_text(damage)
    composite(clips, out, StoppingReporter(), "--resume")
    assert contents(out) == contents(done[0])
    assert (tmp_path / "face.mp4").exists()


@pytest.fixture(autouse=True)
def interrupts_count():
    """As in a terminal: what a shell starts in the background (these tests, perhaps) ignores SIGINT and hands that on;
    a handler of one's own is not handed on.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupt(arguments, moment):
    """Run in a terminal of its own; SIGINT once `moment` is shown. Exit status, what was shown, seconds to the end."""
    terminal, end = pty.openpty()
    process = subprocess.Popen([*COMMAND, *map(str, arguments)], stderr=end, stdout=end)
    os.close(end)
    shown, sent = b"", 0.0
    while True:
        ready, _, _ = select.select([terminal], [], [], 60)
        assert ready, shown
        try:
            shown += os.read(terminal, 4096)
        except OSError:  # Linux tells so that the other end is closed
            break
        if not sent and moment in shown:
            process.send_signal(signal.SIGINT)
            sent = time.monotonic()
    status = process.wait()
    os.close(terminal)
    return status, shown.decode(), time.monotonic() - sent


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("long") / "long.mp4"
    return footage_maker.write_movie(path, footage_maker.acting_frames(150))


@pytest.mark.parametrize(("stage", "frame"), [("detect", 20), ("composite", 2)])
def test_ctrl_c(long_clip, tmp_path, stage, frame):
    acting = tmp_path / "acting.npz"
    footage_maker.pose(150, AU26=0.6).save(acting)
    arguments = ["composite", acting, long_clip, "-o", tmp_path / "out"]
    status, shown, seconds = interrupt(arguments, f"{stage:16} [".encode())
    assert status == 130, shown
    assert seconds < 2, "it has to stop within a second; the other one is for a busy machine"
    assert "Traceback" not in shown
    last = shown.replace("\r", "\n").strip().splitlines()[-1]
    assert last.startswith("expression-transfer: interrupted")
    assert unfinished(tmp_path / "out") == []
    assert not (tmp_path / "out" / "result.mp4").exists()


def run_apart(*arguments):
    return subprocess.run([*COMMAND, *arguments], check=False, capture_output=True, text=True)


def test_the_command_in_a_process_of_its_own(clips, tmp_path):
    good = run_apart("solve", clips / "face.mp4", "-o", tmp_path / "out")
    assert good.returncode == 0, good.stderr
    said = good.stderr.strip().splitlines()
    assert [line.split()[0] for line in said] == ["detect", "fitting", "fit", "focal", "too", "done:"], good.stderr
    bad = run_apart("solve", tmp_path / "gone.mp4", "-o", tmp_path)
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr.count("\n") == 1
