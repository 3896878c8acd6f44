"""The button, pressed by a script: what it asks the worker for and what it does to the scene."""

import functools
import json
from pathlib import Path

import expression_transfer
import numpy as np
import pytest
from expression_transfer.core.facs.convert import arkit_weights
from expression_transfer.core.facs.tables import ARKIT
from expression_transfer.core.process import WorkerProcess
from expression_transfer.core.storage import Saved
from expression_transfer.scene import layers

FAKE = Path(__file__).with_name("fake_solver.py")


@pytest.fixture
def panel(blender, performance: Saved, tmp_path, monkeypatch):
    """The scene's settings: a character with jawOpen, a source and an output folder."""
    performance.save(tmp_path / "acted.npz")
    monkeypatch.setenv("FAKE_PERFORMANCE", str(tmp_path / "acted.npz"))
    expression_transfer.register()
    from expression_transfer.operators import working  # noqa: PLC0415  needs bpy

    monkeypatch.setattr(working, "WorkerProcess", functools.partial(WorkerProcess, bootstrap=FAKE))
    mesh = blender.data.meshes.new("Face")
    mesh.from_pydata([(0, 0, 0)], [], [])
    face = blender.data.objects.new("Face", mesh)
    blender.context.scene.collection.objects.link(face)
    for name in ("Basis", "jawOpen", "browInnerUp"):
        face.shape_key_add(name=name).value = 0
    settings = blender.context.scene.expression_transfer
    settings.source_file, settings.output = str(tmp_path / "source.mp4"), str(tmp_path / "out")
    settings.rig = face
    yield settings
    expression_transfer.unregister()


def evaluated(bpy, key, frame):
    bpy.context.scene.frame_set(int(np.floor(frame)), subframe=float(frame % 1))
    face = bpy.data.objects["Face"].evaluated_get(bpy.context.evaluated_depsgraph_get())
    return face.data.shape_keys.key_blocks[key].value


def asked(tmp_path):
    return json.loads((tmp_path / "out" / "argv.json").read_text())


def test_the_task_files_variable_is_the_engines():
    from expression_transfer.core.landmarks import tasks  # noqa: PLC0415
    from expression_transfer.scene import settings  # noqa: PLC0415  needs bpy

    assert settings.TASK_VARIABLE == tasks.TASK_VARIABLE


def test_the_rig_is_keyed(blender, panel, performance, tmp_path):
    panel.strength, panel.region = 0.5, "lower"
    assert blender.ops.expression_transfer.transfer() == {"FINISHED"}
    assert asked(tmp_path) == ["solve", str(tmp_path / "source.mp4"), "-o", str(tmp_path / "out"), "--resume"]
    planted = 0.5 * arkit_weights(performance)[30, ARKIT.index("jawOpen")]
    assert evaluated(blender, "jawOpen", 1 + 24) == pytest.approx(planted, abs=2e-4)
    assert evaluated(blender, "browInnerUp", 1 + 24) == 0
    job = blender.context.window_manager.expression_transfer
    assert not job.running
    assert not job.failed
    assert "drives 1 of the shape keys on Face" in job.message
    assert "the rig lacks" in job.message


def test_a_take_outside_the_scene_is_told(blender, panel, performance):
    blender.context.scene.frame_end, panel.offset = 20, 40
    assert blender.ops.expression_transfer.transfer() == {"FINISHED"}
    last = int(np.ceil(41 + performance.times[-1] * 24))
    said = f"plays at frames 41–{last}, outside the scene's 1–20"
    assert said in blender.context.window_manager.expression_transfer.message


def test_a_transfer_fills_the_rigs_table_and_the_table_leads_the_next(blender, panel, performance):
    assert blender.ops.expression_transfer.transfer() == {"FINISHED"}
    table = panel.rig.expression_transfer_rows
    assert [row.key for row in table] == ["jawOpen", "browInnerUp"]
    table[0].gain = 0.5
    table[1].weights[1].channel = table[1].weights[0].channel = "AU26"
    assert blender.ops.expression_transfer.transfer() == {"FINISHED"}
    planted = arkit_weights(performance)[30, ARKIT.index("jawOpen")]
    assert evaluated(blender, "jawOpen", 1 + 24) == pytest.approx(0.5 * planted, abs=2e-4)
    assert evaluated(blender, "browInnerUp", 1 + 24) == pytest.approx(planted, abs=2e-4)


def test_rig_and_plate(blender, panel, tmp_path):
    image = blender.data.images.new("plate", 8, 8)
    image.filepath_raw, image.file_format = str(tmp_path / "plate.png"), "PNG"
    image.save()
    panel.plate_file, panel.mode, panel.resume = str(tmp_path / "plate.png"), "add", False
    panel.source_reading.use_range, panel.source_reading.start, panel.source_reading.end = True, 5, 9
    panel.feather, panel.choke, panel.grain, panel.shutter = 2.5, 1.0, 0.5, 0.25
    assert blender.ops.expression_transfer.transfer() == {"FINISHED"}
    assert asked(tmp_path) == [
        "transfer", str(tmp_path / "source.mp4"), str(tmp_path / "plate.png"), "-o", str(tmp_path / "out"),
        "--start", "5", "--end", "9", "--strength", "1", "--mode", "add", "--region", "all",
        "--feather=2.5", "--choke=1", "--grain=0.5", "--shutter=0.25",
    ]  # fmt: skip
    assert panel.result_image.filepath == str(tmp_path / "out" / "result.png")
    assert [strip.name for strip in layers.takes(panel.rig)] == ["Expression planted"]


def test_a_source_alone_is_solved_with_the_chosen_model(blender, panel, tmp_path):
    panel.rig, panel.model, panel.resume = None, "ict", False
    assert blender.ops.expression_transfer.transfer() == {"FINISHED"}
    assert asked(tmp_path)[:6] == [
        "solve", str(tmp_path / "source.mp4"), "-o", str(tmp_path / "out"), "--model", "ict",
    ]  # fmt: skip
    assert blender.context.window_manager.expression_transfer.message == "solved source.mp4; add the fitted head"
    assert panel.result_folder == str(tmp_path / "out")


def test_a_failure_is_reported_and_changes_nothing(blender, panel, tmp_path):
    panel.source_file = str(tmp_path / "noface.mp4")
    with pytest.raises(RuntimeError, match="no face in it"):
        blender.ops.expression_transfer.transfer()
    assert len(blender.data.actions) == 0
    assert blender.context.window_manager.expression_transfer.failed
    assert not blender.context.window_manager.expression_transfer.running


def test_a_scene_that_was_renamed_meanwhile_is_one_line(blender, panel, tmp_path, monkeypatch):
    from expression_transfer.operators import working  # noqa: PLC0415  needs bpy

    class Meanwhile(WorkerProcess):
        def wait(self):
            blender.context.scene.name = "Another"
            return super().wait()

    monkeypatch.setattr(working, "WorkerProcess", functools.partial(Meanwhile, bootstrap=FAKE))
    with pytest.raises(RuntimeError, match=r"The scene 'Scene' was renamed or removed .* are in ") as error:
        blender.ops.expression_transfer.transfer()
    assert str(tmp_path / "out") in str(error.value)
    assert "\n" not in str(error.value).strip()
    assert len(blender.data.actions) == 0


def test_wrong_settings_start_no_worker(blender, panel, tmp_path):
    for change, words in (
        ({"output": "//out"}, "save the .blend"),
        ({"source_file": ""}, "Choose a source"),
    ):
        for name, value in change.items():
            setattr(panel, name, value)
        with pytest.raises(RuntimeError, match=words):
            blender.ops.expression_transfer.transfer()
    assert not (tmp_path / "out").exists()


def test_sequences_are_patterns_and_clips_place_the_keys(blender, panel, performance, tmp_path):
    for number in (7, 8):
        image = blender.data.images.new("frame", 8, 8)
        image.filepath_raw, image.file_format = str(tmp_path / f"shot.{number:04d}.png"), "PNG"
        image.save()
    panel.source_clip = blender.data.movieclips.load(str(tmp_path / "shot.0007.png"))
    panel.source_clip.frame_start = 11
    assert blender.ops.expression_transfer.transfer() == {"FINISHED"}
    assert asked(tmp_path)[1] == str(tmp_path / "shot.%04d.png")
    planted = arkit_weights(performance)[30, ARKIT.index("jawOpen")]
    assert evaluated(blender, "jawOpen", 11 + 24) == pytest.approx(planted, abs=2e-4)
