"""Recomposite: what the fitted head was made to do goes to the engine, and its plate comes back."""

import functools
import json
from dataclasses import replace
from pathlib import Path

import expression_transfer
import numpy as np
import pytest
from expression_transfer.core.facs.performance import Performance
from expression_transfer.core.facs.tables import UNITS
from expression_transfer.core.process import WorkerProcess
from expression_transfer.scene import acted, fitted, keys, layers, recomposite, units

FAKE = Path(__file__).with_name("fake_solver.py")
FRAMES = np.arange(60) * 24 / 30 + 1


@pytest.fixture
def head(blender, performance, tmp_path, monkeypatch):
    """A fitted head with its solve's take, as far as edits are concerned; the active object."""
    expression_transfer.register()
    from expression_transfer.operators import working  # noqa: PLC0415  needs bpy

    monkeypatch.setattr(working, "WorkerProcess", functools.partial(WorkerProcess, bootstrap=FAKE))
    picture = blender.data.images.new("result", 8, 8)
    picture.filepath_raw, picture.file_format = str(tmp_path / "picture.png"), "PNG"
    picture.save()
    monkeypatch.setenv("FAKE_RESULT", str(tmp_path / "picture.png"))
    performance.save(tmp_path / "solve" / "performance.npz")
    added = blender.data.objects.new("Head", None)
    blender.context.scene.collection.objects.link(added)
    blender.context.view_layer.objects.active = added
    added[fitted.SOLVE] = str(tmp_path / "solve")
    layers.put_solve(added, performance, FRAMES, "Take")
    yield added
    expression_transfer.unregister()


def test_the_edited_sum_goes_to_the_engine_and_the_plate_comes_back(blender, head, performance, tmp_path):
    at, by = FRAMES[[20, 21, 24, 25]], np.array([0, 0.3, 0.3, 0])
    keys.write_curve(layers.corrections(head), units.path("AU12_L"), 0, at, by)
    chosen = blender.context.scene.expression_transfer
    chosen.feather, chosen.shutter, chosen.borrow_folds = 2.5, 0.25, True
    assert blender.ops.expression_transfer.recomposite() == {"FINISHED"}
    out = tmp_path / "solve" / "edited"
    laid = ["--feather=2.5", "--choke=0", "--grain=1", "--shutter=0.25", "--borrow-folds"]
    asked = ["composite", out / "performance.npz", tmp_path / "solve", "-o", out, "--mode", "edit", "--resume", *laid]
    assert json.loads((out / "argv.json").read_text()) == [str(each) for each in asked]
    wanted, column = Performance.load(out / "performance.npz"), UNITS.index("AU12_L")
    edited = np.flatnonzero(np.any(wanted.units != performance.units, axis=1))
    assert edited.tolist() == [21, 22, 23, 24]
    np.testing.assert_allclose(wanted.units[edited, column], performance.units[edited, column] + 0.3, atol=1e-5)
    assert np.array_equal(wanted.gaze, performance.gaze)
    assert blender.context.scene.expression_transfer.result_image.filepath == str(out / "result.png")
    message = blender.context.window_manager.expression_transfer.message
    assert str(out / "result.png") in message
    assert message.endswith("left as they were, without a sure face or curves for them: frames 3–5, 9")


def test_without_a_fitted_head_it_says_what_to_do(blender, head):
    blender.context.view_layer.objects.active = None
    assert not blender.ops.expression_transfer.recomposite.poll()
    assert not blender.ops.expression_transfer.preview.poll()


def test_a_solve_that_is_gone_is_one_line(blender, head, tmp_path):
    (tmp_path / "solve" / "performance.npz").unlink()
    with pytest.raises(RuntimeError, match="is not there any more; solve the footage again"):
        blender.ops.expression_transfer.recomposite()


def test_what_a_transfer_made_of_a_plate_is_edited_instead_of_its_own(blender, head, performance, tmp_path):
    """Unless its take is muted. It lies over the plate's own, in a scene of another frame rate."""
    solve = tmp_path / "job" / "target"
    performance.save(solve / "performance.npz")
    made = replace(performance, units=performance.units[::-1].copy(), source="planted, re-performed")
    made.save(tmp_path / "job" / "wanted.npz")
    head[fitted.SOLVE] = str(solve)
    assert recomposite.base_of(head).folder == solve
    blender.context.scene.render.fps = 24
    acted.put(head, solve, blender.context.scene, 1.0)
    keys.write_curve(layers.corrections(head), units.path("AU12_L"), 0, FRAMES[[9, 10, 11]], np.array([0, 0.2, 0]))
    assert blender.ops.expression_transfer.recomposite() == {"FINISHED"}
    out = tmp_path / "job" / "edited"
    laid = ["--feather=0", "--choke=0", "--grain=1", "--shutter=0.5"]
    asked = ["composite", out / "performance.npz", tmp_path / "job", "-o", out, "--mode", "edit", "--resume", *laid]
    assert json.loads((out / "argv.json").read_text()) == [str(each) for each in asked]
    wanted = Performance.load(out / "performance.npz")
    edited = np.argwhere(wanted.units != made.units)
    assert edited.tolist() == [[10, UNITS.index("AU12_L")]]
    layers.takes(head)[-1].mute = True
    assert recomposite.base_of(head).folder == solve
