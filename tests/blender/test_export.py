"""Export: what was made goes to the worker with what it is to become."""

import functools
import json
from pathlib import Path

import expression_transfer
import pytest
from expression_transfer.core.hand_off.kinds import KINDS, PRESETS
from expression_transfer.core.process import WorkerProcess
from expression_transfer.scene import strings

FAKE = Path(__file__).with_name("fake_solver.py")


@pytest.fixture
def registered(blender, performance, tmp_path, monkeypatch):
    expression_transfer.register()
    from expression_transfer.operators import working  # noqa: PLC0415  needs bpy

    monkeypatch.setattr(working, "WorkerProcess", functools.partial(WorkerProcess, bootstrap=FAKE))
    performance.save(tmp_path / "acting.npz")
    monkeypatch.setenv("FAKE_PERFORMANCE", str(tmp_path / "acting.npz"))
    yield blender
    expression_transfer.unregister()


def test_what_the_window_offers_is_there(registered):
    offered = {name for name, _, _ in strings.EXPORT_KINDS}
    assert offered <= {*KINDS, *PRESETS}
    assert set(PRESETS) <= offered


def test_without_a_result_there_is_nothing_to_export(registered):
    assert not registered.ops.expression_transfer.export.poll()


@pytest.mark.parametrize("provenance", [True, False])
def test_the_result_goes_to_the_worker(registered, tmp_path, provenance):
    chosen = registered.context.scene.expression_transfer
    chosen.result_folder, chosen.export_kind, chosen.provenance = str(tmp_path / "made"), "exr", provenance
    assert registered.ops.expression_transfer.export() == {"FINISHED"}
    out = tmp_path / "made" / "export" / "exr"
    said = [] if provenance else ["--no-provenance"]
    wanted = ["export", "exr", str(tmp_path / "made"), "-o", str(out), *said, "--resume"]
    assert json.loads((out / "argv.json").read_text()) == wanted
    assert str(out) in registered.context.window_manager.expression_transfer.message
