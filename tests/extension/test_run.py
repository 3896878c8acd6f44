"""The zip at work as Blender installs it, without a network: on its own wheels alone, and with another add-on's cv2."""

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import numpy as np
import pytest
from expression_transfer.core import wheels
from expression_transfer.core.facs.performance import Performance
from expression_transfer.core.process import WorkerProcess

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the zip that is run here is Linux'"),
    pytest.mark.skipif(sys.version_info[:2] not in {(3, 11), (3, 13)}, reason="no Blender has this Python"),
]


@pytest.fixture(scope="module")
def blender(tmp_path_factory) -> dict[str, Path]:
    """A Python that has numpy and nothing else, as Blender's; without a network where this user may take it away."""
    folder = tmp_path_factory.mktemp("blender")
    venv.create(folder, with_pip=False, symlinks=True)
    library = folder / "blenders"
    library.mkdir()
    for part in Path(np.__file__).parents[1].glob("numpy*"):
        (library / part.name).symlink_to(part)
    python = folder / "bin" / "python"
    unshare = shutil.which("unshare")
    if unshare and subprocess.run([unshare, "--net", "true"], check=False, capture_output=True).returncode == 0:
        offline = folder / "bin" / "offline"
        offline.write_text(f'#!/bin/sh\nexec {unshare} --net {python} "$@"\n')
        offline.chmod(0o755)
        python = offline
    return {"python": python, "library": library}


@pytest.fixture
def installed(archives, tmp_path) -> Path:
    """The extension's folder; its wheels lie in tmp_path/site, which all extensions share."""
    extension = tmp_path / "extensions" / "user_default" / "expression_transfer"
    with zipfile.ZipFile(archives("linux-x64")) as packed:
        packed.extractall(extension)
    for wheel in filter(lambda wheel: wheels.fits(wheel.name), (extension / "wheels").glob("*.whl")):
        with zipfile.ZipFile(wheel) as packed:
            packed.extractall(tmp_path / "site")
    return extension


def run(blender, extension, monkeypatch, *argv) -> WorkerProcess:
    """The worker, started as Blender's process does, to its end."""
    site = extension.parents[2] / "site"
    environment = {"EXPRESSION_TRANSFER_DATA": str(extension.parents[2] / "data"), "EXPRESSION_TRANSFER_TASK": ""}
    with monkeypatch.context() as patch:
        patch.setattr(sys, "path", [str(site), str(blender["library"])])
        worker = WorkerProcess(
            [str(each) for each in argv],
            environment,
            bootstrap=extension / "worker.py",
            python=(str(blender["python"]), "-I"),
        )
    assert worker.wait().error == "", worker.stderr
    return worker


def test_a_shot_is_solved_and_performed_on_its_own_wheels(blender, installed, monkeypatch, shared, tmp_path):
    out = tmp_path / "out"
    clip, still = shared / "footage" / "d0.mp4", shared / "footage" / "s10.jpg"
    run(blender, installed, monkeypatch, "transfer", clip, still, "-o", out, "--end", 12)
    assert len(Performance.load(out / "performance.npz").times) == 12
    assert {"arkit.csv", "curves.png", "contact_sheet.png", "result.mp4"} <= {path.name for path in out.iterdir()}
    run(blender, installed, monkeypatch, "guides", out / "fit.npz", "--plate", clip, "-o", tmp_path / "guides")
    assert list((tmp_path / "guides").rglob("*.exr"))
    assert not (tmp_path / "data" / "cache" / "wheels").exists()


def test_another_addons_cv2_is_not_taken(blender, installed, monkeypatch, shared, tmp_path):
    shutil.rmtree(tmp_path / "site" / "cv2")
    (tmp_path / "site" / "cv2").mkdir()
    (tmp_path / "site" / "cv2" / "__init__.py").write_text("raise ImportError('built for numpy 2')\n")
    run(blender, installed, monkeypatch, "solve", shared / "footage" / "s10.jpg", "-o", tmp_path / "out")
    assert (tmp_path / "out" / "performance.npz").exists()
    kept = [path.name.partition("-")[0] for path in (tmp_path / "data" / "cache" / "wheels").iterdir()]
    assert kept == ["opencv_contrib_python"]


def test_every_wheel_can_be_imported(blender, installed, tmp_path):
    code = "import av, cv2, h5py, onnxruntime, OpenImageIO, packaging, numpy; print(cv2.__file__, numpy.__file__)"
    path = os.pathsep.join([str(tmp_path / "site"), str(blender["library"])])
    ran = subprocess.run(
        [str(blender["python"]), "-c", code], check=False, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": path},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert str(tmp_path / "site") in ran.stdout and str(blender["library"]) in ran.stdout
