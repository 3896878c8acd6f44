"""The rig's buttons: connect, bake, limit, disconnect, remove; pressed by a script."""

import expression_transfer
import numpy as np
import pytest
from expression_transfer.core.facs.tables import UNITS
from expression_transfer.scene import driving, jobs, keys, layers, mapping, rig_drive, units


@pytest.fixture
def face(blender):
    expression_transfer.register()
    mesh = blender.data.meshes.new("Face")
    mesh.from_pydata([(0, 0, 0), (1, 0, 0)], [], [])
    added = blender.data.objects.new("Face", mesh)
    blender.context.scene.collection.objects.link(added)
    for name in ("Basis", "jawOpen", "mouthSmileLeft"):
        block = added.shape_key_add(name=name)
        block.value, block.data[0].co.z = 0.0, float(name != "Basis")
    blender.context.scene.expression_transfer.rig = added
    yield added
    expression_transfer.unregister()


def shown(bpy, face, frame):
    bpy.context.scene.frame_set(frame)
    posed = face.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return np.array([posed.data.shape_keys.key_blocks[key].value for key in ("jawOpen", "mouthSmileLeft")])


def transfer(bpy, face, performance):
    character = jobs.find_character(bpy.context.scene.objects, face)
    return jobs.drive(performance, character, bpy.context.scene)


def test_connect_makes_channels_table_and_drivers(blender, face):
    assert blender.ops.expression_transfer.connect_rig() == {"FINISHED"}
    assert {row.key for row in mapping.rig_map(face).rows} == {"jawOpen", "mouthSmileLeft"}
    face["AU26"] = 0.5
    face.update_tag()
    assert shown(blender, face, 1)[0] == 0.5


def test_baked_connected_and_disconnected(blender, face, performance):
    transfer(blender, face, performance)
    scene = blender.context.scene
    scene.frame_start, scene.frame_end = 3, 40
    before = [shown(blender, face, frame) for frame in (5, 20)]
    assert blender.ops.expression_transfer.bake_rig() == {"FINISHED"}
    assert not driving.is_connected(face)
    np.testing.assert_allclose([shown(blender, face, frame) for frame in (5, 20)], before, atol=1e-6)
    curve = face.data.shape_keys.animation_data.action
    assert tuple(curve.frame_range) == (3, 40)
    assert blender.ops.expression_transfer.connect_rig() == {"FINISHED"}
    np.testing.assert_allclose([shown(blender, face, frame) for frame in (5, 20)], before, atol=1e-6)
    assert blender.ops.expression_transfer.disconnect_rig() == {"FINISHED"}
    assert not shown(blender, face, 20).any()
    assert len(layers.takes(face)) == 1
    with pytest.raises(RuntimeError, match="nothing is driven by its action units; connect it first"):
        blender.ops.expression_transfer.bake_rig()


def test_baked_then_disconnected_or_removed_is_at_rest(blender, face, performance):
    for take_off in (blender.ops.expression_transfer.disconnect_rig, blender.ops.expression_transfer.remove_from_rig):
        transfer(blender, face, performance)
        assert shown(blender, face, 20).any()
        blender.ops.expression_transfer.bake_rig()
        shown(blender, face, 20)
        assert take_off() == {"FINISHED"}
        assert not any(shown(blender, face, frame).any() for frame in (1, 20, 40))


def test_values_over_one_where_they_are_allowed(blender, face):
    blender.ops.expression_transfer.connect_rig()
    face["AU26"] = 1.4
    face.update_tag()
    assert shown(blender, face, 1)[0] == 1.0
    assert blender.ops.expression_transfer.limit_rig(limit=1.5) == {"FINISHED"}
    assert shown(blender, face, 1)[0] == pytest.approx(1.4)
    rig_drive.limit(face, 0.25)
    assert shown(blender, face, 1)[0] == 0.25


def test_removed_without_a_trace_but_the_table(blender, face, performance):
    properties = set(face.keys())
    transfer(blender, face, performance)
    keys.write_curve(layers.corrections(face), units.path("AU26"), 0, np.array([1.0]), np.array([0.1]))
    blender.context.scene.timeline_markers.new("mine", frame=2)
    assert blender.ops.expression_transfer.remove_from_rig() == {"FINISHED"}
    names = set(face.keys())
    assert not properties ^ {name for name in names if not name.startswith("expression_transfer")}
    assert not units.is_carrier(face)
    assert len(blender.data.actions) == 0
    assert [marker.name for marker in blender.context.scene.timeline_markers] == ["mine"]
    assert not shown(blender, face, 20).any()
    assert not any(unit in face for unit in UNITS)
