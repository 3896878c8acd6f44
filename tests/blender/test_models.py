"""Preferences > Face models, as a script presses the buttons; the engine's own command does the work."""

from dataclasses import replace

import expression_transfer
import pytest
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.userdata import cache_folder


@pytest.fixture
def known(blender, tmp_path, monkeypatch):
    """The list in the preferences, of a user who has added nothing yet."""
    monkeypatch.setenv("EXPRESSION_TRANSFER_DATA", str(tmp_path / "data"))
    expression_transfer.register()
    blender.ops.expression_transfer.refresh_models()
    yield blender.context.window_manager.expression_transfer_models
    expression_transfer.unregister()


def test_added_chosen_used_and_removed(blender, known, tmp_path):
    replace(load_builtin(), name="Ann", licence="Ann's own").save(tmp_path / "ann.npz")
    add, remove = blender.ops.expression_transfer.add_model, blender.ops.expression_transfer.remove_model
    assert [model.name for model in known.known] == ["builtin"]
    assert not remove.poll()
    assert add(path=str(tmp_path / "ann.npz")) == {"FINISHED"}
    assert [(model.name, model.licence) for model in known.known][1:] == [("Ann", "Ann's own")]
    assert known.chosen == 1
    job = blender.context.window_manager.expression_transfer
    assert "licence: Ann's own" in job.message
    assert job.section == "models"
    assert blender.ops.expression_transfer.add_head(model="Ann") == {"FINISHED"}
    assert remove() == {"FINISHED"}
    assert [model.name for model in known.known] == ["builtin"]


def test_a_bad_file_is_one_line(blender, known, tmp_path):
    (tmp_path / "bad.npz").write_bytes(b"no model")
    with pytest.raises(RuntimeError, match=r"bad\.npz") as error:
        blender.ops.expression_transfer.add_model(path=str(tmp_path / "bad.npz"))
    assert "\n" not in str(error.value).strip()
    assert len(known.known) == 1


def test_the_cache_is_cleared(blender, known, tmp_path):
    cache_folder().mkdir(parents=True)
    (cache_folder() / "measured.npz").write_bytes(bytes(3 << 20))
    blender.ops.expression_transfer.refresh_models()
    assert known.cached == 3
    assert blender.ops.expression_transfer.clear_cache() == {"FINISHED"}
    assert known.cached == 0
    assert "freed 3.0 MiB" in blender.context.window_manager.expression_transfer.message


def test_a_model_that_is_gone_starts_no_worker(blender, known, tmp_path):
    chosen = blender.context.scene.expression_transfer
    chosen.source_file, chosen.output, chosen.model = str(tmp_path / "a.mp4"), str(tmp_path / "out"), "Ann"
    with pytest.raises(RuntimeError, match="The face model 'Ann' is not there any more"):
        blender.ops.expression_transfer.transfer()
    assert not (tmp_path / "out").exists()
