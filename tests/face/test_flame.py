"""FLAME's file, read, checked and evaluated; tests/face/test_flame_parity.py compares with smplx."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from expression_transfer.core.conventions import rotation_matrices
from expression_transfer.core.errors import InputError
from expression_transfer.core.face.flame import JAW, LEFT_EYE, NECK, Flame, read_flame
from flame_maker import EYES, flame_arrays, write_flame

STILL = np.zeros((5, 3))


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    return flame_arrays()


@pytest.fixture(scope="module")
def flame(arrays: dict[str, np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> Flame:
    return read_flame(write_flame(tmp_path_factory.mktemp("flame") / "flame2023.pkl", arrays))


def skinned_by_the_paper(arrays: dict[str, np.ndarray], codes: np.ndarray, pose: np.ndarray) -> np.ndarray:
    """LBS(T(β,ψ) + P·(R(θ)−I)), vertex by vertex in float64, 4×4 matrices as the SMPL paper writes them."""
    shaped = arrays["v_template"] + arrays["shapedirs"] @ codes
    joints = arrays["J_regressor"] @ shaped
    turns = rotation_matrices(pose)
    posed = shaped + arrays["posedirs"] @ (turns[1:] - np.eye(3)).ravel()
    world: list[np.ndarray] = []
    for joint, parent in enumerate((None, 0, 1, 1, 1)):
        local = np.eye(4)
        local[:3, :3] = turns[joint]
        local[:3, 3] = joints[joint] - (0 if parent is None else joints[parent])
        world.append(local if parent is None else world[parent] @ local)
    for joint in range(5):
        world[joint] = world[joint] @ np.block([[np.eye(3), -joints[joint, :, None]], [np.zeros(3), 1.0]])
    mixed = np.einsum("vj,jab->vab", arrays["weights"], np.array(world))
    return np.einsum("vab,vb->va", mixed, np.c_[posed, np.ones(len(posed))])[:, :3]


@pytest.mark.parametrize("suffix", [".pkl", ".npz"])
def test_vertices_are_the_papers(arrays: dict[str, np.ndarray], tmp_path: Path, suffix: str) -> None:
    flame, rng = read_flame(write_flame(tmp_path / f"flame2020{suffix}", arrays)), np.random.default_rng(3)
    for _ in range(5):
        codes, pose = rng.normal(size=400), 0.4 * rng.normal(size=(5, 3))
        found = flame.vertices(codes[:300], codes[300:], pose)
        assert np.abs(found - skinned_by_the_paper(arrays, codes, pose)).max() < 1e-6


def test_fewer_coefficients_mean_zeros(flame: Flame) -> None:
    rng = np.random.default_rng(4)
    shape, expression = rng.normal(size=20), rng.normal(size=10)
    padded = flame.vertices(np.pad(shape, (0, 280)), np.pad(expression, (0, 90)), STILL)
    assert np.array_equal(flame.vertices(shape, expression, STILL), padded)


def test_axes_of_the_pose(flame: Flame, arrays: dict[str, np.ndarray]) -> None:
    """+x opens the jaw, +y turns to the subject's left: the directions that the docstring promises."""
    nothing = np.zeros(0)
    rest = flame.vertices(nothing, nothing, STILL)
    opened, turned = STILL.copy(), STILL.copy()
    opened[JAW, 0], turned[NECK, 1] = 0.3, 0.3
    chin = arrays["weights"][:, JAW] > 0.6
    assert (flame.vertices(nothing, nothing, opened) - rest)[chin, 1].mean() < -0.005
    front = (arrays["v_template"][:, 2] > 0.08) & (arrays["weights"][:, NECK] > 0.9)
    assert (flame.vertices(nothing, nothing, turned) - rest)[front, 0].mean() > 0.01


def test_geometry_is_the_head_in_face_space(flame: Flame) -> None:
    head = flame.geometry()
    assert np.allclose(head.eyes.centre, np.array(EYES) - np.mean(EYES, axis=0), atol=1e-6)
    assert np.allclose(head.eyes.radius, 0.012, rtol=0.01)
    assert head.parts == ("skin", "eyeball_left", "eyeball_right") and head.expressions == ()
    assert [int((head.part == part).sum()) for part in range(3)] == [7800, 1088, 1088]
    identity = np.random.default_rng(5).normal(size=len(head.identity))
    expected = flame.vertices(identity, np.zeros(0), STILL) - flame.origin
    assert np.allclose(head.neutral(identity), expected, atol=1e-6)
    assert np.allclose(head.eye_centres(identity)[0], expected[head.eyes.member == 1].mean(axis=0), atol=1e-6)


def test_gaze_is_the_eye_joints_turn(flame: Flame, arrays: dict[str, np.ndarray], tmp_path: Path) -> None:
    """Without pose correctives, Geometry's gaze and FLAME's eye pose are one and the same."""
    plain = read_flame(write_flame(tmp_path / "flame.npz", {**arrays, "posedirs": 0 * arrays["posedirs"]}))
    head, pose = plain.geometry(), STILL.copy()
    pose[LEFT_EYE, 1] = 0.4
    gaze = np.array([[0.4, 0.0], [0.0, 0.0]])
    found = head.shape(np.zeros(len(head.identity)), np.zeros(0), gaze)
    assert np.allclose(found, plain.vertices(np.zeros(0), np.zeros(0), pose) - plain.origin, atol=1e-6)


def test_licence_and_name_come_from_the_file_name(arrays: dict[str, np.ndarray], tmp_path: Path) -> None:
    opened = read_flame(write_flame(tmp_path / "flame2023_Open.npz", arrays))
    closed = read_flame(write_flame(tmp_path / "generic_model.npz", arrays))
    assert "CC BY" in opened.licence and opened.name == "flame2023_Open"
    assert "research" in closed.licence and closed.name == "flame-generic_model"


def test_uvs_of_the_makers_texture_file_are_used(arrays: dict[str, np.ndarray], tmp_path: Path) -> None:
    path = write_flame(tmp_path / "flame2020.npz", arrays)
    uv, corners = np.random.default_rng(6).random((600, 2)), np.arange(9976 * 3).reshape(-1, 3) % 600
    np.savez(tmp_path / "FLAME_texture.npz", vt=uv, ft=corners)
    flame = read_flame(path)
    head = flame.geometry()
    assert np.allclose(head.uv, uv) and np.array_equal(head.uv_triangles, corners)
    np.savez(tmp_path / "FLAME_texture.npz", vt=uv, ft=corners + 1)
    with pytest.raises(InputError, match=r"FLAME_texture\.npz"):
        read_flame(path)


def changed(arrays: dict[str, np.ndarray], name: str, place: tuple[int, ...], value: float) -> np.ndarray:
    array = arrays[name].copy()
    array[place] = value
    return array


@pytest.mark.parametrize(
    ("name", "place", "value"),
    [
        ("v_template", (7, 1), np.nan),
        ("shapedirs", (7, 1, 399), np.inf),
        ("f", (3, 2), 5023),
        ("f", (3, 2), 2**32 - 1),
        ("weights", (9, 0), 3.0),
        ("weights", (9, 0), np.nan),
        ("kintree_table", (0, 3), 4),
        ("kintree_table", (1, 2), 1),
        ("J_regressor", (2, 40), 5.0),
    ],
)
def test_damaged_values_are_refused(
    arrays: dict[str, np.ndarray], tmp_path: Path, name: str, place: tuple[int, ...], value: float
) -> None:
    path = write_flame(tmp_path / "flame.npz", {**arrays, name: changed(arrays, name, place, value)})
    with pytest.raises(InputError, match=rf"flame\.npz.*'{name}'"):
        read_flame(path)


@pytest.mark.parametrize(
    ("name", "wrong", "words"),
    [
        ("v_template", lambda values: 0 * values, "high"),
        ("v_template", lambda values: 1e300 * values, "high"),
        ("v_template", lambda values: values.astype(str), "numbers"),
        ("f", lambda values: values.astype(str), "numbers"),
    ],
)
def test_what_is_no_head_is_refused(
    arrays: dict[str, np.ndarray], tmp_path: Path, name: str, wrong: Callable[[np.ndarray], np.ndarray], words: str
) -> None:
    path = write_flame(tmp_path / "flame.npz", {**arrays, name: wrong(arrays[name])})
    with pytest.raises(InputError, match=words):
        read_flame(path)


def test_other_layouts_are_refused(arrays: dict[str, np.ndarray], tmp_path: Path) -> None:
    cases = {name: {**arrays, name: arrays[name][:-1]} for name in arrays}
    cases |= {f"without {name}": {k: v for k, v in arrays.items() if k != name} for name in arrays}
    for case, wrong in cases.items():
        with pytest.raises(InputError, match=case.split()[-1]):
            read_flame(write_flame(tmp_path / "flame.npz", wrong))


def test_the_chart_of_files_without_uvs_has_no_overlap(flame: Flame) -> None:
    """No triangle is turned over, and the areas are those of the circles that they fill."""
    head = flame.geometry()
    corners = head.uv[head.uv_triangles].astype(np.float64)
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / 2
    assert (area > 0).all() and head.uv.min() >= 0 and head.uv.max() <= 1
    assert area[head.part == 0].sum() < np.pi * 0.49**2 and area[head.part > 0].sum() < 4 * np.pi * 0.08**2
    middle = flame.template[head.triangles].mean(axis=1)
    face, left, top = middle[:, 2] > 0.09, middle[:, 0] > 0.05, middle[:, 1] > 0.07
    skin = head.part == 0
    places = [corners[skin & some].mean(axis=(0, 1)) for some in (face, left, top)]
    assert np.abs(places[0] - 0.5).max() < 0.2 and places[1][0] > 0.6 and places[2][1] > 0.6


def test_skin_that_cannot_be_laid_flat_goes_round_a_cylinder(arrays: dict[str, np.ndarray], tmp_path: Path) -> None:
    """Two triangles that touch in one vertex only."""
    faces = arrays["f"].copy()
    faces[7790] = faces[7000][[0, 2, 1]]
    head = read_flame(write_flame(tmp_path / "flame.npz", {**arrays, "f": faces})).geometry()
    assert np.isfinite(head.uv).all() and head.uv.min() >= 0 and head.uv.max() <= 1
