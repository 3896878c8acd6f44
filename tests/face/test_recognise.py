"""Files are told apart by what they hold, whatever they are called; anything else is one line that says what can be."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from expression_transfer.core.errors import InputError
from expression_transfer.core.face.recognise import read_geometry
from face_files import gnm_arrays, h5_arrays, mask, mat_arrays, write_h5, write_mat
from flame_maker import flame_arrays, write_flame
from numpy.typing import NDArray

WRITERS: dict[str, tuple[int, Callable[[Path], object]]] = {
    "FLAME, pickled": (5023, lambda path: write_flame(path.with_suffix(".pkl"), flame_arrays()).rename(path)),
    "FLAME, npz": (5023, lambda path: write_flame(path.with_suffix(".npz"), flame_arrays()).rename(path)),
    "GNM": (1711, lambda path: np.savez(path.open("wb"), **gnm_arrays(mask()))),
    "BFM 2009": (1681, lambda path: write_mat(path.with_suffix(".mat"), mat_arrays(mask()))),
    "BFM 2019": (1681, lambda path: write_h5(path, h5_arrays(mask()))),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_by_contents(tmp_path: Path, kind: str) -> None:
    vertices, write = WRITERS[kind]
    path = tmp_path / "model.dat"
    write(path)
    if not path.exists():
        path.with_suffix(".mat").rename(path)
    geometry = read_geometry(path)
    assert len(geometry.mean) == vertices
    assert geometry.licence and geometry.expressions == ()
    assert np.abs(geometry.eyes.centre.mean(axis=0)).max() < 1e-6
    assert 0.02 < geometry.eyes.centre[0, 0] < 0.04 and geometry.eyes.centre[1, 0] < -0.02


def far_modes() -> dict[str, NDArray[Any]]:
    arrays = gnm_arrays(mask())
    return {**arrays, "vertex_identity_basis": arrays["vertex_identity_basis"].astype(float) * 1e300}


def zipped(path: Path, name: str, data: bytes) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, data)


OTHERS: dict[str, Callable[[Path], object]] = {
    "text": lambda path: path.write_text("v 0 0 0\n"),
    "nothing": lambda path: path.write_bytes(b""),
    "picture": lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(600)),
    "matlab 7.3": lambda path: path.write_bytes(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(600)),
    "some zip": lambda path: zipped(path, "readme.txt", b"hello"),
    "some npz": lambda path: np.savez(path.open("wb"), values=np.zeros(3)),
    "half of GNM": lambda path: np.savez(path.open("wb"), template_vertex_positions=np.zeros((3, 3))),
    "half of FLAME": lambda path: np.savez(path.open("wb"), v_template=np.zeros((5023, 3))),
    "folder": lambda path: path.mkdir(),
    "pipe": os.mkfifo,
    "GNM with modes of kilometres": lambda path: np.savez(path.open("wb"), **far_modes()),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_anything_else(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "model.dat"
    OTHERS[kind](path)
    with pytest.raises(InputError) as error:
        read_geometry(path)
    assert str(path) in str(error.value) and "\n" not in str(error.value)
    if kind in ("text", "nothing", "picture", "matlab 7.3"):
        assert all(name in str(error.value) for name in ("ICT-FaceKit", "FLAME", "Basel", "GNM"))
