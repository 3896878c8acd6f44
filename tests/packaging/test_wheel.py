"""What `pip install` brings: the whole package and nothing besides, and it works where only the wheel is."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARTS = (
    "__init__.py",
    "cli.py",
    "cli_arguments.py",
    "cli_export.py",
    "cli_models.py",
    "cli_preview.py",
    "cli_rigs.py",
    "demo.py",
    "worker.py",
    "benchmarks",
    "core",
    "models",
    "operators",
    "panels",
    "scene",
)
ENCODER = ("identity.onnx", "expression.onnx", "shape_free.npz")
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")


def tracked(*paths: str) -> list[str]:
    listing = subprocess.run(["git", "ls-files", "-z", "--", *paths], cwd=ROOT, check=True, capture_output=True)
    return [name for name in listing.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built from a copy: setuptools would leave its build folder in the sources, and find old files in it again."""
    pytest.importorskip("setuptools", minversion="77", reason="setuptools is missing: make env")
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in tracked():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, source / name)
    options = ("--no-deps", "--no-build-isolation", "--wheel-dir", str(out))
    built = subprocess.run([*PIP, "wheel", *options, str(source)], check=False, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return next(out.glob("*.whl"))


@pytest.mark.slow
def test_it_holds_every_module_the_built_in_model_and_the_encoder(wheel):
    with zipfile.ZipFile(wheel) as packed:
        names = {name for name in packed.namelist() if ".dist-info/" not in name}
    wanted = tracked(*PARTS)
    assert {"models/builtin/head.npz", "models/builtin/LICENSE-Apache-2.0.txt"} <= set(wanted)
    assert {f"models/encoder/{name}" for name in ENCODER} <= set(wanted)
    assert {"models/refiner/refiner.onnx", "models/occlusion/occlusion.onnx"} <= set(wanted)
    assert names == {f"expression_transfer/{name}" for name in wanted}


@pytest.mark.slow
def test_it_works_where_the_sources_are_not(wheel, tmp_path):
    options = ("--no-deps", "--no-index", "--target", str(tmp_path / "site"))
    subprocess.run([*PIP, "install", *options, str(wheel)], check=True)
    code = f"""
import sys
sys.path.insert(0, {str(tmp_path / "site")!r})
sys.meta_path[:] = [finder for finder in sys.meta_path if "editable" not in str(finder)]
import expression_transfer.core.pipeline
from expression_transfer.core.encoder.networks import open_expression
from expression_transfer.core.encoder.recognise import open_recogniser
from expression_transfer.core.face.library import load_builtin
print(expression_transfer.__path__[0], load_builtin().name)
print(len(open_expression("cpu").names), open_recogniser(None, "cpu").name.split()[0])
"""
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == [str(tmp_path / "site" / "expression_transfer"), "builtin", "45", "encoder"]
