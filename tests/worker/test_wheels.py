"""Another add-on's packages lie in the place of ours, or before them: which are imported."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from expression_transfer.core import wheels

ROOT = Path(__file__).resolve().parents[2]
OURS = "opencv_contrib_python-4.11.0.86-cp37-abi3-any.whl"


def pack(folder: Path, name: str, version: str) -> Path:
    """A wheel with a cv2 that knows its version, a library beside it, and a man page."""
    distribution = "-".join(name.split("-")[:2])
    files = {
        "cv2/__init__.py": f"VERSION = '{version}'\n",
        "cv2/data/faces.xml": "<faces/>",
        "opencv.libs/libcv.so": "library",
        f"{distribution}.dist-info/METADATA": f"Version: {version}\n",
        f"{distribution}.dist-info/RECORD": "",
        f"{distribution}.data/data/share/man/cv.1": "manual",
    }
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / name, "w") as packed:
        for path, text in files.items():
            packed.writestr(path, text)
    return folder / name


def install(wheel: Path, site: Path) -> None:
    """As Blender does: over whatever is there, with a RECORD of its own."""
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(site)
    next(site.glob("*.dist-info/RECORD")).write_text("as installed")


def imported(folder: Path, data: Path, *path: Path) -> str:
    """The version of the cv2 that a fresh process gets with these folders on its path, and where it lies."""
    code = (
        "import sys, json; asked = json.loads(sys.argv[1]); sys.path[:0] = asked['path'] + [asked['root']]\n"
        "from pathlib import Path; from expression_transfer.core import wheels\n"
        "wheels.put_first(Path(asked['wheels']))\n"
        "import cv2; print(cv2.VERSION, Path(cv2.__file__).parents[1])"
    )
    (data / "as").mkdir(parents=True, exist_ok=True)
    if not (data / "as" / "expression_transfer").exists():
        (data / "as" / "expression_transfer").symlink_to(ROOT)
    asked = {"path": [str(each) for each in path], "root": str(data / "as"), "wheels": str(folder)}
    ran = subprocess.run(
        [sys.executable, "-I", "-c", code, json.dumps(asked)], check=True, capture_output=True, text=True,
        env=os.environ | {"EXPRESSION_TRANSFER_DATA": str(data)},
    )  # fmt: skip
    return ran.stdout.strip()


@pytest.fixture
def ours(tmp_path) -> Path:
    return pack(tmp_path / "wheels", OURS, "4.11 ours")


def test_what_blender_installed_is_taken_where_it_lies(ours, tmp_path):
    install(ours, tmp_path / "site")
    assert imported(ours.parent, tmp_path / "data", tmp_path / "site") == f"4.11 ours {tmp_path / 'site'}"
    assert not (tmp_path / "data" / "cache").exists()


def test_another_addons_cv2_over_ours(ours, tmp_path):
    install(ours, tmp_path / "site")
    install(pack(tmp_path / "theirs", "opencv_python-4.13.0.92-cp37-abi3-any.whl", "4.13 theirs"), tmp_path / "site")
    kept = tmp_path / "data" / "cache" / "wheels" / OURS.removesuffix(".whl")
    for _ in range(2):  # unpacked the first time, taken as it is the second
        assert imported(ours.parent, tmp_path / "data", tmp_path / "site") == f"4.11 ours {kept}"
    assert [each.name for each in kept.parent.iterdir()] == [kept.name]


def test_another_cv2_before_ours(ours, tmp_path):
    install(ours, tmp_path / "site")
    install(pack(tmp_path / "theirs", "opencv_python-4.13.0.92-cp37-abi3-any.whl", "4.13 theirs"), tmp_path / "pip")
    found = imported(ours.parent, tmp_path / "data", tmp_path / "pip", tmp_path / "site")
    assert found.startswith("4.11 ours")


def test_wheels_that_blender_left_out(ours, tmp_path):
    assert imported(ours.parent, tmp_path / "data").startswith("4.11 ours")


def test_a_half_cleared_cache_is_made_again(ours, tmp_path):
    imported(ours.parent, tmp_path / "data")
    kept = tmp_path / "data" / "cache" / "wheels" / OURS.removesuffix(".whl")
    (kept / "cv2" / "data" / "faces.xml").unlink()
    assert imported(ours.parent, tmp_path / "data").startswith("4.11 ours")
    assert (kept / "cv2" / "data" / "faces.xml").exists()


@pytest.mark.parametrize(
    ("wheel", "pythons"),
    [
        ("cycler-0.12.1-py3-none-any.whl", {(3, 11), (3, 13)}),
        ("flatbuffers-25.12.19-py2.py3-none-any.whl", {(3, 11), (3, 13)}),
        ("h5py-3.16.0-cp311-cp311-win_amd64.whl", {(3, 11)}),
        ("av-18.1.0-cp311-abi3-macosx_14_0_arm64.whl", {(3, 11), (3, 13)}),
        ("av-19.0.2-cp312-abi3-manylinux_2_28_x86_64.whl", {(3, 13)}),
        ("opencv_contrib_python-4.11.0.86-cp37-abi3-manylinux_2_17_x86_64.whl", {(3, 11), (3, 13)}),
        ("onnxruntime-1.31.1-cp313-cp313-win_amd64.whl", {(3, 13)}),
        ("notes.txt", set()),
    ],
)  # fmt: skip
def test_which_wheels_are_for_a_python(wheel, pythons):
    assert {python for python in ((3, 11), (3, 13)) if wheels.fits(wheel, python)} == pythons
