import io
from dataclasses import replace

import pytest
from expression_transfer import cli
from expression_transfer.core.errors import Cancelled, InputError
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.heads.registry import add_model, load_model, remove_model
from expression_transfer.core.reporting import SilentReporter
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


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("EXPRESSION_TRANSFER_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def test_a_model_is_found_again_by_the_name_it_gives_its_fits(data, tmp_path):
    replace(load_builtin(), name="my head").save(tmp_path / "head.npz")
    entry = add_model(tmp_path / "head.npz", SilentReporter())
    model = load_model(entry.name)
    assert model.name == entry.name
    assert load_model(model.name).digest() == model.digest()


@pytest.mark.parametrize("name", ["../../x", "../x", "", ".", "/x", "builtin"])
def test_only_what_is_listed_is_removed(data, tmp_path, name):
    (data / "models").mkdir(parents=True)
    outside = [tmp_path / "x.npz", data / "x.npz", data / "models" / ".npz"]
    for path in outside:
        path.write_bytes(b"kept")
    with pytest.raises(InputError):
        remove_model(str(tmp_path / "x") if name == "/x" else name)
    assert all(path.exists() for path in outside)


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


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()], ids=["terminal", "log"])
def test_a_stage_that_stops_early_is_told_when_the_next_begins(stream):
    reporter = TerminalReporter(stream)
    for done in (1, 2, 3):
        reporter.progress("learn", done, 9)
    reporter.progress("composite", 1, 2)
    reporter.end()
    reporter.end()
    learn, composite, rest = stream.getvalue().split("\n")
    assert learn.endswith("3/9")
    assert composite.endswith("1/2")
    assert rest == ""


def test_cancel_is_obeyed_at_the_next_check():
    reporter = TerminalReporter(io.StringIO())
    reporter.check()
    reporter.cancel()
    with pytest.raises(Cancelled):
        reporter.check()
