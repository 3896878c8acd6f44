"""The extension's zip: which wheels it takes from the lock, and what Blender's own tool says of it."""

import importlib.util
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "build_extension.py"


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("build_extension", TOOL)
    module = importlib.util.module_from_spec(spec)
    sys.modules["build_extension"] = module
    spec.loader.exec_module(module)
    return module


def versions(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([^ ]+) ", text, re.MULTILINE))


@pytest.mark.parametrize(("python", "mediapipe"), [("3.11", "0.10.21"), ("3.13", "1.2.2"), ("3.14", "1.2.2")])
@pytest.mark.parametrize("platform", ["linux-x64", "windows-x64", "macos-arm64"])
def test_the_engines_packages(tool, python, mediapipe, platform):
    text = tool.engine_requirements((ROOT / "requirements.lock").read_text(), python, platform)
    found = versions(text)
    assert found["mediapipe"] == mediapipe
    assert found["opencv-contrib-python"] == "4.11.0.86"
    assert {"av", "onnxruntime", "openimageio", "matplotlib", "protobuf", "pillow", "kiwisolver"} <= found.keys()
    assert not {"numpy", "scipy", "jax", "bpy", "pytest", "torch"} & found.keys()
    assert text.count("==") == len(found)  # each package once
    assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=\w)", text))


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Path:
    pytest.importorskip("bpy", reason="bpy is missing: make env")
    out = tmp_path_factory.mktemp("extension")
    built = subprocess.run([sys.executable, str(TOOL), "-o", str(out)], check=False, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return next(out.glob("*.zip"))


@pytest.mark.slow
def test_the_zip_is_whole_and_lists_its_wheels(archive):
    with zipfile.ZipFile(archive) as packed:
        names = {name for name in packed.namelist() if not name.endswith("/")}
        manifest = tomllib.loads(packed.read("blender_manifest.toml").decode())
    assert manifest["id"] == "expression_transfer"
    assert manifest["name"] == "Expression Transfer"
    assert manifest["license"] == ["SPDX:GPL-3.0-or-later"]
    assert manifest["blender_version_min"] == "4.2.0"
    assert {wheel.removeprefix("./") for wheel in manifest["wheels"]} == {
        name for name in names if name.endswith(".whl")
    }
    assert not [wheel for wheel in manifest["wheels"] if "numpy" in wheel]
    tracked = subprocess.run(["git", "ls-files", "core", "scene"], cwd=ROOT, check=True, capture_output=True, text=True)
    assert set(tracked.stdout.split()) <= names
    assert {"worker.py", "cli.py", "models/builtin/head.npz"} <= names
    assert {f"models/encoder/{name}" for name in ("identity.onnx", "expression.onnx", "shape_free.npz")} <= names
    assert not [name for name in names if name.startswith(("tests", "benchmarks", "docs", ".venv"))]
