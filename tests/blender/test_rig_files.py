"""A real character, and rig files that can't be used."""

import expression_transfer
import numpy as np
import pytest
from boned import WITHIN, off, points
from expression_transfer.core.errors import Failure, InputError
from expression_transfer.core.facs.convert import arkit_weights
from expression_transfer.core.facs.tables import ARKIT
from expression_transfer.core.rigs.bones import rotation
from expression_transfer.core.rigs.mapping import RigMap, Row
from expression_transfer.scene import layers, rig_files, rig_jobs, units


def evaluated(bpy, name, key, frame):
    bpy.context.scene.frame_set(int(np.floor(frame)), subframe=float(frame % 1))
    return (
        bpy.data.objects[name]
        .evaluated_get(bpy.context.evaluated_depsgraph_get())
        .data.shape_keys.key_blocks[key]
        .value
    )


@pytest.mark.parametrize("suffix", [".glb", ".vrm"])
def test_brunette_is_driven_by_keys_and_bones(blender, shared, tmp_path, performance, suffix):
    rig, out = tmp_path / f"brunette{suffix}", tmp_path / "out.blend"
    rig.symlink_to(shared / "rigs" / "brunette-t.glb")
    report = rig_jobs.drive_rig(performance, rig, out, rig_jobs.Asked())
    assert set(report["meshes"]) == {"Wolf3D_Head", "Wolf3D_Teeth"}  # bones turn the eyeballs
    assert len(report["meshes"]["Wolf3D_Head"]) == 51
    assert report["missing"] == []
    assert "Left Eye: LeftEye" in report["bones"]
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".unfinished")] == []
    blender.ops.wm.open_mainfile(filepath=str(out))
    assert blender.context.scene.render.fps == 30
    planted = arkit_weights(performance)
    for name, key in (("Wolf3D_Head", "jawOpen"), ("Wolf3D_Teeth", "jawOpen"), ("Wolf3D_Head", "eyeBlinkLeft")):
        assert evaluated(blender, name, key, 1 + 33) == pytest.approx(planted[33, ARKIT.index(key)], abs=2e-4)
    for side, name in enumerate(("EyeLeft", "EyeRight")):
        blender.context.scene.frame_set(1)  # the performance begins at rest
        before = points(blender.data.objects[name])
        blender.context.scene.frame_set(1 + 33)
        looks = rotation(performance.head[33]) @ rotation(np.array([*performance.gaze[33, side], 0.0]))
        assert off(blender.data.objects[name], before, looks) < WITHIN


def test_a_blend_keeps_its_frame_rate(blender, tmp_path, performance):
    mesh = blender.data.meshes.new("Face")
    mesh.from_pydata([(0, 0, 0)], [], [])
    face = blender.data.objects.new("Face", mesh)
    blender.context.scene.collection.objects.link(face)
    face.shape_key_add(name="Basis")
    face.shape_key_add(name="jawOpen")
    blender.context.scene.render.fps = 24
    rig_files.save_blend(tmp_path / "rig.blend")
    rig_jobs.drive_rig(performance, tmp_path / "rig.blend", tmp_path / "out.blend", rig_jobs.Asked("Face", 0.5))
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "out.blend"))
    assert blender.context.scene.render.fps == 24
    planted = 0.5 * arkit_weights(performance)[45, ARKIT.index("jawOpen")]
    assert evaluated(blender, "Face", "jawOpen", 1 + 1.5 * 24) == pytest.approx(planted, abs=2e-4)


def test_keys_without_meaning_by_a_map_and_at_a_frame(blender, tmp_path, performance):
    mesh = blender.data.meshes.new("Face")
    mesh.from_pydata([(0, 0, 0)], [], [])
    face = blender.data.objects.new("Face", mesh)
    blender.context.scene.collection.objects.link(face)
    for name in ("Basis", "Key 1"):
        face.shape_key_add(name=name).value = 0.0
    rig, out, table = tmp_path / "rig.blend", tmp_path / "out.blend", tmp_path / "map.json"
    rig_files.save_blend(rig)
    RigMap((Row("Face", "Key 1", {"AU26": 0.5}),)).save(table)
    report = rig_jobs.drive_rig(performance, rig, out, rig_jobs.Asked(map_file=table, start=101.0))
    assert report["meshes"] == {"Face": {"Key 1": {"AU26": 0.5}}}
    blender.ops.wm.open_mainfile(filepath=str(out))
    planted = 0.5 * arkit_weights(performance)[45, ARKIT.index("jawOpen")]
    assert evaluated(blender, "Face", "Key 1", 101 + 1.5 * 24) == pytest.approx(planted, abs=2e-4)
    RigMap((Row("Ann", "Key 9", {"AU26": 0.5}),)).save(table)
    with pytest.raises(InputError, match=r"rig\.blend: has none of the map's shape keys"):
        rig_jobs.drive_rig(performance, rig, out, rig_jobs.Asked(map_file=table))


def test_the_blend_is_set_up_in_the_tab(blender, tmp_path, performance):
    add_face(blender)
    scene = blender.context.scene
    scene.frame_start, scene.frame_end = 1, 20
    rig, out = tmp_path / "rig.blend", tmp_path / "out.blend"
    rig_files.save_blend(rig)
    solve = tmp_path / "solve"
    solve.mkdir()
    (solve / "fit.npz").touch()
    report = rig_jobs.drive_rig(performance, rig, out, rig_jobs.Asked(start=41.0), solve)
    assert not hasattr(blender.types.Scene, "expression_transfer")
    last = int(np.ceil(41 + performance.times[-1] * 24))
    assert report["outside"] == f"plays at frames 41–{last}, outside the scene's 1–20"
    expression_transfer.register()
    try:
        blender.ops.wm.open_mainfile(filepath=str(out))
        chosen, face = blender.context.scene.expression_transfer, blender.data.objects["Face"]
        assert (chosen.rig, chosen.offset) == (face, 40)
        assert (chosen.result_folder, chosen.output) == (str(solve), str(solve))
        rows = units.carrier_of(face).expression_transfer_rows
        assert [(row.mesh, row.key, row.weights[0].channel) for row in rows] == [("Face", "jawOpen", "AU26")]
        assert [strip.name for strip in layers.takes(face)] == ["Expression planted"]
    finally:
        expression_transfer.unregister()


@pytest.mark.parametrize(("start", "words"), [(1.0, "partly outside"), (-100.0, "outside")])
def test_a_take_that_the_scene_cuts(blender, tmp_path, performance, start, words):
    add_face(blender)
    blender.context.scene.frame_end = 20
    rig_files.save_blend(tmp_path / "rig.blend")
    asked = rig_jobs.Asked(start=start)
    report = rig_jobs.drive_rig(performance, tmp_path / "rig.blend", tmp_path / "out.blend", asked)
    assert f", {words} the scene's 1–20" in report["outside"]


def add_face(bpy):
    face = bpy.data.objects.new("Face", bpy.data.meshes.new("Face"))
    face.data.from_pydata([(0, 0, 0)], [], [])
    bpy.context.scene.collection.objects.link(face)
    for name in ("Basis", "jawOpen"):
        face.shape_key_add(name=name).value = 0.0
    return face


def test_fbx(blender, tmp_path, performance):
    mesh = blender.data.meshes.new("Face")
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    face = blender.data.objects.new("Face", mesh)
    blender.context.scene.collection.objects.link(face)
    for name in ("Basis", "jawOpen", "eyeBlink_L"):
        face.shape_key_add(name=name).data[0].co.z = 0.0 if name == "Basis" else 1.0
    blender.ops.export_scene.fbx(filepath=str(tmp_path / "rig.fbx"))
    report = rig_jobs.drive_rig(performance, tmp_path / "rig.fbx", tmp_path / "out.blend", rig_jobs.Asked())
    assert report["meshes"] == {"Face": {"jawOpen": {"AU26": 1.0}, "eyeBlink_L": {"AU45_L": 1.0}}}


@pytest.mark.parametrize(
    ("name", "content"),
    [("none.glb", None), ("empty.glb", b""), ("cut.glb", b"glTF\x02\0\0\0"), ("cut.blend", b"BLENDER-v405"),
     ("text.fbx", b"hello"), ("rig.obj", b"v 0 0 0"), ("text.gltf", b"{")],
)  # fmt: skip
def test_bad_rig_is_one_line_that_names_it(blender, tmp_path, performance, name, content):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as error:
        rig_jobs.drive_rig(performance, tmp_path / name, tmp_path / "out.blend", rig_jobs.Asked())
    assert str(error.value).startswith(str(tmp_path / name))
    assert "\n" not in str(error.value)
    assert not (tmp_path / "out.blend").exists()


def test_rig_without_shape_keys(blender, tmp_path, performance):
    rig_files.save_blend(tmp_path / "bare.blend")
    with pytest.raises(InputError, match=r"bare\.blend: .*shape keys"):
        rig_jobs.drive_rig(performance, tmp_path / "bare.blend", tmp_path / "out.blend", rig_jobs.Asked())
    with pytest.raises(InputError, match="no object 'Ann'"):
        rig_jobs.drive_rig(performance, tmp_path / "bare.blend", tmp_path / "out.blend", rig_jobs.Asked("Ann"))


def test_unwritable_folder_fails_in_one_line(blender, tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(Failure, match="can't be written"):
        rig_files.save_blend(tmp_path / "file" / "out.blend")
