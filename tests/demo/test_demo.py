"""The demo makes every file it promises, and its solve meets the script that the driver acts."""

import importlib.util
import json
from pathlib import Path

import pytest
from expression_transfer.core.clip import open_clip
from expression_transfer.core.reporting import SilentReporter
from expression_transfer.demo import run_demo

FRAMES = 150
PLUMBING = 0.9
"""Least correlation of the main acts: below, something between pixels and curves is broken."""
MAIN_ACTS = ("AU26", "AU45_L", "AU45_R", "AU12_L", "AU12_R")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    pytest.importorskip("skimage", reason="scikit-image is missing: make env")
    made = tmp_path_factory.mktemp("demo")
    run_demo(made, SilentReporter())
    return made


@pytest.mark.slow
def test_every_promised_file_is_there(folder):
    promised = {
        "result.mp4", "side_by_side.mp4", "contact_sheet.png", "curves.png", "arkit.csv", "facs.csv", "report.json",
    }  # fmt: skip
    promised |= {"head.blend"} if importlib.util.find_spec("bpy") else set()
    assert not {name for name in promised if not (folder / name).is_file() or (folder / name).stat().st_size == 0}
    assert len(list((folder / "frames").glob("*.png"))) == FRAMES
    for movie in ("result.mp4", "side_by_side.mp4"):
        assert len(list(open_clip(folder / movie))) == FRAMES


@pytest.mark.slow
@pytest.mark.parametrize("unit", MAIN_ACTS)
def test_what_was_acted_is_what_was_solved(folder, unit):
    figures = json.loads((folder / "report.json").read_text())["known_against_solved"]
    assert figures[unit]["correlation"] >= PLUMBING
