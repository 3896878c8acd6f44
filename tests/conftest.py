"""Paths that several rooms' tests share."""

import os
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line has it; must come before numpy

import pytest

SHARED = (Path(__file__).resolve().parent.parent.parent / "shared").resolve()


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is missing (real footage and models for tests)")
    return SHARED


@pytest.fixture(scope="session")
def footage(shared: Path) -> Path:
    return shared / "footage"
