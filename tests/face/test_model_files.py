"""Face models on disk: half precision comes back as float32, and a bad file is one line that says what to do."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from expression_transfer.core.errors import InputError
from expression_transfer.core.face.ict import read_ict
from expression_transfer.core.face.library import BUILTIN_PATH, load_builtin, load_file


def test_a_saved_model_comes_back(tmp_path: Path) -> None:
    model = load_builtin()
    replace(model, identity=model.identity.astype(np.float16)).save(tmp_path / "head.npz")
    again = load_file(tmp_path / "head.npz")
    assert again.identity.dtype == np.float32 and np.array_equal(again.identity, model.identity)
    assert again.parts == model.parts and np.array_equal(again.triangles, model.triangles)


def one_line(error: pytest.ExceptionInfo[InputError], path: Path) -> None:
    assert str(path) in str(error.value) and "\n" not in str(error.value)
    assert error.value.exit_status == 2


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        load_file(tmp_path / "none.npz")
    one_line(error, tmp_path / "none.npz")


@pytest.mark.parametrize("kept", [0, 100, 50_000])
def test_truncated_file(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "cut.npz"
    path.write_bytes(BUILTIN_PATH.read_bytes()[:kept])
    with pytest.raises(InputError) as error:
        load_file(path)
    one_line(error, path)


def test_inconsistent_arrays(tmp_path: Path) -> None:
    model, path = load_builtin(), tmp_path / "odd.npz"
    bad_mean = model.mean.copy()
    bad_mean[3, 1] = np.nan
    for broken in (
        replace(model, identity=model.identity[:, :-1]),
        replace(model, triangles=model.triangles + 1),
        replace(model, mean=bad_mean),
    ):
        broken.save(path)
        with pytest.raises(InputError) as error:
            load_file(path)
        one_line(error, path)


def test_ict_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 nothing")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "none.zip", tmp_path / "bad.zip", tmp_path / "folder"):
        with pytest.raises(InputError) as error:
            read_ict(path, ("jawOpen",))
        one_line(error, path)
