import io
from dataclasses import replace

import pytest
from expression_transfer import cli
from expression_transfer.core.errors import Cancelled
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.terminal import TerminalReporter
from footage_maker import report


def test_models_are_listed_added_used_and_removed(run, clips, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("EXPRESSION_TRANSFER_DATA", str(tmp_path / "data"))
    replace(load_builtin(), name="mine").save(tmp_path / "head.npz")
    assert run("models", "add", tmp_path / "head.npz").status == 0
    assert cli.main(["models", "list"]) == 0
    listed = [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()]
    assert listed == ["builtin", "mine"]
    assert run("solve", clips / "still.png", "-o", tmp_path / "out", "--model", "mine").status == 0
    assert report(tmp_path / "out")["face_model"]["name"] == "mine"
    assert run("models", "remove", "mine").status == 0
    again = run("models", "remove", "mine")
    assert again.status == 2
    assert "'mine'" in again.last


def test_the_builtin_model_stays(run):
    assert run("models", "remove", "builtin").status == 2


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_bar_grows_on_one_line():
    stream = Terminal()
    reporter = TerminalReporter(stream)
    reporter.progress("detect", 1, 4)
    reporter.progress("detect", 4, 4)
    bars = stream.getvalue().split("\r")[1:]
    assert "1/4" in bars[0]
    assert "4/4" in bars[-1]
    assert stream.getvalue().count("\n") == 1
    reporter.end()
    assert stream.getvalue().count("\n") == 1


def test_a_bar_cut_short_ends_its_line():
    stream = Terminal()
    reporter = TerminalReporter(stream)
    reporter.progress("detect", 1, 4)
    reporter.end()
    assert stream.getvalue().endswith("\n")


def test_no_bars_in_a_log():
    stream = io.StringIO()
    reporter = TerminalReporter(stream)
    for done in range(1, 5):
        reporter.progress("detect", done, 4)
    assert stream.getvalue().count("\n") == 1
    assert "\r" not in stream.getvalue()


def test_cancel_is_obeyed_at_the_next_check():
    reporter = TerminalReporter(io.StringIO())
    reporter.check()
    reporter.cancel()
    with pytest.raises(Cancelled):
        reporter.check()
