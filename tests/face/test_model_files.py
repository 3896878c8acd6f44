"""Face models on disk: half precision comes back as float32, and a bad file is one line that says what to do."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from expression_transfer.core.errors import InputError
from expression_transfer.core.face import library
from expression_transfer.core.face.geometry import Root
from expression_transfer.core.face.ict import read_ict
from expression_transfer.core.face.library import BUILTIN_PATH, load_builtin, load_file
from expression_transfer.core.face.model import FaceModel


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


def with_response(model: FaceModel, **change: object) -> FaceModel:
    return replace(model, response=replace(model.response, **change))


def with_eyes(model: FaceModel, **change: object) -> FaceModel:
    return replace(model, eyes=replace(model.eyes, **change))


def renamed(model: FaceModel, name: str, new: str) -> FaceModel:
    return replace(model, expressions=tuple(new if each == name else each for each in model.expressions))


def with_root(model: FaceModel) -> FaceModel:
    place, moved = (
        np.zeros(3, np.float32),
        (np.zeros((len(k), 3), np.float32) for k in (model.identity, model.expression)),
    )
    return replace(model, root=Root(place, place, *moved))


BROKEN: dict[str, Callable[[FaceModel], FaceModel]] = {
    "response.common": lambda model: with_response(model, common=model.response.common[:, :-1]),
    "response.common is": lambda model: with_response(model, common=np.zeros(3, np.float32)),
    "eyes.centre": lambda model: with_eyes(model, centre=model.eyes.centre[0]),
    "eyes.radius": lambda model: with_eyes(model, radius=0.0),
    "eyes.radius is nan": lambda model: with_eyes(model, radius=float("nan")),
    "eyes.member": lambda model: with_eyes(model, member=model.eyes.member + 1),
    "uv is": lambda model: replace(model, uv=np.pad(model.uv, ((0, 0), (0, 1)))),
    "triangles is": lambda model: replace(
        model, triangles=model.triangles[:, :2], uv_triangles=model.uv_triangles[:, :2]
    ),
    "uv_triangles holds": lambda model: replace(model, uv_triangles=model.uv_triangles.astype(np.float32)),
    "uv has": lambda model: replace(model, uv=model.uv.astype(str)),
    "mean is": lambda model: replace(model, mean=np.float32(0)),
    "'smirk'": lambda model: renamed(model, "jawOpen", "smirk"),
    "twice": lambda model: renamed(model, "jawOpen", "jawLeft"),
    "eyeBlink_R is missing": lambda model: replace(
        model,
        expressions=tuple(name for name in model.expressions if name != "eyeBlink_R"),
        expression=model.expression[1:],
        response=replace(model.response, expression=model.response.expression[1:]),
    ),
    "FLAME's root": with_root,
    "'skin' is missing": lambda model: replace(
        model, parts=tuple("hide" if part == "skin" else part for part in model.parts)
    ),
}


@pytest.mark.parametrize("words", BROKEN)
def test_what_would_fail_later_is_told_at_once(tmp_path: Path, words: str) -> None:
    path = tmp_path / "odd.npz"
    BROKEN[words](load_builtin()).save(path)
    with pytest.raises(InputError) as error:
        load_file(path)
    one_line(error, path)
    assert words in str(error.value)


def test_ict_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 nothing")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "none.zip", tmp_path / "bad.zip", tmp_path / "folder"):
        with pytest.raises(InputError) as error:
            read_ict(path, ("jawOpen",))
        one_line(error, path)


def npy(shape: str, content: bytes) -> bytes:
    """An array's file whose header claims a shape."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}}}".encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + content


def test_bzip2_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "model.npz", "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("mean.npy", npy("(2,)", bytes(8)))
    with pytest.raises(InputError, match="packed"):
        load_file(tmp_path / "model.npz")


def test_claims_take_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "LARGEST", 2**24)
    hostile = {
        "bomb": npy("(8388608,)", bytes(2**25)),
        "claim": npy("(1000000000000,)", b""),
        "header": npy("(1,", b""),
        "objects": npy("(1,)", b"").replace(b"'<f4'", b"'|O' "),
    }
    for name, content in hostile.items():
        path = tmp_path / f"{name}.npz"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr("mean.npy", content)
        with pytest.raises(InputError) as error:
            load_file(path)
        one_line(error, path)
