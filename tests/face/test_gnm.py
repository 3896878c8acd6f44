"""GNM Head 3 in the layout of its own loader's tests, read back against what was written; bad files refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from expression_transfer.core.errors import InputError
from expression_transfer.core.face.recognise import read_geometry
from face_files import gnm_arrays, mask
from numpy.typing import NDArray

FACE = mask()


def written(path: Path, **changed: NDArray[Any] | None) -> Path:
    arrays = {**gnm_arrays(FACE), **changed}
    np.savez(path, **{name: values for name, values in arrays.items() if values is not None})
    return path


def test_a_head_comes_back(tmp_path: Path) -> None:
    arrays = gnm_arrays(FACE)
    geometry = read_geometry(written(tmp_path / "gnm_head.npz"))
    middle = arrays["template_joint_positions"][2:].mean(axis=0)
    assert geometry.mean == pytest.approx(arrays["template_vertex_positions"] - middle, abs=1e-7)
    assert np.array_equal(geometry.identity, arrays["vertex_identity_basis"][:3])  # teeth alone are left out
    assert geometry.eyes.centre == pytest.approx(arrays["template_joint_positions"][2:] - middle, abs=1e-7)
    assert np.array_equal(geometry.eyes.identity, arrays["joint_identity_basis"][:3, 2:])
    assert geometry.eyes.radius == pytest.approx(0.012, abs=1e-6)
    for eye, group in ((1, "left_eye"), (2, "right_eye")):
        row = arrays["vertex_group_names"].tolist().index(group)
        assert np.array_equal(geometry.eyes.member == eye, arrays["vertex_groups"][row] > 0)
    assert geometry.expressions == () and "Apache-2.0" in geometry.licence


def test_parts_are_told_by_their_groups_and_the_cornea_is_left_out(tmp_path: Path) -> None:
    arrays = gnm_arrays(FACE)
    geometry = read_geometry(written(tmp_path / "gnm_head.npz"))
    counts = dict(zip(geometry.parts, np.bincount(geometry.part, minlength=len(geometry.parts)), strict=True))
    assert len(geometry.triangles) == len(arrays["triangles"]) - 2
    assert counts["teeth_upper"] == counts["teeth_lower"] == 1 and counts["gums"] == counts["tongue"] == 2
    assert counts["mouth"] == 2 * 2 * 40 + 40  # two whole rows of the grid, and what has two corners in the third
    for side in ("left", "right"):
        assert sum(counts[f"{part}_{side}"] for part in ("eyeball", "iris", "pupil")) == 8
    assert counts["skin"] == len(FACE.triangles) - counts["mouth"]


def test_eyes_that_share_their_uvs_no_longer_do(tmp_path: Path) -> None:
    geometry = read_geometry(written(tmp_path / "gnm_head.npz"))
    corners = geometry.uv[geometry.uv_triangles]
    boxes = {}
    for name in ("skin", "teeth_upper", "teeth_lower", "tongue", "eyeball_left", "eyeball_right"):
        of_part = corners[geometry.part == geometry.parts.index(name)].reshape(-1, 2)
        boxes[name] = of_part.min(axis=0), of_part.max(axis=0)
    for name, (low, high) in boxes.items():
        for other, (from_, to) in boxes.items():
            assert name == other or (low >= to).any() or (high <= from_).any()
    assert geometry.uv.min() >= 0 and geometry.uv.max() <= 1


Spoil = Callable[[NDArray[Any]], NDArray[Any] | None]
BAD: dict[str, tuple[str, Spoil]] = {
    "'triangles' is missing": ("triangles", lambda _: None),
    "version 2.1": ("version", lambda _: np.array("2.1")),
    "variant 'body'": ("variant", lambda _: np.array("body")),
    "'vertex_identity_basis' is": ("vertex_identity_basis", lambda values: values[:, :-1]),
    "'joint_identity_basis' is": ("joint_identity_basis", lambda values: values[:-1]),
    "'template_vertex_positions' has": ("template_vertex_positions", lambda values: values * np.float32(np.nan)),
    "'triangles' points outside": ("triangles", lambda values: values + 1),
    "'triangles' points": ("triangles", lambda values: values.astype(np.float32)),
    "'vertex_group_names' is": ("vertex_groups", lambda values: values[:-1]),
    "the vertex group 'scleras'": ("vertex_group_names", lambda values: np.char.replace(values, "scleras", "whites")),
    "to no part": ("vertex_group_names", lambda values: np.char.replace(values, "skin", "hide")),
    "the joint 'left_eye'": ("joint_names", lambda values: np.char.replace(values, "left", "third")),
    "belong to no part": ("vertex_groups", lambda values: values * np.float32(0)),
    "a head 200 m high": ("template_vertex_positions", lambda values: values * np.float32(1000)),
    "objects or records": ("joint_names", lambda values: values.astype(object)),
    "'identity_names' has": ("identity_names", lambda values: np.arange(len(values))),
    "more than one texture": ("triangle_uvs", lambda values: values * 3),
}


@pytest.mark.parametrize("words", BAD)
def test_a_bad_file_is_refused(tmp_path: Path, words: str) -> None:
    name, spoil = BAD[words]
    path = written(tmp_path / "bad.npz", **{name: spoil(gnm_arrays(FACE)[name])})
    with pytest.raises(InputError) as error:
        read_geometry(path)
    assert str(path) in str(error.value) and "\n" not in str(error.value) and words in str(error.value)
