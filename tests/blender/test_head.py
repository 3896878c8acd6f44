"""The built-in head in a scene takes the very shape that the face model says, frame by frame."""

from dataclasses import replace
from pathlib import Path

import expression_transfer
import numpy as np
import pytest
from expression_transfer.core.conventions import rotation_matrices
from expression_transfer.core.face.model import FaceModel
from expression_transfer.core.facs.convert import shape_weights
from expression_transfer.scene import driving, head, jobs

BUILTIN = Path(__file__).resolve().parents[2] / "models" / "builtin" / "head.npz"


@pytest.fixture(scope="module")
def model() -> FaceModel:
    return FaceModel.load(BUILTIN)


def placed(bpy, target):
    """Model vertex numbers and evaluated world coordinates (…×3) of an object's vertices, without subdivision."""
    target.modifiers["Subdivision"].show_viewport = False
    posed = target.evaluated_get(bpy.context.evaluated_depsgraph_get())
    numbers = np.empty(len(target.data.vertices), dtype=np.int32)
    target.data.attributes["vertex"].data.foreach_get("value", numbers)
    local = np.empty(numbers.size * 3, dtype=np.float32)
    posed.data.vertices.foreach_get("co", local)
    world = np.array(posed.matrix_world)
    return numbers, local.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]


def turned(yaw, pitch, roll):
    """The head's rotation as core/conventions defines its angles."""
    y, x, z = (
        rotation_matrices(angle * axis) for angle, axis in zip((yaw, pitch, roll), np.eye(3)[[1, 0, 2]], strict=True)
    )
    return y @ x @ z


@pytest.mark.parametrize("row", [0, 23, 59])
def test_every_vertex_is_where_the_model_has_it(blender, performance, model, row):
    scene = blender.context.scene
    identity = np.random.default_rng(3).normal(size=len(model.identity))
    added = head.add_head(model, identity, "Ann")
    jobs.act(added, performance, scene)
    frame = 1 + performance.times[row] * 24
    scene.frame_set(int(frame), subframe=float(frame % 1))
    weights = shape_weights(performance, model.expressions)[row]
    expected = model.shape(identity, weights, performance.gaze[row]) @ turned(*performance.head[row]).T
    seen = np.zeros(len(model.mean), dtype=bool)
    for part in (added.face, *added.eyes):
        numbers, world = placed(blender, part)
        np.testing.assert_allclose(world, head.to_blender(expected[numbers]), atol=2e-5)
        seen[numbers] = True
    assert seen[np.unique(model.triangles)].all()


def test_added_from_the_menu_and_driven_like_any_rig(blender, performance, model):
    expression_transfer.register()
    assert blender.ops.expression_transfer.add_head() == {"FINISHED"}
    scene = blender.context.scene
    face = scene.expression_transfer.rig
    report = jobs.drive(performance, jobs.find_character(scene.objects, face), scene)
    expression_transfer.unregister()
    assert report["missing"] == []
    scene.render.fps = 24
    scene.frame_set(1 + 12)
    row = 15
    weights = shape_weights(performance, model.expressions)[row]
    expected = model.shape(np.zeros(len(model.identity)), weights, performance.gaze[row])
    for part in (face, *face.children):
        numbers, world = placed(blender, part)
        np.testing.assert_allclose(world, head.to_blender(expected[numbers]), atol=2e-5)


def test_the_lower_face_leaves_the_eyes_alone(blender, performance, model):
    parts = head.add_head(model, np.zeros(len(model.identity)), "Head")
    character, scene = jobs.find_character([parts.face]), blender.context.scene
    jobs.drive(performance, character, scene, region="lower")
    assert all(eye.animation_data is None for eye in parts.eyes)
    jobs.drive(performance, character, scene, region="upper")
    still = replace(performance, gaze=0.0 * performance.gaze)
    jobs.drive(still, character, scene, region="lower")
    scene.frame_set(1 + 12)
    looks = performance.gaze[15, 0, 0]
    assert parts.eyes[0].evaluated_get(blender.context.evaluated_depsgraph_get()).rotation_euler.z == pytest.approx(
        looks
    )


def test_disconnected_eyes_look_ahead(blender, performance, model):
    parts = head.add_head(model, np.zeros(len(model.identity)), "Head")
    jobs.drive(performance, jobs.find_character([parts.face]), blender.context.scene)
    blender.context.scene.frame_set(1 + 12)
    parts.eyes[0].rotation_euler = (
        parts.eyes[0].evaluated_get(blender.context.evaluated_depsgraph_get()).rotation_euler
    )  # as the window has it
    driving.disconnect(parts.face)
    assert parts.eyes[0].rotation_euler[:] == (0.0, 0.0, 0.0)


def test_shape_keys_uvs_and_materials(blender, model):
    added = head.add_head(model, np.zeros(len(model.identity)), "Ann")
    assert [key.name for key in added.face.data.shape_keys.key_blocks][1:] == list(model.expressions)
    assert not any(key.value for key in list(added.face.data.shape_keys.key_blocks)[1:])
    assert len(added.eyes) == 2
    for part in (added.face, *added.eyes):
        uv = np.empty(len(part.data.loops) * 2, dtype=np.float32)
        part.data.uv_layers[0].data.foreach_get("uv", uv)
        assert uv.min() >= 0
        assert uv.max() <= 1
        assert np.ptp(uv) > 0
    names = {slot.name for part in (added.face, *added.eyes) for slot in part.data.materials}
    assert names == {f"Expression {part}" for part in model.parts}


def test_the_face_looks_along_minus_y_with_z_up(blender, model):
    added = head.add_head(model, np.zeros(len(model.identity)), "Ann")
    left, right = (np.array(eye.location) for eye in added.eyes)
    assert left[0] > 0 > right[0]
    tip = model.mean[:, 2].argmax()
    assert head.to_blender(model.mean[tip])[1] < 0


def test_saved_head_acts_after_reload(blender, performance, model, tmp_path):
    jobs.save_head_blend(performance, model, tmp_path / "head.blend")
    assert [each.name for each in tmp_path.iterdir()] == ["head.blend"]
    assert (tmp_path / "head.blend").read_bytes()[:4] == b"\x28\xb5\x2f\xfd"  # compressed: Zstandard's magic
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "head.blend"))
    scene = blender.context.scene
    assert (scene.render.fps, scene.frame_start, scene.frame_end) == (30, 1, 60)
    scene.frame_set(1 + 40)
    face = blender.data.objects["Head"].evaluated_get(blender.context.evaluated_depsgraph_get())
    weights = shape_weights(performance, model.expressions)[40]
    for name, weight in zip(model.expressions, weights, strict=True):
        assert face.data.shape_keys.key_blocks[name].value == pytest.approx(weight, abs=2e-4), name
