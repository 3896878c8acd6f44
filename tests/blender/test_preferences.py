"""The preferences, with the extension enabled as an add-on: what is drawn, and what the worker gets of it."""

import expression_transfer
import pytest
from expression_transfer.core import offers, userdata
from planted_solve import solved
from recording_layout import Layout

bpy = pytest.importorskip("bpy", reason="bpy is missing: make env, or make test-blender")

from expression_transfer.scene import models, settings  # noqa: E402
from expression_transfer.scene.transfer import make_request  # noqa: E402


@pytest.fixture
def preferences(blender, tmp_path, monkeypatch):
    monkeypatch.setenv(userdata.VARIABLE, str(tmp_path / "studio"))
    addon = blender.context.preferences.addons.new()
    addon.module = settings.PACKAGE
    expression_transfer.register()
    yield addon.preferences
    expression_transfer.unregister()
    blender.context.preferences.addons.remove(addon)
    userdata.use_folder(None)


def drawn(preferences):
    from expression_transfer.panels.preferences import TransferPreferences  # noqa: PLC0415  needs bpy

    layout = Layout(bpy)

    class Shown:
        """The preferences as Blender hands them to `draw`: with a layout."""

        def __getattr__(self, name):
            return layout if name == "layout" else getattr(preferences, name)

    TransferPreferences.draw(Shown(), bpy.context)
    return layout.drawn


def said(lines):
    return " ".join(given["text"] for name, given in lines if name == "label" and "text" in given)


def test_what_is_drawn(preferences):
    models.refresh()
    settings.models(bpy.context).devices = "cpu: works\ncuda: this onnxruntime has no CUDA"
    for online in (False, True):
        bpy.context.preferences.system.use_online_access = online
        text = said(drawn(preferences))
        assert "no footage, face or result ever leaves it" in text
        assert "cuda: this onnxruntime has no CUDA" in text
        assert ("Online access is off" in text) != online
        for each in offers.OFFERS:
            assert each.title in text
            assert each.licence in text
            assert each.sha256 in text
    bpy.context.preferences.system.use_online_access = False


def test_what_is_here_is_not_offered_again(preferences, tmp_path):
    def offered():
        models.refresh()
        return sum(name == "operator" and given["operator"].endswith(".fetch") for name, given in drawn(preferences))

    before = offered()
    (tmp_path / "studio").mkdir()
    (tmp_path / "studio" / offers.TASK_NAME).touch()
    assert offered() == before - (not offers.BUNDLED.is_file())


def test_the_data_folder_is_the_preferences_then_the_environments(preferences, tmp_path):
    assert userdata.user_data_folder() == tmp_path / "studio"
    preferences.data_folder = str(tmp_path / "mine")
    assert userdata.user_data_folder() == tmp_path / "mine"
    assert settings.worker_environment(bpy.context)[userdata.VARIABLE] == str(tmp_path / "mine")
    preferences.data_folder = ""
    assert userdata.user_data_folder() == tmp_path / "studio"
    assert userdata.VARIABLE not in settings.worker_environment(bpy.context)


def test_the_worker_gets_device_detector_and_recognition(preferences, tmp_path):
    chosen = bpy.context.scene.expression_transfer
    chosen.source_file, chosen.output = str(tmp_path / "shot.mp4"), str(solved(tmp_path / "solve"))
    preferences.device, preferences.detector = "tensorrt", "mediapipe-tasks"
    preferences.identity_model = str(tmp_path / "who.onnx")
    argv = make_request(bpy.context.scene).argv
    options = dict(zip(argv[argv.index("--device") :: 2], argv[argv.index("--device") + 1 :: 2], strict=False))
    assert options["--device"] == "tensorrt"
    assert options["--detector"] == "mediapipe-tasks"
    assert options["--identity-model"] == str(tmp_path / "who.onnx")
