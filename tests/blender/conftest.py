"""A clean bpy session for every test, and values with known curves."""

import os
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="bpy is missing: make env, or make test-blender")

from expression_transfer.core.facs.performance import Performance  # noqa: E402
from expression_transfer.core.facs.tables import UNITS  # noqa: E402

_outcome = 0


def pytest_sessionfinish(exitstatus: int) -> None:
    global _outcome  # noqa: PLW0603  the hook that leaves isn't told
    _outcome = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Leave at once, all being said: bpy as a module (4.2) may crash where Python takes it down, after every test has
    passed. Blender itself never does that.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(_outcome)


@pytest.fixture
def blender() -> Iterator[Any]:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    yield bpy
    bpy.ops.wm.read_factory_settings(use_empty=True)


@pytest.fixture
def performance() -> Performance:
    """Two seconds at 30 fps; each unit is a sine of its own rate, so that no two curves are alike."""
    times = np.arange(60) / 30
    rates = 0.3 + 0.05 * np.arange(len(UNITS))
    units = 0.5 - 0.5 * np.cos(2 * np.pi * times[:, None] * rates)
    head = np.column_stack([0.3 * np.sin(times), 0.2 * np.sin(2 * times), 0.1 * np.sin(3 * times)])
    gaze = np.stack([np.column_stack([0.3 * np.sin(times), -0.2 * np.sin(times)])] * 2, axis=1)
    flags = np.zeros(len(times), dtype=bool)
    return Performance(
        units=units, head=head, position=np.zeros((len(times), 3)), gaze=gaze, confidence=np.ones(len(times)),
        bridged=flags, missing=flags, frames=np.arange(60), times=times, fps=30.0, source="planted",
    )  # fmt: skip
