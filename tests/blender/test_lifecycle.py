"""A working day with the extension in one Blender: registered, used, saved, opened again, taken away."""

import functools
from pathlib import Path

import expression_transfer
import numpy as np
import pytest
from expression_transfer.core.facs.tables import UNITS
from expression_transfer.core.process import WorkerProcess

FAKE = Path(__file__).with_name("fake_solver.py")
KEYS = {"jawOpen": "AU26", "mouthSmileLeft": "AU12_L"}
PLAYED = range(2, 48, 5)


@pytest.fixture
def face(blender, performance, tmp_path, monkeypatch):
    """A character with two shape keys, whose source is acted by the fake solver."""
    performance.save(tmp_path / "acted.npz")
    monkeypatch.setenv("FAKE_PERFORMANCE", str(tmp_path / "acted.npz"))
    mesh = blender.data.meshes.new("Face")
    mesh.from_pydata([(0, 0, 0)], [], [])
    made = blender.data.objects.new("Face", mesh)
    blender.context.scene.collection.objects.link(made)
    for name in ("Basis", *KEYS):
        made.shape_key_add(name=name).value = 0
    yield made
    if hasattr(blender.types.Scene, "expression_transfer"):  # the test failed half way
        expression_transfer.unregister()


def left_in(bpy) -> dict[str, set[str]]:
    """What an extension may leave in Blender: types, properties, what it draws in menus, handlers, shortcuts."""
    names = set(dir(bpy.types))
    drawn = {
        f"{name}:{function.__module__}.{function.__qualname__}"
        for name in names
        for function in getattr(getattr(getattr(bpy.types, name, None), "draw", None), "_draw_funcs", ())
    }
    handlers = {
        f"{name}:{handler.__module__}.{handler.__qualname__}"
        for name in dir(bpy.app.handlers)
        if isinstance(functions := getattr(bpy.app.handlers, name), list)
        for handler in functions
    }
    shortcuts = {
        f"{keymap.name}:{item.idname}"
        for configuration in bpy.context.window_manager.keyconfigs
        for keymap in configuration.keymaps
        for item in keymap.keymap_items
    }
    registered = {
        f"{each.__name__}.{name}"
        for each in (bpy.types.Scene, bpy.types.Object, bpy.types.WindowManager, bpy.types.MovieClip, bpy.types.Image)
        for name in (*dir(each), *each.bl_rna.properties.keys())
    }
    found = {"types": names, "drawn": drawn, "handlers": handlers, "shortcuts": shortcuts, "properties": registered}
    ours = {
        name: {each for each in entries if "expression_transfer" in each.lower()} for name, entries in found.items()
    }
    return ours | {"operators": set(dir(bpy.ops.expression_transfer)) & {"transfer", "add_head", "cancel"}}


def shown(bpy, keys=KEYS, frames=PLAYED) -> np.ndarray:
    """The face's shape keys as Blender evaluates them: frames × keys."""
    values = []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        posed = bpy.data.objects["Face"].evaluated_get(bpy.context.evaluated_depsgraph_get())
        values.append([posed.data.shape_keys.key_blocks[key].value for key in keys])
    return np.array(values)


def planted(performance, frames=PLAYED) -> np.ndarray:
    """The fake solver's own curves, 30 frames to a second, at scene frames, 24 to a second from frame 1."""
    seconds = (np.array(frames) - 1) / 24
    columns = [performance.units[:, UNITS.index(unit)] for unit in KEYS.values()]
    return np.column_stack([np.interp(seconds, performance.times, column) for column in columns])


def press(bpy, tmp_path, monkeypatch) -> None:
    """The button, with the fake solver."""
    from expression_transfer.operators import working  # noqa: PLC0415  needs bpy

    monkeypatch.setattr(working, "WorkerProcess", functools.partial(WorkerProcess, bootstrap=FAKE))
    settings = bpy.context.scene.expression_transfer
    settings.source_file, settings.output = str(tmp_path / "source.mp4"), str(tmp_path / "out")
    settings.rig = bpy.data.objects["Face"]
    assert bpy.ops.expression_transfer.transfer() == {"FINISHED"}


def correct(bpy, channel, frames, values) -> None:
    """Key a correction of a channel, as an artist does in the Graph Editor."""
    from expression_transfer.scene import layers, units  # noqa: PLC0415  needs bpy

    curves = layers.corrections(bpy.data.objects["Face"])
    curve = curves.new(units.path(channel))
    for frame, value in zip(frames, values, strict=True):
        curve.keyframe_points.insert(frame, value).interpolation = "LINEAR"


def test_a_day_with_the_extension(blender, face, performance, tmp_path, monkeypatch):
    before = left_in(blender)
    expression_transfer.register()
    there = left_in(blender)
    assert all(there[kind] > before[kind] for kind in ("types", "drawn", "properties", "operators"))
    press(blender, tmp_path, monkeypatch)
    np.testing.assert_allclose(shown(blender), planted(performance), atol=0.012)  # straight lines between its frames

    correct(blender, "AU12_L", (1, 20, 40), (0.0, 0.3, 0.0))
    added = np.interp(np.array(PLAYED), (1, 20, 40), (0.0, 0.3, 0.0))
    edited = np.clip(planted(performance) + np.column_stack([0 * added, added]), 0, 1)
    np.testing.assert_allclose(shown(blender), edited, atol=0.012)
    animation = face.animation_data
    assert [strip.blend_type for track in animation.nla_tracks for strip in track.strips] == ["REPLACE"]
    assert animation.action_blend_type == "ADD"

    press(blender, tmp_path, monkeypatch)  # solved again: the corrections stay
    np.testing.assert_allclose(shown(blender), edited, atol=0.012)
    assert len(animation.nla_tracks) == 1

    saved = shown(blender)
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))
    np.testing.assert_array_equal(shown(blender), saved)
    assert blender.context.scene.expression_transfer.rig == blender.data.objects["Face"]
    press(blender, tmp_path, monkeypatch)
    np.testing.assert_allclose(shown(blender), edited, atol=0.012)

    expression_transfer.unregister()
    assert left_in(blender) == before
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))
    np.testing.assert_array_equal(shown(blender), saved)  # a render node has no extension


def test_registered_again_it_finds_its_settings(blender, face, tmp_path):
    expression_transfer.register()
    blender.context.scene.expression_transfer.strength = 0.25
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    expression_transfer.unregister()
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))
    blender.ops.wm.save_mainfile()  # by somebody without the extension
    expression_transfer.register()
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))
    assert blender.context.scene.expression_transfer.strength == 0.25
    expression_transfer.unregister()
