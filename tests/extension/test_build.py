"""The extension's zips: which wheels they take from the lock, and what Blender's own tool says of them."""

import hashlib
import importlib
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from expression_transfer.core import wheels
from expression_transfer.core.landmarks import tasks
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parents[2]
PLATFORMS = {
    "linux-x64": {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64"},
    "windows-x64": {"sys_platform": "win32", "platform_system": "Windows", "platform_machine": "AMD64"},
    "macos-arm64": {"sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "arm64"},
}


def versions(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([^ ]+) ", text, re.MULTILINE))


@pytest.mark.parametrize("python", ["3.11", "3.13", "3.14"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_engines_packages(tool, python, platform):
    text = tool.engine_requirements((ROOT / "requirements.lock").read_text(), python, platform)
    found = versions(text)
    assert found.keys() == {"av", "h5py", "onnxruntime", "opencv-contrib-python", "openimageio", "packaging"}
    assert found["opencv-contrib-python"] == "4.11.0.86"
    assert text.count("==") == len(found)  # each package once
    assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=\w)", text))


@pytest.mark.parametrize("platform", ["linux-x64", "windows-x64"])
def test_the_gpu_flavour_has_onnxruntime_gpu_of_the_same_version(tool, platform):
    lock = (ROOT / "requirements.lock").read_text()
    plain = versions(tool.engine_requirements(lock, "3.11", platform))
    gpu = versions(tool.engine_requirements(lock, "3.11", platform, gpu=True))
    assert gpu.pop("onnxruntime-gpu") == plain.pop("onnxruntime")
    assert gpu == plain
    assert not [name for name in gpu if name.startswith("nvidia")]


def test_what_a_wheel_requires_and_lacks_is_named(tool, tmp_path):
    windows = ["colorama>=1; sys_platform == 'win32'", "x; extra == 'y'", "z; python_version < '3.11'"]
    for name, requires in (
        ("onnxruntime-1.31.1-cp311-cp311-win_amd64.whl", ["numpy>=1.21", "packaging", "protobuf"]),
        ("av-18.1.0-cp311-abi3-win_amd64.whl", windows),
        ("av-19.0.2-cp312-abi3-win_amd64.whl", []),
    ):
        with zipfile.ZipFile(tmp_path / name, "w") as packed:
            metadata = "".join(f"Requires-Dist: {each}\n" for each in requires)
            packed.writestr("-".join(name.split("-")[:2]) + ".dist-info/METADATA", metadata)
    said = tool.missing_packages(tmp_path, ["3.11"], "windows-x64")
    lacks = {Requirement(line.partition(" for Python ")[0]).name for line in said}
    assert lacks == {"h5py", "OpenImageIO", "opencv-contrib-python", "packaging", "colorama"}
    assert any("a package twice" in line for line in tool.missing_packages(tmp_path, ["3.13"], "windows-x64"))


def test_the_landmark_networks_are_the_ones_the_engine_knows(tool):
    assert (tool.TASK, tool.TASK_SHA256) == (tasks.TASK_NAME, tasks.TASK_SHA256)
    assert ROOT / tool.TASK_PLACE == tasks.BUNDLED


def test_a_wrong_task_file_is_refused(tool, tmp_path):
    (tmp_path / "wrong.task").write_bytes(b"no bundle")
    with pytest.raises(SystemExit, match=r"wrong\.task: sha256 is .*--task"):
        tool.put_task_file(tmp_path / "wrong.task", tmp_path / "models" / "face.task")


@pytest.fixture(params=PLATFORMS)
def archive(request, archives) -> tuple[str, Path]:
    return request.param, archives(request.param)


@pytest.mark.slow
def test_the_zip_is_whole_and_lists_its_wheels(archive):
    platform, path = archive
    with zipfile.ZipFile(path) as packed:
        names = {name for name in packed.namelist() if not name.endswith("/")}
        manifest = tomllib.loads(packed.read("blender_manifest.toml").decode())
        networks = packed.read("models/landmarks/face_landmarker.task")
    assert manifest["id"] == "expression_transfer"
    assert manifest["name"] == "Expression Transfer"
    assert manifest["license"] == ["SPDX:GPL-3.0-or-later"]
    assert manifest["blender_version_min"] == "4.2.0"
    assert manifest["platforms"] == [platform]
    assert {wheel.removeprefix("./") for wheel in manifest["wheels"]} == {
        name for name in names if name.endswith(".whl")
    }
    assert not [wheel for wheel in manifest["wheels"] if "numpy" in wheel]
    assert hashlib.sha256(networks).hexdigest() == tasks.TASK_SHA256
    tracked = subprocess.run(["git", "ls-files", "core", "scene"], cwd=ROOT, check=True, capture_output=True, text=True)
    assert set(tracked.stdout.split()) <= names
    assert {"worker.py", "cli.py", "models/builtin/head.npz"} <= names
    assert {f"models/encoder/{name}" for name in ("identity.onnx", "expression.onnx", "shape_free.npz")} <= names
    assert not [name for name in names if name.startswith(("tests", "benchmarks", "docs", ".venv"))]


@pytest.mark.slow
def test_blender_takes_the_wheels_of_its_own_python_and_platform(archive):
    """By Blender's own reading of their names: the lock's packages, each once, for 3.11 and for 3.13."""
    bpy = pytest.importorskip("bpy", reason="bpy is missing: make env")
    tools = Path(bpy.__file__).parents[2] / "addons_core" / "bl_pkg" / "cli"
    sys.path.insert(0, str(tools))
    try:
        blender_ext = importlib.import_module("blender_ext")
    finally:
        sys.path.remove(str(tools))
    platform, path = archive
    with zipfile.ZipFile(path) as packed:
        names = [Path(name).name for name in packed.namelist() if name.endswith(".whl")]
    for name in names:
        assert blender_ext.blender_platform_compatible_with_wheel_platform_from_filepath(platform, name), name
    for python in ((3, 11), (3, 13)):
        mine = [parse_wheel_filename(name)[:2] for name in names if wheels.fits(name, python)]
        asked = locked(python, platform)
        assert sorted(mine) == sorted((name, version) for name, version in asked.items())
        taken = [blender_ext.python_versions_from_wheel(name) for name in names if wheels.fits(name, python)]
        assert all(python in each or python[:1] in each for each in taken)


def locked(python: tuple[int, int], platform: str) -> dict:
    """The lock's versions of the packages that the zip should have, by its markers for a Python and platform."""
    target = PLATFORMS[platform] | {
        "python_version": "{}.{}".format(*python),
        "python_full_version": "{}.{}.4".format(*python),
    }
    wanted = {"av", "h5py", "onnxruntime", "opencv-contrib-python", "openimageio", "packaging"}
    found = {}
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        if re.match(r"\w", line):
            entry = Requirement(line.rstrip("\\ "))
            name = canonicalize_name(entry.name)
            if name in wanted and (entry.marker is None or entry.marker.evaluate(target)):
                (version,) = entry.specifier
                found[name] = parse_wheel_filename(f"x-{version.version}-py3-none-any.whl")[1]
    return found
