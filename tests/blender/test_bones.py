"""Eyes, jaw and head by bones and objects; oracle: the turn that was asked for, made with the conventions' matrices."""

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="bpy is missing: make env, or make test-blender")

import expression_transfer  # noqa: E402
from boned import (  # noqa: E402
    HEADS,
    UPRIGHT,
    WITHIN,
    add_armature,
    add_ball,
    add_balls,
    connect,
    off,
    place,
    points,
    set_channels,
)
from expression_transfer.core.rigs.bones import JAW_OPEN, rotation  # noqa: E402
from expression_transfer.core.rigs.mapping import RigMap, Row  # noqa: E402
from expression_transfer.scene import bone_finding, bones, drivers, driving, units  # noqa: E402
from mathutils import Euler, Matrix, Vector  # noqa: E402


@pytest.fixture
def extension(blender):
    expression_transfer.register()
    yield blender
    expression_transfer.unregister()


@pytest.mark.parametrize("seed", range(3))
def test_turns_are_as_asked_however_bones_lie(extension, seed):
    rig = add_armature(seed=seed)
    world = place(rig, (0.4 * seed, -0.3 * seed, 2.0 * seed))
    balls = add_balls(rig)
    _, connection = connect(rig)
    assert set(connection.connected) == {"eye.L", "eye.R", "jaw", "head"}
    before = {name: points(ball) for name, ball in balls.items()}
    set_channels(rig, gaze_L_yaw=0.4, gaze_L_pitch=-0.25, gaze_R_yaw=-0.1, gaze_R_pitch=0.2)
    assert off(balls["eye.L"], before["eye.L"], rotation(np.array([0.4, -0.25, 0])), world) < WITHIN
    assert off(balls["eye.R"], before["eye.R"], rotation(np.array([-0.1, 0.2, 0])), world) < WITHIN
    set_channels(rig, gaze_L_yaw=0.0, gaze_L_pitch=0.0, head_yaw=0.5, head_pitch=0.3, head_roll=-0.2)
    turn = rotation(np.array([0.5, 0.3, -0.2]))
    assert off(balls["head"], before["head"], turn, world) < WITHIN
    assert off(balls["eye.L"], before["eye.L"], turn, world) < WITHIN  # looks straight ahead in the head


def test_the_way_of_a_turn(extension):
    rig = add_armature()
    balls = add_balls(rig)
    nose = add_ball(rig, "head", (0, -0.12, 1.58), name="nose")
    chin = add_ball(rig, "jaw", (0, -0.08, 1.5), name="chin")
    connect(rig)
    before = {each.name: points(each).mean(0) for each in (nose, chin, *balls.values())}
    set_channels(rig, head_yaw=0.3)
    assert points(nose).mean(0)[0] > before["nose"][0] + 0.02  # to the subject's left
    set_channels(rig, head_yaw=0.0, head_pitch=0.3)
    assert points(nose).mean(0)[2] < before["nose"][2] - 0.02
    set_channels(rig, head_pitch=0.0, head_roll=0.3)
    assert points(balls["eye.L"]).mean(0)[2] > before["eye.L"][2] + 0.003  # the head tilts to its right
    set_channels(rig, head_roll=0.0, AU26=1.0)
    assert points(chin).mean(0)[2] < before["chin"][2] - 0.02
    assert points(chin).mean(0)[1] > before["chin"][1]  # down and back
    set_channels(rig, AU26=0.0, AU30_L=1.0)
    assert points(chin).mean(0)[0] > before["chin"][0] + 0.003
    set_channels(rig, AU30_L=0.0, AU29=1.0)
    np.testing.assert_allclose(points(chin).mean(0) - before["chin"], [0, -0.0089 * 64 / 63, 0], atol=1e-5)
    set_channels(rig, AU29=0.0)
    np.testing.assert_allclose(points(chin).mean(0), before["chin"], atol=1e-6)


def test_gain_and_offset_of_units_count(extension):
    rig = add_armature()
    chin = add_ball(rig, "jaw", (0, -0.08, 1.5))
    connect(rig)
    set_channels(rig, AU26=0.8)
    expected = points(chin)
    set_channels(rig, AU26=0.3, AU26_gain=2.0, AU26_offset=0.2)
    np.testing.assert_allclose(points(chin), expected, atol=1e-6)


def test_drivers_need_no_scripts_and_are_known_as_ours(extension):
    rig = add_armature()
    add_balls(rig)
    connect(rig)
    curves = [curve for curve in rig.animation_data.drivers if curve.data_path.startswith("pose.bones")]
    assert len(curves) == 4 * 4 + 3
    assert all(curve.driver.is_simple_expression and curve.driver.is_valid for curve in curves)
    found = {(curve.data_path, curve.array_index) for _, curve in drivers.find(rig)}
    assert {(curve.data_path, curve.array_index) for curve in curves} <= found


def test_the_rig_is_given_back_as_it_was(extension):
    rig = add_armature()
    add_balls(rig)
    head = rig.pose.bones["head"]
    head.rotation_mode, head.rotation_euler = "ZXY", (0.1, 0.2, 0.3)
    rig.pose.bones["jaw"].location = (0.01, 0.0, 0.02)
    bpy.context.view_layer.update()
    before = {bone.name: np.array(bone.matrix) for bone in rig.pose.bones}
    connect(rig)
    bpy.context.view_layer.update()
    for bone in rig.pose.bones:  # connecting changes nothing
        np.testing.assert_allclose(np.array(bone.matrix), before[bone.name], atol=1e-4)
    set_channels(rig, head_yaw=0.5, AU29=1.0)
    bones.release(rig)
    bones.restore(rig)
    bpy.context.view_layer.update()
    assert head.rotation_mode == "ZXY"
    assert not [curve for curve in rig.animation_data.drivers if curve.data_path.startswith("pose.bones")]
    for bone in rig.pose.bones:
        np.testing.assert_allclose(np.array(bone.matrix), before[bone.name], atol=1e-5)


def test_strengths_are_edited_while_connected(extension):
    rig = add_armature()
    balls = add_balls(rig)
    connect(rig)
    before = points(balls["head"])
    by_role = {row.role: row for row in bones.rows(rig)}
    by_role["HEAD"].strength, by_role["NECK"].strength = 0.6, 0.4
    bones.connect(rig)
    set_channels(rig, head_yaw=0.5)
    assert off(balls["head"], before, rotation(np.array([0.5, 0, 0]))) < WITHIN
    by_role["NECK"].strength = 0.0
    set_channels(rig)
    assert off(balls["head"], before, rotation(np.array([0.3, 0, 0]))) < WITHIN


def test_an_artists_driver_is_kept(extension):
    rig = add_armature()
    add_balls(rig)
    own = rig.pose.bones["jaw"].driver_add("rotation_quaternion", 1)
    own.driver.expression = "0.1"
    _, connection = connect(rig)
    assert connection.left == ("jaw",)
    assert rig.animation_data.drivers.find(own.data_path, index=1).driver.expression == "0.1"


def test_what_moves_nothing_is_named_and_left_alone(extension):
    rig = add_armature()
    add_ball(rig, "head", HEADS["head"])
    notes, connection = connect(rig)
    assert connection.connected == ("head",)
    assert any("jaw moves none" in note for note in notes)


def add_key(ball, name, moved):
    if ball.data.shape_keys is None:
        ball.shape_key_add(name="Basis", from_mix=False)
    key = ball.shape_key_add(name=name, from_mix=False)
    key.value = 0.0
    for point in key.data:
        point.co = Vector(moved(np.array(point.co)))


def test_shape_keys_go_before_the_jaws_bone(extension):
    rig = add_armature()
    balls = add_balls(rig)
    for name in ("jawOpen", "mouthClose", "browDownLeft", "mouthPucker"):
        add_key(balls["jaw"], name, lambda point: point - [0, 0, 0.01])
    notes, connection = connect(rig)
    assert "jaw" not in connection.connected
    assert any("shape keys open it" in note for note in notes)


def test_bones_go_before_shape_keys_of_eyeballs_but_not_of_faces(extension):
    rig = add_armature()
    balls = add_balls(rig)
    centre = np.array(HEADS["eye.L"])
    turn = np.array(Matrix.Rotation(0.5, 3, "Z"))
    for name in ("eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft", "eyeLookDownLeft"):
        add_key(balls["eye.L"], name, lambda point: centre + turn @ (point - centre))
    _, connection = connect(rig)
    assert "eye.L" in connection.connected
    assert bones.eyeballs(rig) == {"eye.L", "eye.R"}
    bpy.context.view_layer.objects.active = balls["head"]  # one piece: face and eyes
    for each in (balls["head"], balls["eye.L"]):
        each.select_set(True)
    for name in ("eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft", "eyeLookDownLeft"):
        add_key(balls["head"], name, lambda point: point)
    bpy.ops.object.join()
    notes, connection = connect(rig)
    assert "eye.L" not in connection.connected
    assert any("eye.L is left alone" in note for note in notes)


@pytest.mark.parametrize("mode", ["XYZ", "QUATERNION"])
def test_an_object_turns_with_its_parent_anywhere(extension, mode):
    rig = add_armature()
    world = place(rig, (0.3, 0.1, 1.0))
    pivot = bpy.data.objects.new("head pivot", None)
    bpy.context.scene.collection.objects.link(pivot)
    pivot.parent, pivot.rotation_mode = rig, mode
    pivot.matrix_basis = Euler((0.4, -0.7, 1.1)).to_matrix().to_4x4()
    bpy.context.view_layer.update()
    before = np.array(pivot.matrix_world.to_3x3().normalized())
    units.ensure(rig)
    bone_finding.add(rig, pivot, None, "HEAD")
    bones.connect(rig)
    set_channels(rig, head_yaw=0.4, head_pitch=0.2, head_roll=0.1)
    frame = world @ UPRIGHT
    expected = frame @ rotation(np.array([0.4, 0.2, 0.1])) @ frame.T @ before
    after = np.array(pivot.matrix_world.to_3x3().normalized())
    assert np.abs(after - expected).max() < WITHIN


def test_buttons(extension):
    rig = add_armature()
    balls = add_balls(rig)
    bpy.context.scene.expression_transfer.rig = rig
    operators = bpy.ops.expression_transfer
    assert operators.find_bones() == {"FINISHED"}
    before = points(balls["head"])
    set_channels(rig, head_yaw=0.3)
    turn = rotation(np.array([0.3, 0, 0]))
    assert off(balls["head"], before, turn) < WITHIN
    operators.disconnect_bones()
    np.testing.assert_allclose(points(balls["head"]), before, atol=1e-5)
    operators.connect_bones()
    assert off(balls["head"], before, turn) < WITHIN
    index = [row.role for row in bones.rows(rig)].index("HEAD")
    operators.remove_bone(index=index)
    np.testing.assert_allclose(points(balls["head"]), before, atol=1e-5)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="POSE")
    rig.data.bones.active = rig.data.bones["head"]
    assert operators.add_bone(role="HEAD") == {"FINISHED"}
    assert off(balls["head"], before, turn) < WITHIN
    bpy.ops.object.mode_set(mode="OBJECT")


def test_a_rig_without_known_bones_says_what_to_do(extension):
    rig = add_armature(heads={"Bone": (0, 0, 0)}, parents={})
    assert "select one in pose mode" in bone_finding.find(rig)[0]
    assert not bones.rows(rig)


def looking(rig, balls):
    """A map by which the gaze moves keys of an eyeball, that slide it."""
    for way in ("In", "Out"):
        add_key(balls["eye.L"], f"eyeLook{way}Left", lambda point: point + np.array([0.01, 0, 0]))
    return RigMap(tuple(Row("eye.L", f"eyeLook{way}Left", {f"eyeLook{way}_L": 1.0}) for way in ("In", "Out")))


@pytest.mark.parametrize("bones_first", [True, False])
def test_keys_of_eyeballs_rest_while_bones_turn_them(extension, bones_first):
    rig = add_armature()
    balls = add_balls(rig)
    rig_map = looking(rig, balls)
    if not bones_first:
        driving.connect(rig, rig_map)
    connect(rig)
    if bones_first:
        driving.connect(rig, rig_map)
    before = points(balls["eye.L"])
    set_channels(rig, gaze_L_yaw=0.3)
    assert off(balls["eye.L"], before, rotation(np.array([0.3, 0, 0]))) < WITHIN
    np.testing.assert_allclose(points(balls["eye.L"]).mean(0), before.mean(0), atol=1e-5)
    bones.release(rig)
    bones.restore(rig)
    driving.connect(rig, rig_map)
    set_channels(rig)
    assert points(balls["eye.L"]).mean(0)[0] > before.mean(0)[0] + 0.003


def test_counts_agree_and_tell_keys_from_bones(extension, capfd):
    """Two eyeballs' keys rest while the eyes' bones turn them; the jaw's key, and each of the bones, count once."""
    rig = add_armature()
    balls = add_balls(rig)
    looking(rig, balls)
    add_key(balls["jaw"], "jawOpen", lambda point: point - [0, 0, 0.01])
    extension.context.scene.expression_transfer.rig = rig
    press = extension.ops.expression_transfer
    press.connect_rig()
    turned = sum(bool(row.connected and row.strength) for row in bones.rows(rig))
    for again in (press.disconnect_rig, press.bake_rig):
        assert driving.driven_by(rig) == (1, turned, 0)
        again()
        press.connect_rig()
    press.map_names()
    said = capfd.readouterr().out.split("Info: ")
    assert sum(f"1 shape key, {turned} bones" in line for line in said) == 5
    assert "Mapped 3 shape keys" in said[-1]
    rests = [line for line in said if "bones turn eye.L: 2 shape keys at rest" in line]
    assert len(rests) == 4


def test_baked_bones_move_as_driven_ones(extension):
    rig = add_armature()
    rig.pose.bones["head"].rotation_mode = "XYZ"
    balls = add_balls(rig)
    connect(rig)
    before = points(balls["head"])
    for frame, value in ((1, 0.0), (11, 0.4)):
        rig["head_yaw"] = value
        rig.keyframe_insert('["head_yaw"]', frame=frame)
    driving.bake(rig, np.arange(1.0, 12.0))
    assert not any(curve.data_path.startswith("pose.bones") for curve in rig.animation_data.drivers)
    bpy.context.scene.frame_set(11)
    assert off(balls["head"], before, rotation(np.array([0.4, 0, 0]))) < WITHIN
    driving.unbake(rig)
    driving.disconnect(rig)
    assert rig.pose.bones["head"].rotation_mode == "XYZ"
    np.testing.assert_allclose(points(balls["head"]), before, atol=1e-5)


def test_a_head_with_keyframes_keeps_them(extension):
    rig = add_armature()
    add_balls(rig)
    rig.pose.bones["head"].keyframe_insert("rotation_quaternion", frame=1)
    notes, connection = connect(rig)
    assert set(connection.connected) == {"eye.L", "eye.R", "jaw"}
    assert any("head has keyframes" in note for note in notes)
    next(row for row in bones.rows(rig) if row.role == "HEAD").strength = 1.0
    assert bones.connect(rig).keyed == ("head",)


def test_roles_are_connected_apart(extension):
    rig = add_armature()
    balls = add_balls(rig)
    bone_finding.find(rig)
    before = points(balls["jaw"])
    assert bones.connect(rig, ("EYE_L", "EYE_R")).connected == ("eye.L", "eye.R")
    set_channels(rig, AU26=1.0)
    np.testing.assert_allclose(points(balls["jaw"]), before, atol=1e-6)
    assert bones.connect(rig, ("JAW",)).connected == ("jaw",)
    assert off(balls["jaw"], before, rotation(np.array([0, JAW_OPEN, 0]))) < WITHIN


def test_rows_are_saved_with_the_file(extension, tmp_path):
    rig = add_armature()
    balls = add_balls(rig)
    connect(rig)
    next(row for row in bones.rows(rig) if row.role == "HEAD").strength = 0.5
    before = points(balls["head"])
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "rig.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "rig.blend"))
    rig = bpy.data.objects["rig"]
    assert [row.strength for row in bones.rows(rig) if row.role == "HEAD"] == [0.5]
    set_channels(rig, head_yaw=0.4)
    assert off(bpy.data.objects["head"], before, rotation(np.array([0.2, 0, 0]))) < WITHIN


def test_eyes_that_are_parented_to_bones_of_a_rig_shown_at_rest(extension):
    rig = add_armature()
    balls = add_balls(rig)
    eye = balls["eye.L"]
    eye.modifiers.clear()
    eye.vertex_groups.clear()
    eye.parent_type, eye.parent_bone = "BONE", "eye.L"
    rig.data.pose_position = "REST"
    _, connection = connect(rig)
    assert set(connection.connected) == {"eye.L", "eye.R", "jaw", "head"}
    assert rig.data.pose_position == "REST"
    rig.data.pose_position = "POSE"
    before = points(eye)
    set_channels(rig, gaze_L_yaw=0.3, gaze_L_pitch=0.1)
    assert off(eye, before, rotation(np.array([0.3, 0.1, 0]))) < WITHIN
