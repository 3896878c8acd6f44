"""The one zip in this Blender, of whichever Python: installed as Preferences do, it works at the first press."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from expression_transfer.core import wheels

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the zip that is run here is Linux'"),
]


def test_installed_from_disk_it_works_at_the_first_press(archives, shared, tmp_path):
    archive = archives("linux-x64")
    environment = os.environ | {
        "BLENDER_USER_RESOURCES": str(tmp_path / "user"),
        "EXPRESSION_TRANSFER_DATA": str(tmp_path / "data"),
        "EXPRESSION_TRANSFER_TASK": "",
    }
    ran = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("installing.py")), str(archive),
         str(shared / "footage" / "d0.mp4"), str(tmp_path / "out")],
        check=False, capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=200,
    )  # fmt: skip
    assert "Traceback" not in ran.stdout + ran.stderr, ran.stdout + ran.stderr
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["enabled"] == ["bl_ext.user_default.expression_transfer"]
    assert told["finished"] and told["carriers"]
    with zipfile.ZipFile(archive) as packed:
        names = [Path(name).name for name in packed.namelist() if name.endswith(".whl")]
    mine = sorted("-".join(name.split("-")[:2]) + ".dist-info" for name in names if wheels.fits(name))
    assert told["installed"] == mine
