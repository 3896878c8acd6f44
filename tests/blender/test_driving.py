"""Shape keys follow the carrier's channels as rows say: by drivers that need no Python, and baked and back."""

import numpy as np
import pytest
from expression_transfer.core.errors import InputError
from expression_transfer.core.facs.tables import UNITS
from expression_transfer.core.rigs.mapping import RigMap, Row
from expression_transfer.scene import drivers, driving, jobs, keys, layers, units

ROWS = (
    Row("Face", "smile", {"AU12_L": 0.75, "AU12_R": 0.25}),
    Row("Face", "open", {"AU26": 1.0, "AU8": -0.5}, gain=1.5, low=-0.2, high=1.2),
    Row("Face", "look", {"eyeLookIn_L": 1.0, "AU45_L": 0.5}),
    Row("Face", "all of it", {unit: (-1.0) ** number / 7 for number, unit in enumerate(UNITS)}, low=-5.0, high=5.0),
)
MAP = RigMap(ROWS)


@pytest.fixture
def face(blender):
    mesh = blender.data.meshes.new("Face")
    mesh.from_pydata([(0, 0, 0)], [], [])
    added = blender.data.objects.new("Face", mesh)
    blender.context.scene.collection.objects.link(added)
    for name in ("Basis", *(row.key for row in ROWS), "other"):
        added.shape_key_add(name=name).value = 0.0
    return added


def values(bpy, face):
    posed = face.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return {block.name: block.value for block in posed.data.shape_keys.key_blocks}


def set_at_random(bpy, carrier, seed):
    """Channels, gains and offsets; what rows then have to see."""
    chance, used = np.random.default_rng(seed), {}
    for unit in UNITS:
        carrier[unit], gain, offset = (float(each) for each in chance.uniform([-0.2, 0.5, -0.1], [1.2, 1.5, 0.2]))
        carrier[units.gain(unit)], carrier[units.offset(unit)] = gain, offset
        used[unit] = carrier[unit] * gain + offset
    carrier["gaze_L_yaw"] = float(chance.uniform(-0.5, 0.5))
    used["eyeLookIn_L"] = min(max(-carrier["gaze_L_yaw"] / 0.5236, 0.0), 1.0)
    carrier.update_tag()
    bpy.context.view_layer.update()
    return used


def test_every_row_has_its_value(blender, face):
    connection = driving.connect(face, MAP)
    assert (connection.connected, connection.left, connection.missing) == (ROWS, (), ())
    for seed in range(8):
        used = set_at_random(blender, face, seed)
        seen = values(blender, face)
        for row in ROWS:
            assert seen[row.key] == pytest.approx(row.value(used), abs=1e-5), row.key


def test_no_driver_needs_python_or_is_cut(blender, face):
    driving.connect(face, MAP)
    curves = [*face.animation_data.drivers, *face.data.shape_keys.animation_data.drivers]
    assert len(curves) > len(ROWS) + len(units.DERIVED)  # the longest is summed in parts
    assert all(curve.driver.is_simple_expression and curve.is_valid for curve in curves)
    assert max(len(curve.driver.expression) for curve in curves) < 255


def test_connecting_twice_and_disconnecting_leave_nothing(blender, face):
    before = set(face.keys())
    driving.connect(face, MAP)
    driving.connect(face, MAP)
    assert len(face.data.shape_keys.animation_data.drivers) == len(ROWS)
    set_at_random(blender, face, 1)
    assert driving.disconnect(face) == (len(ROWS), 0, 0)
    assert not any(values(blender, face)[row.key] for row in ROWS)
    assert not driving.is_connected(face)
    units.remove(face)
    assert set(face.keys()) == before
    assert len(face.animation_data.drivers) == 0


def test_what_an_artist_drives_and_what_is_not_there(blender, face):
    curve = face.data.shape_keys.driver_add(keys.value_path("smile"))
    variable = curve.driver.variables.new()
    units.ensure(face)
    variable.targets[0].id, variable.targets[0].data_path = face, units.path("AU12_L")  # of our channel, yet his own
    connection = driving.connect(
        face, RigMap((*ROWS[:2], Row("Face", "gone", {"AU9_L": 1.0}), Row("Ann", "smile", {})))
    )
    assert [row.key for row in connection.left] == ["smile"]
    assert [(row.mesh, row.key) for row in connection.missing] == [("Face", "gone"), ("Ann", "smile")]
    driving.disconnect(face)
    assert [each.data_path for each in face.data.shape_keys.animation_data.drivers] == [keys.value_path("smile")]


def test_shared_by_two_objects_and_with_quotes_in_its_name(blender, face):
    face.data.shape_keys.key_blocks["other"].name = 'say "ah"'
    twin = blender.data.objects.new("Twin", face.data)
    blender.context.scene.collection.objects.link(twin)
    row = Row("Face", 'say "ah"', {"AU26": 1.0})
    driving.connect(face, RigMap((row, Row("Twin", 'say "ah"', {"AU26": 1.0}))))
    face["AU26"] = 0.5
    face.update_tag()
    blender.context.view_layer.update()
    assert values(blender, twin)['say "ah"'] == 0.5
    assert len(face.data.shape_keys.animation_data.drivers) == 1


def played(bpy, face, frames):
    rows = []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        rows.append([values(bpy, face)[row.key] for row in ROWS])
    return np.array(rows)


def test_baked_shows_the_same_and_connecting_takes_it_back(blender, face, performance):
    face.data.shape_keys.key_blocks["other"].keyframe_insert("value", frame=1)
    layers.put_solve(face, performance, keys.scene_frames(performance.times, blender.context.scene), "Take")
    driving.connect(face, MAP)
    frames = range(1, 50)
    before = played(blender, face, frames)
    assert np.ptp(before, axis=0).min() > 0.1
    blender.context.scene.frame_set(7)
    assert driving.bake(face, np.array(frames, float)) == (len(ROWS), 0, 0)
    assert blender.context.scene.frame_current == 7
    assert not driving.is_connected(face)
    np.testing.assert_allclose(played(blender, face, frames), before, atol=1e-6)
    driving.connect(face, MAP)
    np.testing.assert_allclose(played(blender, face, frames), before, atol=1e-6)
    action = face.data.shape_keys.animation_data.action
    assert action is not None
    driving.disconnect(face)
    assert not played(blender, face, [20]).any()  # the baked keys are gone, the artist's own stay
    with pytest.raises(InputError, match="Face: nothing is driven"):
        driving.bake(face, np.array([1.0]))


def test_a_baked_bone_keeps_the_layers_beside_it(blender, performance):
    rig = blender.data.objects.new("Rig", blender.data.armatures.new("Rig"))
    blender.context.scene.collection.objects.link(rig)
    blender.context.view_layer.objects.active = rig
    blender.ops.object.mode_set(mode="EDIT")
    rig.data.edit_bones.new("head").tail = (0, 0, 1)
    blender.ops.object.mode_set(mode="OBJECT")
    rig.pose.bones["head"].rotation_mode = "XYZ"
    frames = keys.scene_frames(performance.times, blender.context.scene)
    layers.put_solve(rig, performance, frames, "Take")
    path = 'pose.bones["head"].rotation_euler'
    drivers.drive(rig, path, rig, {"head_yaw": 1.0}, index=2)
    assert driving.bake(rig, np.arange(1.0, 49.0)) == (0, 1, 0)
    assert rig.animation_data.action_blend_type == "ADD"
    blender.context.scene.frame_set(25)
    turned = rig.evaluated_get(blender.context.evaluated_depsgraph_get()).pose.bones["head"].rotation_euler.z
    assert turned == pytest.approx(performance.head[30, 0], abs=1e-5)
    driving.unbake(rig)
    assert [strip.name for track in rig.animation_data.nla_tracks for strip in track.strips] == ["Take"]


def test_a_transfer_names_what_it_left(blender, face, performance):
    face.data.shape_keys.key_blocks["smile"].name = "mouthSmileLeft"
    face.data.shape_keys.key_blocks["open"].name = "jawOpen"
    face.data.shape_keys.driver_add(keys.value_path("mouthSmileLeft"))
    scene = blender.context.scene
    table = RigMap((Row("Face", "mouthSmileLeft", {"AU12_L": 1.0}), Row("Face", "jawOpen", {"AU26": 1.0}, high=0.5)))
    report = jobs.drive(performance, jobs.Character(face, table, (face,), {}), scene)
    assert report["left_to_drivers"] == {"Face": ["mouthSmileLeft"]}
    assert report["limited"] == {"Face": ["jawOpen"]}
