"""Basel Face Models read back against what was written, in the layouts of 2009, 2017 and 2019; bad files refused."""

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import scipy.io
from expression_transfer.core.errors import InputError
from expression_transfer.core.face import matfile
from expression_transfer.core.face.bfm import MATRICES, read_bfm_hdf5
from expression_transfer.core.face.geometry import Geometry
from expression_transfer.core.face.matfile import read_mat
from expression_transfer.core.face.recognise import read_geometry
from face_files import EYES, h5_arrays, mask, mat_arrays, write_h5, write_mat
from numpy.typing import NDArray

FACE = mask()
Arrays = dict[str, NDArray[Any]]


def refused(path: Path, words: str) -> None:
    with pytest.raises(InputError) as error:
        read_geometry(path)
    assert str(path) in str(error.value) and "\n" not in str(error.value) and words in str(error.value)


def check(geometry: Geometry) -> None:
    """Against the mask that was written: in metres, the origin moved between the eyes."""
    moved = FACE.mean - geometry.mean
    assert np.ptp(moved, axis=0) == pytest.approx(0, abs=1e-7)
    assert geometry.identity == pytest.approx(FACE.modes, abs=1e-8)
    assert np.array_equal(geometry.triangles, FACE.triangles)
    assert geometry.expressions == () and geometry.expression.shape == (0, *FACE.mean.shape)
    assert geometry.eyes.centre.mean(axis=0) == pytest.approx(0, abs=1e-7)
    assert geometry.eyes.centre[:, 0] == pytest.approx(EYES[:, 0], abs=0.003)
    nose = geometry.mean[geometry.mean[:, 2].argmax()]
    assert -nose[1] == pytest.approx(EYES[0, 1], abs=0.003)
    assert not geometry.eyes.member.any()
    corners = geometry.uv[geometry.uv_triangles].astype(np.float64)
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = 0.5 * (first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0])
    assert (area > 0).all() and geometry.uv.min() >= 0 and geometry.uv.max() <= 1
    assert area.sum() == pytest.approx(np.pi * 0.49**2, rel=0.02)  # no fold: the areas are the disc's, all told


@pytest.mark.parametrize("compressed", [True, False])
def test_2009(tmp_path: Path, compressed: bool) -> None:
    path = tmp_path / "01_MorphableModel.mat"
    write_mat(path, mat_arrays(FACE), compressed=compressed)
    geometry = read_geometry(path)
    check(geometry)
    assert geometry.name == "bfm2009" and "research" in geometry.licence


@pytest.mark.parametrize("name", ["model2019_bfm", "model2017-1_face12_nomouth"])
def test_2017_and_2019(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.h5"
    write_h5(path, h5_arrays(FACE))
    geometry = read_geometry(path)
    check(geometry)
    assert geometry.name == name


def test_without_expressions(tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    arrays = {name: values for name, values in h5_arrays(FACE).items() if not name.startswith("expression")}
    arrays["shape/model/mean"] = (FACE.mean.ravel() * 1e3).astype(np.float32)
    write_h5(path, arrays)
    check(read_geometry(path))


@pytest.mark.parametrize("unit", [1.0, 1e2, 1e3, 1e6])
def test_units_are_found_from_the_size(tmp_path: Path, unit: float) -> None:
    path, arrays = tmp_path / "model.h5", h5_arrays(FACE)
    for name in ("shape/model/mean", "expression/model/mean"):
        arrays[name] = arrays[name] * np.float32(unit / 1e3)
    arrays["shape/model/pcaVariance"] = arrays["shape/model/pcaVariance"] * np.float32((unit / 1e3) ** 2)
    write_h5(path, arrays)
    check(read_geometry(path))


def test_matlab_files_are_read_as_scipy_reads_them(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    kinds = ("f8", "f4", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")
    arrays = {f"m_{kind}": (rng.normal(size=(3, 4)) * 50).astype(kind) for kind in kinds}
    arrays |= {"row": np.arange(7.0)[None], "nothing": np.zeros((0, 3)), "deep": rng.normal(size=(2, 3, 4))}
    others = {"text": "abc", "complex": np.array([1 + 2j]), "cell": np.array([[1, "a"]], dtype=object)}
    for compressed in (True, False):
        path = tmp_path / f"{compressed}.mat"
        scipy.io.savemat(path, arrays | others, do_compression=compressed)
        expected, found = scipy.io.loadmat(path), read_mat(path, {*arrays, *others, "absent"})
        assert set(found) == set(arrays)
        for name, values in found.items():
            assert values.dtype == arrays[name].dtype
            assert np.array_equal(values, expected[name])


def with_nan(values: NDArray[Any]) -> NDArray[Any]:
    broken = values.astype(np.float32).copy()
    broken.ravel()[3] = np.nan
    return broken


def with_infinity(values: NDArray[Any]) -> NDArray[Any]:
    broken = values.astype(np.float32).copy()
    broken.ravel()[3] = np.inf
    return broken


BAD_MAT: dict[str, tuple[str, Callable[[NDArray[Any]], NDArray[Any] | None]]] = {
    "missing": ("shapeEV", lambda _: None),
    "basis of": ("shapePC", lambda values: values[:-3]),
    "basis of (5043, 4)": ("shapePC", lambda values: values[:, :-1]),
    "no whole numbers": ("tl", lambda values: values + 0.5),
    "no whole": ("tl", with_nan),
    "outside": ("tl", lambda values: values - 1),
    "point outside": ("tl", lambda values: values + 1),
    "triangles that are": ("tl", lambda values: values[:, :2]),
    "the mean has": ("shapeMU", with_nan),
    "the basis has": ("shapePC", with_infinity),
    "the deviations has": ("shapeEV", with_nan),
    "a mean of": ("shapeMU", lambda values: values[:-1]),
    "in no unit": ("shapeMU", lambda values: values * 37),
}


@pytest.mark.parametrize("words", BAD_MAT)
def test_a_bad_matlab_file_is_refused(tmp_path: Path, words: str) -> None:
    name, spoil = BAD_MAT[words]
    path, arrays = tmp_path / "bad.mat", mat_arrays(FACE)
    spoilt = spoil(arrays.pop(name))
    write_mat(path, arrays if spoilt is None else arrays | {name: spoilt})
    refused(path, words)


def test_matlab_files_that_would_fill_the_memory_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that repeats a matrix, and one that keeps doubles as bytes, an eighth of what they become."""
    monkeypatch.setattr(matfile, "LARGEST", 2**20)
    path = tmp_path / "bad.mat"
    write_mat(path, {"shapeMU": np.zeros((2**17, 1), dtype=np.uint8)})
    data = path.read_bytes()
    path.write_bytes(data + data[128:])
    refused(path, "twice")
    write_mat(path, {"shapeMU": np.zeros((2**18, 1))}, compressed=False)  # scipy keeps them as doubles: too large
    refused(path, "MiB")
    element = bytearray(data[:128] + zlib.decompress(data[136:]))
    assert element[144] == 9  # the class of bytes
    element[144] = 6  # of doubles
    path.write_bytes(element)
    read_mat(path, {"shapeMU"})
    monkeypatch.setattr(matfile, "LARGEST", 2**20 - 1)
    refused(path, "claims")


@pytest.mark.parametrize("compressed", [True, False])
def test_a_damaged_matlab_file_is_refused(tmp_path: Path, compressed: bool) -> None:
    whole = tmp_path / "whole.mat"
    write_mat(whole, mat_arrays(FACE), compressed=compressed)
    data, path = whole.read_bytes(), tmp_path / "bad.mat"
    for kept in (0, 50, 128, 130, 136, 5000, len(data) - 9000):
        path.write_bytes(data[:kept])
        refused(path, "")
    claims = bytearray(data)
    claims[132:136] = (2**31 - 1).to_bytes(4, "little")
    path.write_bytes(claims)
    refused(path, "MiB")
    rng = np.random.default_rng(2)
    for _ in range(60):  # whatever a file holds, it is one line or matrices
        flipped = bytearray(data)
        flipped[128 + int(rng.integers(400))] ^= 1 << int(rng.integers(8))
        path.write_bytes(flipped)
        try:
            read_mat(path, MATRICES)
        except InputError as error:
            assert "\n" not in str(error)


BAD_H5: dict[str, tuple[str, Callable[[NDArray[Any]], NDArray[Any] | None]]] = {
    "missing": ("shape/model/pcaVariance", lambda _: None),
    "holds no numbers": ("shape/model/mean", lambda values: values.astype("S8")),
    "negative": ("shape/model/pcaVariance", lambda values: -values),
    "the mean has": ("shape/model/mean", with_nan),
    "the basis has": ("shape/model/pcaBasis", with_infinity),
    "a basis of": ("shape/model/pcaBasis", lambda values: values.T),
    "triangles that point": ("shape/representer/cells", lambda values: values + 2000),
    "triangles that": ("shape/representer/cells", lambda values: values.T),
    "has 4000 numbers": ("expression/model/mean", lambda values: values[:4000]),
    "a mean of": ("shape/model/mean", lambda values: values[:1500]),
}


@pytest.mark.parametrize("words", BAD_H5)
def test_a_bad_hdf5_file_is_refused(tmp_path: Path, words: str) -> None:
    name, spoil = BAD_H5[words]
    path, arrays = tmp_path / "bad.h5", h5_arrays(FACE)
    spoilt = spoil(arrays.pop(name))
    arrays |= {} if spoilt is None else {name: spoilt}
    if words == "a mean of":
        del arrays["expression/model/mean"]
    write_h5(path, arrays)
    refused(path, words)


def test_a_truncated_hdf5_file_is_refused(tmp_path: Path) -> None:
    whole, path = tmp_path / "whole.h5", tmp_path / "bad.h5"
    write_h5(whole, h5_arrays(FACE))
    data = whole.read_bytes()
    for kept in (8, 100, 2000, len(data) // 2):
        path.write_bytes(data[:kept])
        refused(path, "")


def replaced(path: Path, name: str, put: Callable[[h5py.File], None]) -> Path:
    """A whole file whose member `name` is something else."""
    write_h5(path, h5_arrays(FACE))
    with h5py.File(path, "a") as file:
        del file[name]
        put(file)
    return path


def test_hdf5_members_have_to_lie_in_the_file(tmp_path: Path) -> None:
    name = "shape/model/mean"
    other = tmp_path / "other.h5"
    write_h5(other, h5_arrays(FACE))
    raw = tmp_path / "raw.bin"
    raw.write_bytes(b"\0" * FACE.mean.size * 4)
    shape = (FACE.mean.size,)
    layout = h5py.VirtualLayout(shape=shape, dtype="f4")
    layout[:] = h5py.VirtualSource(str(other), name, shape=shape)
    tricks: dict[str, Callable[[h5py.File], None]] = {
        "external link": lambda file: file.__setitem__(name, h5py.ExternalLink(str(other), name)),
        "soft link": lambda file: file.__setitem__(name, h5py.SoftLink("/expression/model/mean")),
        "external storage": lambda file: file.create_dataset(name, shape, "f4", external=[(str(raw), 0, shape[0] * 4)]),
        "virtual": lambda file: file.create_virtual_dataset(name, layout),
        "group": lambda file: file.create_group(name),
    }
    for trick, put in tricks.items():
        refused(replaced(tmp_path / f"{trick}.h5", name, put), name)
    refused(
        replaced(tmp_path / "folder.h5", "shape/model", lambda file: file.__setitem__(
            "shape/model", h5py.ExternalLink(str(other), "shape/model"))),
        "link",
    )  # fmt: skip


def test_huge_claims_take_no_memory(tmp_path: Path) -> None:
    name = "shape/model/pcaBasis"
    path = replaced(
        tmp_path / "huge.h5",
        name,
        lambda file: file.create_dataset(name, (2**31, 200), "f4", chunks=(1024, 200), compression="gzip"),
    )
    assert path.stat().st_size < 2**20
    refused(path, "MiB")


def test_bombs_are_not_inflated(tmp_path: Path) -> None:
    """A piece that holds more than it may."""
    name, size = "shape/model/mean", FACE.mean.size

    def bomb(file: h5py.File) -> None:
        made = file.create_dataset(name, (size,), "f4", chunks=(size,), compression="gzip")
        made.id.write_direct_chunk((0,), zlib.compress(bytes(2**28)))

    refused(replaced(tmp_path / "bomb.h5", name, bomb), "packed")
    larger = {"chunks": (2**28,), "maxshape": (None,), "compression": "gzip"}
    path = replaced(tmp_path / "larger.h5", name, lambda file: file.create_dataset(name, (size,), "f8", **larger))
    refused(path, "pieces of 2048 MiB")


def test_packed_as_statismo_may_pack_them(tmp_path: Path) -> None:
    name = "shape/model/pcaBasis"
    values = h5_arrays(FACE)[name]
    packing = {"chunks": (100, 2), "shuffle": True, "compression": "gzip", "fletcher32": True}
    path = replaced(tmp_path / "packed.h5", name, lambda file: file.create_dataset(name, data=values, **packing))
    check(read_bfm_hdf5(path))


def test_unknown_filters_load_nothing(tmp_path: Path) -> None:
    name = "shape/model/mean"
    path = replaced(
        tmp_path / "lzf.h5",
        name,
        lambda file: file.create_dataset(name, data=np.zeros(FACE.mean.size, "f4"), compression="lzf"),
    )
    refused(path, "packed")


def test_something_else_in_hdf5(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["data"] = np.zeros(3)
    with pytest.raises(InputError, match="missing"):
        read_bfm_hdf5(tmp_path / "other.h5")
