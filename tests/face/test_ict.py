"""ICT-FaceKit as Geometry: against the files themselves, and against what a stranger's zip may try."""

import io
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from expression_transfer.core.errors import InputError
from expression_transfer.core.face import ict
from expression_transfer.core.face.geometry import Geometry
from expression_transfer.core.face.recognise import read_geometry

ROOT = "ICT-FaceKit-master/FaceXModel/"


@pytest.fixture(scope="module")
def archive(shared: Path) -> Path:
    return shared / "models" / "ICT-FaceKit-master.zip"


@pytest.fixture(scope="module")
def head(archive: Path) -> Geometry:
    return read_geometry(archive)


def obj_vertices(archive: Path, name: str) -> np.ndarray:
    """V×3 m of an OBJ file, read line by line."""
    with zipfile.ZipFile(archive) as opened:
        lines = opened.read(f"{ROOT}{name}.obj").decode().splitlines()
    return 0.01 * np.array([[float(word) for word in line.split()[1:]] for line in lines if line.startswith("v ")])


def test_shape_is_the_files(archive: Path, head: Geometry) -> None:
    neutral = obj_vertices(archive, ict.NEUTRAL)[: len(head.mean)]
    assert np.ptp(head.mean - neutral, axis=0) == pytest.approx(0, abs=1e-6)
    for name in ("identity007", "jawOpen"):
        weights = np.zeros(len(head.identity)), np.zeros(len(head.expressions))
        if name == "jawOpen":
            weights[1][head.expressions.index(name)] = 1
        else:
            weights[0][7] = 1
        moved = head.shape(*weights) - head.mean
        assert moved == pytest.approx(obj_vertices(archive, name)[: len(head.mean)] - neutral, abs=1e-6)
    assert head.identity.shape[0] == 100 and len(head.expressions) == 53


def test_parts_lie_where_they_belong(head: Geometry) -> None:
    def middle(name: str) -> np.ndarray:
        return head.mean[head.triangles[head.part == head.parts.index(name)]].mean(axis=(0, 1))

    assert middle("eyeball_left")[0] > 0.02 and middle("eyeball_right")[0] < -0.02
    assert middle("teeth_upper")[1] > middle("teeth_lower")[1]
    assert middle("tongue")[2] < middle("teeth_lower")[2] < head.mean[:, 2].max()
    assert middle("pupil_left")[2] > middle("iris_left")[2] > middle("eyeball_left")[2]
    assert middle("head")[2] < 0 < middle("skin")[2] + 0.05
    assert set(np.unique(head.part)) == set(range(len(head.parts)))


def test_triangles_look_outwards(head: Geometry) -> None:
    for side, eye in (("left", 0), ("right", 1)):
        ball = head.mean[head.triangles[head.part == head.parts.index(f"eyeball_{side}")]]
        normal = np.cross(ball[:, 1] - ball[:, 0], ball[:, 2] - ball[:, 0])
        assert (np.sum(normal * (ball.mean(axis=1) - head.eyes.centre[eye]), axis=1) > 0).all()


def test_eyeballs_turn_about_their_centres(head: Geometry) -> None:
    assert head.eyes.centre.mean(axis=0) == pytest.approx(0, abs=1e-8)
    assert 0.058 < head.eyes.centre[0, 0] - head.eyes.centre[1, 0] < 0.066
    gaze = np.array([[0.4, 0.1], [0.4, 0.1]])
    turned = head.shape(np.zeros(100), np.zeros(53), gaze)
    ball = head.eyes.member == 1
    before, after = (np.linalg.norm(shape[ball] - head.eyes.centre[0], axis=1) for shape in (head.mean, turned))
    assert after == pytest.approx(before, abs=1e-6)
    assert np.array_equal(turned[head.eyes.member == 0], head.mean[head.eyes.member == 0].astype(np.float64))


def test_eyes_move_with_who_it_is(head: Geometry) -> None:
    identity = np.zeros(100)
    identity[3] = 2
    ball = head.eyes.member == 2
    moved = (head.neutral(identity) - head.mean)[ball].mean(axis=0)
    assert (head.eye_centres(identity) - head.eyes.centre)[1] == pytest.approx(moved, abs=3e-4)


def test_uvs_do_not_overlap(head: Geometry) -> None:
    """No pixel's centre lies inside two triangles, but for slivers (some lower teeth overlap so in the file itself)."""
    side = 1024
    assert head.uv.min() >= 0 and head.uv.max() <= 1
    covered = np.zeros((side, side), dtype=int)
    for corners in head.uv[head.uv_triangles].astype(np.float64) * side - 0.5:
        low, high = np.ceil(corners.min(axis=0)).astype(int), np.floor(corners.max(axis=0)).astype(int)
        if (high >= low).all():
            x, y = np.meshgrid(np.arange(low[0], high[0] + 1), np.arange(low[1], high[1] + 1))
            turns = [
                (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])
                for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)
            ]
            inside = np.all(np.greater(turns, 0), axis=0) | np.all(np.less(turns, 0), axis=0)
            covered[y[0, 0] : y[0, 0] + inside.shape[0], x[0, 0] : x[0, 0] + inside.shape[1]] += inside
    assert (covered > 1).sum() <= 3 and (covered == 1).mean() > 0.6


def refused(path: Path, words: str) -> None:
    with pytest.raises(InputError) as error:
        read_geometry(path)
    assert str(path) in str(error.value) and "\n" not in str(error.value) and words in str(error.value)


@pytest.fixture(scope="module")
def first_files(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as whole:
        return {name: whole.read(f"{ROOT}{name}.obj") for name in (ict.NEUTRAL, "identity000")}


def line(kind: str, new: str) -> Callable[[bytes], bytes]:
    """Writes the file's first line of a kind anew."""
    return lambda data: re.sub(rf"\n{kind} [^\n]*".encode(), f"\n{new}".encode(), data, count=1)


SPOILS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "identity001.obj is missing": ("identity000", lambda data: data),
    "identity000: not 26719 vertices within": ("identity000", line("v", "v 0 nan 0")),
    "identity000: not 26719 vertices": ("identity000", line("v", "v 0 inf 0")),
    "identity000: not": ("identity000", line("v", "v 0 1e9 0")),
    "identity000: could not convert": ("identity000", line("v", "v 0 zero 0")),
    "identity000": ("identity000", line("v", "v 0")),
    "identity000: not the 26719 vertices": ("identity000", line("v", "# 0 0 0")),
    "not the 26719": ("identity000", lambda data: data[:600_000]),
    "not the": ("identity000", lambda _: b"# nothing"),
    "a polygon's corner": (ict.NEUTRAL, line("f", "f 26720/1 12/2 871/3")),
    "a polygon's": (ict.NEUTRAL, line("f", "f 0/1 12/2 871/3")),
    "a polygon": (ict.NEUTRAL, line("f", "f 1/28912 12/2 871/3")),
    "not the 26384 polygons": (ict.NEUTRAL, line("f", "f 1/1 2/2 3/3 4/4 5/5")),
    "the 26384 polygons": (ict.NEUTRAL, line("f", "# f")),
    "damaged": (ict.NEUTRAL, line("f", "f 1 2 3 4")),
    "UVs that are none": (ict.NEUTRAL, line("vt", "vt nan 0")),
    "UVs": (ict.NEUTRAL, line("vt", "vt -1 0")),
}


@pytest.mark.parametrize("words", SPOILS)
def test_a_bad_model_is_refused(first_files: dict[str, bytes], tmp_path: Path, words: str) -> None:
    name, spoil = SPOILS[words]
    files = {**first_files, name: spoil(first_files[name])}
    path = tmp_path / "bad.zip"
    path.write_bytes(zip_of({f"{ROOT}{each}.obj": data for each, data in files.items()}))
    refused(path, words)


def zip_of(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_a_bomb_is_not_inflated(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    path.write_bytes(zip_of({f"{ROOT}{ict.NEUTRAL}.obj": b"\0" * (64 << 20)}))
    assert path.stat().st_size < 1 << 20
    refused(path, "64 MB")


def test_names_lead_nowhere(first_files: dict[str, bytes], tmp_path: Path) -> None:
    """A zip's members are found by their names beside the neutral mesh; nothing is written, here or elsewhere."""
    neutral = first_files[ict.NEUTRAL]
    path = tmp_path / "in" / "trick.zip"
    path.parent.mkdir()
    path.write_bytes(zip_of({f"../../{ict.NEUTRAL}.obj": neutral, "/etc/identity000.obj": neutral}))
    refused(path, "identity000.obj is missing")
    assert [each.name for each in tmp_path.rglob("*")] == ["in", "trick.zip"]


def test_not_even_a_zip(tmp_path: Path) -> None:
    for name, data in (("short.zip", b"PK"), ("cut.zip", zip_of({"a": b"b"})[:-10]), ("empty.zip", zip_of({}))):
        path = tmp_path / name
        path.write_bytes(data)
        refused(path, "")
    (tmp_path / "folder").mkdir()
    refused(tmp_path / "folder", ict.NEUTRAL)
    refused(tmp_path / "none", "no such")


def test_a_flipped_bit_is_noticed(archive: Path, tmp_path: Path) -> None:
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 4
    path = tmp_path / "flipped.zip"
    path.write_bytes(data)
    refused(path, "damaged")


@pytest.mark.slow
def test_a_folder_is_read_as_its_zip_is(archive: Path, tmp_path: Path, head: Geometry) -> None:
    with zipfile.ZipFile(archive) as whole:
        whole.extractall(tmp_path)
    for place in (tmp_path, tmp_path / "ICT-FaceKit-master", tmp_path / ROOT):
        assert np.array_equal(read_geometry(place).mean, head.mean)
    for trick in (os.mkfifo, lambda path: path.symlink_to("/dev/zero")):
        target = tmp_path / ROOT / "identity000.obj"
        target.unlink()
        trick(target)
        refused(tmp_path, "identity000.obj is no file")
