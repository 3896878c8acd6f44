"""Action units edited: what Blender then evaluates is what was wanted, in the frames that were meant alone."""

import csv
import json
from types import SimpleNamespace

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="bpy is missing: make env, or make test-blender")

import expression_transfer  # noqa: E402
from expression_transfer.core.export.curves import WRITERS, read_performance  # noqa: E402
from expression_transfer.core.facs.channels import GROUPS, curves_of  # noqa: E402
from expression_transfer.core.facs.poses import PRESETS  # noqa: E402
from expression_transfer.core.facs.tables import UNITS  # noqa: E402
from expression_transfer.panels import action_units  # noqa: E402
from expression_transfer.scene import curve_files, editing, fcurves, layers, sliders, units  # noqa: E402
from recording_layout import Layout  # noqa: E402

FRAMES = range(1, 61)
WATCHED = ("AU12_L", "AU12_R", "AU26", "AU45_L", "gaze_L_yaw", "gaze_R_yaw", "head_yaw")
SMILE = ["AU12_L", "AU12_R"]


@pytest.fixture
def carrier(blender, performance):
    """An object with a take on frames 1 to 60, chosen, the extension registered."""
    expression_transfer.register()
    scene = blender.context.scene
    scene.render.fps, scene.frame_start, scene.frame_end = 30, 1, 60
    carrier = blender.data.objects.new("Rig", None)
    scene.collection.objects.link(carrier)
    blender.context.view_layer.objects.active = carrier
    layers.put_solve(carrier, performance, np.arange(1.0, 61.0), "take")
    yield carrier
    expression_transfer.unregister()


def played(carrier):
    """Frames × WATCHED, as Blender plays them."""
    scene = bpy.context.scene
    rows = []
    for frame in FRAMES:
        scene.frame_set(frame)
        rows.append([carrier[channel] for channel in WATCHED])
    return np.array(rows)


def column(values, channel):
    return values[:, WATCHED.index(channel)]


def changed_frames(before, after):
    return [frame for frame, moved in zip(FRAMES, (before != after).any(axis=1), strict=True) if moved]


def only_change(before, after, first, last):
    """Bit for bit the same outside of a range."""
    assert set(changed_frames(before, after)) <= set(range(first, last + 1))
    assert changed_frames(before, after)


def keys_of(carrier, channel):
    curve = layers.corrections(carrier).find(units.path(channel))
    return [] if curve is None else [tuple(point.co) for point in curve.keyframe_points]


def test_an_edit_changes_its_frames_alone(carrier):
    before = played(carrier)
    assert editing.hold(carrier, SMILE, (20, 30), 25, fade=0) == 2
    after = played(carrier)
    only_change(before, after, 20, 30)
    np.testing.assert_allclose(column(after, "AU12_L")[19:30], column(before, "AU12_L")[24], atol=1e-4)
    np.testing.assert_array_equal(column(after, "AU26"), column(before, "AU26"))


def test_an_edit_over_others_keeps_them_outside(carrier):
    editing.hold(carrier, SMILE, (10, 40), 25, fade=8)
    editing.key_shown(carrier, SMILE, 50, reach=5)
    before = played(carrier)
    editing.paste(carrier, SMILE, (30, 34), PRESETS["happiness"], 1.0, fade=0)
    after = played(carrier)
    outside = [frame - 1 for frame in FRAMES if not 30 <= frame <= 34]
    np.testing.assert_allclose(after[outside], before[outside], atol=2e-6)
    np.testing.assert_allclose(column(after, "AU12_R")[29:34], PRESETS["happiness"].values["AU12_R"], atol=1e-4)


@pytest.mark.parametrize("tolerance", [0.05, 0.005])
def test_reduced_keys_stay_within_the_tolerance(carrier, tolerance):
    rng = np.random.default_rng(0)
    editing.become(carrier, ["AU26"], 5, np.clip(np.cumsum(rng.normal(0, 0.05, (50, 1)), axis=0), 0, 1))
    before = played(carrier)
    had, have = editing.reduce(carrier, ["AU26"], (1, 60), tolerance)
    assert have < had
    assert np.abs(played(carrier) - before).max() <= tolerance + 1e-6


def test_an_artists_own_curve_is_reduced_and_kept_outside(carrier):
    """Bézier keys with automatic handles, set by hand."""
    curve = layers.corrections(carrier).new(units.path("AU26"))
    for frame, value in zip(range(3, 60, 4), np.sin(np.arange(15) / 3), strict=True):
        curve.keyframe_points.insert(frame, 0.3 * value)
    before = played(carrier)
    editing.reduce(carrier, ["AU26"], (10, 50), 0.01)
    after = played(carrier)
    assert np.abs(after - before).max() <= 0.01 + 1e-6
    np.testing.assert_allclose(after[[0, 2, 6, 54, 58]], before[[0, 2, 6, 54, 58]], atol=2e-6)
    assert len(keys_of(carrier, "AU26")) < 15


def test_smoothing_keeps_ends_and_blinks(carrier, performance):
    lid = curves_of(performance)["AU45_L"].copy()
    lid[:] = 0.05 * (np.arange(60) % 2)
    lid[30:33] = 1.0
    editing.become(carrier, ["AU45_L"], 1, lid[:, None])
    before = column(played(carrier), "AU45_L")
    editing.smooth(carrier, ["AU45_L"], (10, 50), 2.0, keep_blinks=True)
    after = column(played(carrier), "AU45_L")
    np.testing.assert_allclose(after[[9, 30, 31, 32, 49]], before[[9, 30, 31, 32, 49]], atol=2e-4)
    assert np.abs(np.diff(after[12:26])).max() < 0.02
    editing.smooth(carrier, ["AU45_L"], (10, 50), 2.0, keep_blinks=False)
    assert column(played(carrier), "AU45_L")[31] < 0.7


def test_loop_ease_and_mirror(carrier):
    before = played(carrier)
    editing.loop(carrier, ["AU26"], (11, 20), 40, blend=0)
    looped = played(carrier)
    np.testing.assert_allclose(column(looped, "AU26")[20:29], column(before, "AU26")[10:19], atol=2e-4)
    editing.ease(carrier, ["AU26"], (40, 50), "none")
    eased = column(played(carrier), "AU26")
    np.testing.assert_allclose(eased[39:50], np.linspace(eased[39], eased[49], 11), atol=2e-4)
    editing.mirror(carrier, ["AU12_L", "gaze_L_yaw", "head_yaw"], (1, 60), "swap", fade=0)
    mirrored = played(carrier)
    np.testing.assert_allclose(column(mirrored, "AU12_R"), column(before, "AU12_L"), atol=2e-4)
    np.testing.assert_allclose(column(mirrored, "gaze_L_yaw"), -column(before, "gaze_R_yaw"), atol=2e-4)
    np.testing.assert_allclose(column(mirrored, "head_yaw"), -column(before, "head_yaw"), atol=2e-4)


def test_back_to_the_solve(carrier):
    before = played(carrier)
    editing.paste(carrier, SMILE, (10, 40), PRESETS["sadness"], 0.5, fade=5)
    assert editing.reset(carrier, SMILE, (1, 60), fade=0) == 2
    np.testing.assert_allclose(played(carrier), before, atol=2e-6)


def test_keys_of_what_the_sliders_show(carrier):
    before, scene = played(carrier), bpy.context.scene
    scene.frame_set(30)
    carrier["AU26"] = 0.9
    editing.key_shown(carrier, ["AU26"], 30, reach=6)
    after = played(carrier)
    assert column(after, "AU26")[29] == pytest.approx(0.9, abs=1e-6)
    only_change(before, after, 25, 35)
    assert [frame for frame, _ in keys_of(carrier, "AU26")] == [24, 30, 36]
    scene.frame_set(34)
    carrier["AU26"] = 0.1
    editing.key_shown(carrier, ["AU26"], 34, reach=6)
    assert [frame for frame, _ in keys_of(carrier, "AU26")] == [24, 30, 34, 36]
    assert editing.delete_keys(carrier, ["AU26"], (1, 60)) == 4
    np.testing.assert_array_equal(played(carrier), before)


def test_blender_keys_a_slider_as_a_correction(carrier):
    """A key by Blender itself (I over a slider, or automatic keying) takes the solve off what it keys."""
    scene = bpy.context.scene
    scene.frame_set(20)
    solved = carrier["AU12_L"]
    layers.corrections(carrier)
    carrier["AU12_L"] = solved + 0.25
    carrier.keyframe_insert(units.path("AU12_L"))
    assert keys_of(carrier, "AU12_L") == [(20.0, pytest.approx(0.25, abs=1e-6))]
    scene.frame_set(21)
    scene.frame_set(20)
    assert carrier["AU12_L"] == pytest.approx(solved + 0.25, abs=1e-6)


def test_linked_sides_move_by_as_much(carrier):
    scene = bpy.context.scene
    scene.frame_set(20)
    left, right = carrier["AU12_L"], carrier["AU12_R"]
    assert left != right
    carrier.expression_transfer_sliders.AU12_L = left + 0.2
    assert carrier["AU12_L"] == pytest.approx(left + 0.2, abs=1e-6)
    assert carrier["AU12_R"] == pytest.approx(right + 0.2, abs=1e-6)
    assert keys_of(carrier, "AU12_R") == []
    scene.frame_set(20)
    scene.tool_settings.use_keyframe_insert_auto = True
    carrier.expression_transfer_sliders.AU12_R = right - 0.3
    after = played(carrier)
    assert column(after, "AU12_L")[19] == pytest.approx(left - 0.3, abs=1e-6)
    assert column(after, "AU12_R")[19] == pytest.approx(right - 0.3, abs=1e-6)


def test_on_a_rig_with_an_action_of_its_own_sliders_key_corrections(blender, carrier, performance):
    """Blender would key into the active action, the body's, over the solve."""
    body = blender.data.objects.new("Body", None)
    blender.context.scene.collection.objects.link(body)
    body.keyframe_insert("location", frame=1)
    layers.put_solve(body, performance, np.arange(1.0, 61.0), "take")
    scene = blender.context.scene
    chosen = sliders.of_scene(scene)
    assert sliders.slider(carrier, "AU26", chosen) == (carrier, units.path("AU26"))
    assert sliders.slider(body, "AU26", chosen) == (body.expression_transfer_sliders, "AU26")
    before = played(body)
    scene.frame_set(30)
    scene.tool_settings.use_keyframe_insert_auto = True
    body.expression_transfer_sliders.AU26 = 0.9
    after = played(body)
    assert column(after, "AU26")[29] == pytest.approx(0.9, abs=1e-6)
    only_change(before, after, 25, 35)
    editing.hold(body, ["AU26"], (50, 55), 50, fade=0)
    only_change(after, played(body), 50, 55)


def test_a_linked_slider_drives_what_hangs_on_the_carrier(carrier):
    follower = bpy.data.objects.new("Follower", None)
    bpy.context.scene.collection.objects.link(follower)
    variable = follower.driver_add("location", 0).driver.variables.new()
    variable.targets[0].id, variable.targets[0].data_path = carrier, units.path("AU12_R")
    follower.animation_data.drivers[0].driver.type = "AVERAGE"
    bpy.context.scene.frame_set(20)
    carrier.expression_transfer_sliders.AU12_L += 0.1
    bpy.context.view_layer.update()
    assert follower.location.x == pytest.approx(carrier["AU12_R"], abs=1e-6)


def test_a_carrier_without_a_solve_is_edited_too(blender, carrier):
    plain = blender.data.objects.new("Plain", None)
    blender.context.scene.collection.objects.link(plain)
    units.ensure(plain)
    plain["AU26"] = 0.4
    editing.paste(plain, ["AU26", "AU12_L"], (10, 20), PRESETS["happiness"], 1.0, fade=0)
    after = played(plain)
    np.testing.assert_allclose(column(after, "AU12_L")[9:20], PRESETS["happiness"].values["AU12_L"], atol=1e-4)
    np.testing.assert_allclose(column(after, "AU12_L")[[0, 8, 20, 59]], 0.0, atol=1e-6)
    np.testing.assert_allclose(column(after, "AU26")[[0, 8, 20, 59]], 0.4, atol=1e-6)


def test_buttons_edit_what_is_ticked_over_the_preview_range(carrier):
    before, scene, edit = played(carrier), bpy.context.scene, bpy.ops.expression_transfer
    assert not edit.smooth_units.poll()
    edit.tick_units(group="mouth")
    scene.use_preview_range = True
    scene.frame_preview_start, scene.frame_preview_end = 20, 30
    assert edit.paste_pose(pose="happiness", where="RANGE", fade=0) == {"FINISHED"}
    after = played(carrier)
    only_change(before, after, 20, 30)
    np.testing.assert_array_equal(column(after, "AU45_L"), column(before, "AU45_L"))
    for press in (edit.smooth_units, edit.ease_units, edit.hold_units, edit.loop_units, edit.mirror_units,
                  edit.reduce_unit_keys, edit.key_units, edit.reset_units):  # fmt: skip
        assert press() == {"FINISHED"}
    edit.delete_unit_keys(where="RANGE")
    with pytest.raises(RuntimeError, match="no expression called 'Nobody'"):
        edit.paste_pose(pose="Nobody")
    edit.tick_units(group="mouth")
    assert sliders.ticked(scene) == []


def test_one_tick_is_both_sides_where_they_are_linked(carrier):
    scene = bpy.context.scene
    chosen = sliders.of_scene(scene)
    chosen.tick_AU12_L = True
    assert sliders.ticked(scene) == SMILE
    chosen.linked = False
    assert sliders.ticked(scene) == ["AU12_L"]


def test_own_expressions(carrier, tmp_path, monkeypatch):
    monkeypatch.setenv("EXPRESSION_TRANSFER_DATA", str(tmp_path))
    scene, edit = bpy.context.scene, bpy.ops.expression_transfer
    edit.tick_units(group="jaw")
    scene.frame_set(20)
    shown = carrier["AU26"]
    assert edit.keep_pose(name="mine") == {"FINISHED"}
    assert json.loads((tmp_path / "poses.json").read_text())["poses"][0]["values"]["AU26"] == pytest.approx(shown)
    edit.paste_pose(pose="mine", where="RANGE", fade=0)
    np.testing.assert_allclose(column(played(carrier), "AU26"), shown, atol=2e-4)
    edit.drop_pose(pose="mine")
    with pytest.raises(RuntimeError, match="name of its own"):
        edit.keep_pose(name="neutral")


@pytest.mark.parametrize("kind", ["json", "npz", "facs", "live_link", "openface"])
def test_curves_go_out_summed_and_come_in_as_a_take(carrier, tmp_path, kind):
    editing.paste(carrier, SMILE, (1, 60), PRESETS["happiness"], 1.0, fade=0)
    carrier["AU26_gain"] = 0.5
    before, edit = played(carrier), bpy.ops.expression_transfer
    file = tmp_path / f"take{({'json': '.json', 'npz': '.npz'}).get(kind, '.csv')}"
    assert edit.export_curves(filepath=str(file), kind=kind) == {"FINISHED"}
    read = curves_of(read_performance(file))
    atol = {"openface": 1e-4}.get(kind, 2e-6)
    np.testing.assert_allclose(read["AU12_R"], column(before, "AU12_R"), atol=atol)
    np.testing.assert_allclose(read["head_yaw"], column(before, "head_yaw"), atol=2e-6)
    if kind != "openface":  # its lips part (AU25) by the raised lips as well
        np.testing.assert_allclose(read["AU26"], 0.5 * column(before, "AU26"), atol=2e-6)
    other = bpy.data.objects.new("Other", None)
    bpy.context.scene.collection.objects.link(other)
    bpy.context.view_layer.objects.active = other
    assert edit.import_curves(filepath=str(file), start=1) == {"FINISHED"}
    np.testing.assert_allclose(column(played(other), "AU12_R"), column(before, "AU12_R"), atol=atol)


@pytest.mark.parametrize(
    ("name", "written", "kind"),
    [("x.csv", "x.csv", "live_link"), ("x.npz", "x.npz", "npz"), ("x.json", "x.json", "json"), ("x", "x.json", "json")],
)
def test_a_script_exports_the_take_in_the_format_of_the_ending(carrier, tmp_path, name, written, kind):
    bpy.context.scene.frame_end = 250
    assert bpy.ops.expression_transfer.export_curves(filepath=str(tmp_path / name)) == {"FINISHED"}
    assert [file.name for file in tmp_path.iterdir()] == [written]
    read = read_performance(tmp_path / written)
    assert len(read) == len(FRAMES)
    WRITERS[kind][1](curve_files.shown(carrier, bpy.context.scene), tmp_path / f"same{WRITERS[kind][0]}")
    same = read_performance(tmp_path / f"same{WRITERS[kind][0]}")
    np.testing.assert_array_equal(read.units, same.units)


def test_the_frames_that_are_exported(carrier):
    scene = bpy.context.scene
    scene.frame_end = 250
    assert curve_files.span_of(carrier, scene) == (1, 60)
    scene.use_preview_range, scene.frame_preview_end, scene.frame_preview_start = True, 90, 20
    assert curve_files.span_of(carrier, scene) == (20, 90)
    scene.use_preview_range = False
    layers.takes(carrier)[0].mute = True
    assert curve_files.span_of(carrier, scene) == (1, 250)


def test_curves_come_in_at_their_seconds(carrier, tmp_path):
    scene = bpy.context.scene
    file = tmp_path / "hand.csv"
    rows = [["timestamp", *(f"AU{code}" for code in (12, 26))], ["0.0", "0", "0"], ["0.5", "1", "0"], ["1.0", "0", "1"]]
    with file.open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    scene.render.fps = 24
    bpy.ops.expression_transfer.import_curves(filepath=str(file), start=11)
    scene.frame_set(23)
    assert carrier["AU12_L"] == pytest.approx(1.0)
    scene.frame_set(35)
    assert carrier["AU26"] == pytest.approx(1.0)


def test_a_file_without_curves_changes_nothing(carrier, tmp_path):
    before = played(carrier)
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    with pytest.raises(RuntimeError, match=r"notes\.csv: neither"):
        bpy.ops.expression_transfer.import_curves(filepath=str(tmp_path / "notes.csv"))
    np.testing.assert_array_equal(played(carrier), before)


def test_sampling_no_curve_is_none():
    assert fcurves.sampled(None, np.arange(3.0)).tolist() == [0.0, 0.0, 0.0]


def test_an_edit_is_one_undo_step(carrier):
    bpy.ops.expression_transfer.tick_units("EXEC_DEFAULT", True, group="mouth")
    before = len(layers.corrections(carrier))
    bpy.ops.ed.undo_push(message="before")  # undo is off in the background until it is asked for
    bpy.ops.expression_transfer.paste_pose("EXEC_DEFAULT", True, pose="happiness")
    assert len(layers.corrections(bpy.data.objects["Rig"])) > before
    assert bpy.ops.ed.undo() == {"FINISHED"}
    scene = bpy.context.scene
    assert len(layers.corrections(bpy.data.objects["Rig"])) == before
    assert len(sliders.ticked(scene)) == len(GROUPS["mouth"])


def test_the_panel_shows_every_channel(carrier):
    chosen = sliders.of_scene(bpy.context.scene)
    for group in GROUPS:
        setattr(chosen, f"open_{group}", True)
    for linked in (True, False):
        chosen.linked, chosen.gains = linked, True
        drawn = Layout(bpy)
        action_units.ActionUnitsPanel.draw(SimpleNamespace(layout=drawn), bpy.context)
        shown = {given["property"].strip('["]') for name, given in drawn.drawn if name == "prop"}
        assert set(units.CHANNELS) <= shown
        assert set(map(units.gain, UNITS)) | set(map(units.offset, UNITS)) <= shown
    menu = Layout(bpy)
    action_units.EXPRESSION_TRANSFER_MT_poses.draw(SimpleNamespace(layout=menu), bpy.context)
    assert sum(name == "operator" for name, _ in menu.drawn) >= len(PRESETS)
