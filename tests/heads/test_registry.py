"""Models by path and by name: prepared once, forgotten when asked, never half there."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from expression_transfer.core.errors import Cancelled, InputError
from expression_transfer.core.face.geometry import Geometry
from expression_transfer.core.face.library import load_builtin, load_file
from expression_transfer.core.face.model import FaceModel
from expression_transfer.core.heads import prepare
from expression_transfer.core.heads.registry import add_model, list_models, load_model
from expression_transfer.core.reporting import Reporter, SilentReporter
from expression_transfer.core.storage import UNFINISHED
from expression_transfer.core.userdata import cache_folder
from face_files import h5_arrays, mask, write_h5


class Preparations:
    """Stands in for calibration, which takes a minute: the built-in head with a geometry's name."""

    def __init__(self) -> None:
        self.count = 0
        self.cancelled = False

    def __call__(self, geometry: Geometry, reporter: Reporter) -> FaceModel:
        self.count += 1
        if self.cancelled:
            raise Cancelled("cancelled")
        return replace(load_builtin(), name=geometry.name, licence=geometry.licence)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EXPRESSION_TRANSFER_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def preparations(data: Path, monkeypatch: pytest.MonkeyPatch) -> Preparations:
    made = Preparations()
    monkeypatch.setattr(prepare, "made_ready", made)
    return made


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "model2019_bfm.h5"
    write_h5(path, h5_arrays(mask()))
    return path


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_raw_model_is_prepared_once(source: Path, preparations: Preparations) -> None:
    first, second = load_model(str(source)), load_model(str(source))
    assert preparations.count == 1
    assert first.digest() == second.digest()
    assert first.identity.dtype == second.identity.dtype == np.float32


def test_and_again_when_it_has_changed(source: Path, preparations: Preparations) -> None:
    load_model(str(source))
    os.utime(source, ns=(1, 1))
    load_model(str(source))
    assert preparations.count == 2


def test_a_fit_leads_back_to_a_model_that_was_given_by_its_path(
    source: Path, preparations: Preparations, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(source.parent)
    model = load_model(source.name)
    monkeypatch.chdir(tmp_path.parent)
    assert load_model(model.name).digest() == model.digest()


def test_the_cache_is_cleared_and_says_how_much_it_freed(source: Path, preparations: Preparations, data: Path) -> None:
    load_model(str(source))
    size = sum(path.stat().st_size for path in files(data))
    assert size > 0 and prepare.clear_cache() == size
    assert files(data) == [] and prepare.clear_cache() == 0
    load_model(str(source))
    assert preparations.count == 2


def test_what_another_process_is_writing_is_not_cleared(data: Path) -> None:
    cache_folder().mkdir(parents=True)
    abandoned, written = (cache_folder() / f"{UNFINISHED}{name}.npz" for name in ("old", "new"))
    for path in (abandoned, written):
        path.write_bytes(bytes(100))
    os.utime(abandoned, (0, 0))
    (cache_folder() / "gone.npz").symlink_to(data / "none")
    assert prepare.clear_cache() == 100 and files(data) == [written]


def test_a_folder_without_a_model_is_not_searched(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def walked(*_: object) -> None:
        raise AssertionError("a home has a million files")

    (tmp_path / "home" / "deep" / "deeper").mkdir(parents=True)
    (tmp_path / "home" / "deep" / "deeper" / "generic_neutral_mesh.obj").touch()
    monkeypatch.setattr(Path, "rglob", walked)
    with pytest.raises(InputError, match="holds no generic_neutral_mesh"):
        load_model(str(tmp_path / "home"))


def test_a_damaged_cache_is_made_anew(source: Path, preparations: Preparations, data: Path) -> None:
    load_model(str(source))
    (kept,) = files(data)
    kept.write_bytes(kept.read_bytes()[:1000])
    load_model(str(source))
    assert preparations.count == 2


def test_a_cancelled_preparation_leaves_nothing(source: Path, preparations: Preparations, data: Path) -> None:
    preparations.cancelled = True
    for load in (lambda: load_model(str(source)), lambda: add_model(source, SilentReporter(), "mine")):
        with pytest.raises(Cancelled):
            load()
    assert files(data) == []


def test_a_raw_model_is_added_by_name(source: Path, preparations: Preparations, data: Path) -> None:
    entry = add_model(source, SilentReporter(), "my head")
    assert entry.name == "my-head" and "research" in entry.licence and entry.path.parent == data / "models"
    source.unlink()
    assert load_model("my-head").name == "my-head"
    assert [(each.name, each.kind) for each in list_models()] == [("builtin", "built in"), ("my-head", "added")]
    assert all("vertices" in each.size and "expressions" in each.size for each in list_models())


def test_without_a_name_it_keeps_its_own(source: Path, preparations: Preparations) -> None:
    assert add_model(source, SilentReporter()).name == "model2019_bfm"


def test_a_damaged_copy_is_listed_as_that(source: Path, preparations: Preparations) -> None:
    entry = add_model(source, SilentReporter(), "mine")
    entry.path.write_bytes(b"PK")
    assert [each.kind for each in list_models()] == ["built in", "unusable"]
    with pytest.raises(InputError):
        load_model("mine")


def test_a_name_that_is_taken_is_refused_before_any_work(source: Path, preparations: Preparations) -> None:
    before = add_model(source, SilentReporter(), "mine").path.read_bytes()
    os.utime(source, ns=(1, 1))
    with pytest.raises(InputError, match="models remove mine"):
        add_model(source, SilentReporter(), "mine")
    assert preparations.count == 1 and list_models()[1].path.read_bytes() == before
    add_model(source, SilentReporter())
    with pytest.raises(InputError, match="models remove model2019_bfm"):
        add_model(source, SilentReporter())


@pytest.mark.parametrize("name", ["builtin", "..", "", "///"])
def test_names_that_are_none(source: Path, preparations: Preparations, name: str) -> None:
    with pytest.raises(InputError) as error:
        add_model(source, SilentReporter(), name)
    assert "--name" in str(error.value) and "\n" not in str(error.value)


def test_files_that_are_no_models(data: Path, tmp_path: Path) -> None:
    for name, content in (("text.txt", b"hello"), ("empty", b""), ("zip.npz", b"PK\3\4"), ("pickle.pkl", b"\x80\x04.")):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(InputError) as error:
            add_model(path, SilentReporter())
        assert str(path) in str(error.value) and "\n" not in str(error.value)
    assert files(data) == []


def test_two_processes_may_add_the_same_model(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "head.npz"
    replace(load_builtin(), name="mine").save(path)
    program = "import sys; from expression_transfer.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", program, "models", "add", str(path)]
    workers = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    assert 0 in {worker.wait(timeout=120) for worker in workers} <= {0, 2}  # the later ones may find the name taken
    for worker in workers:
        assert worker.stderr is not None
        worker.stderr.close()
    assert files(data) == [data / "models" / "mine.npz"]
    assert load_file(data / "models" / "mine.npz").name == "mine"
