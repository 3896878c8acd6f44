"""The tool, and the zip of each platform: built once."""

import importlib.util
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from expression_transfer.core.landmarks import tasks

TOOL = Path(__file__).resolve().parents[2] / "tools" / "build_extension.py"


def load(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def tool():
    return load("build_extension", TOOL)


@pytest.fixture(scope="session")
def archives(tmp_path_factory, shared):
    """The path of a platform's zip."""
    pytest.importorskip("bpy", reason="bpy is missing: make env")
    out = tmp_path_factory.mktemp("extension")
    task = shared / "models" / tasks.TASK_NAME

    @cache
    def build(platform: str) -> Path:
        built = subprocess.run(
            [sys.executable, str(TOOL), "--platform", platform, "--task", str(task), "-o", str(out)],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert built.returncode == 0, built.stderr
        return Path(built.stdout.rpartition(" (")[0])

    return build
