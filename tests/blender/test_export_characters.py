"""A driven character read back from every format: its points are where the .blend shows them."""

from dataclasses import replace

import expression_transfer
import numpy as np
import pytest
from expression_transfer.core.errors import InputError
from expression_transfer.core.reporting import SilentReporter
from expression_transfer.scene import driving, export_job, jobs, rig_files, rig_jobs
from scipy.spatial import cKDTree

from .test_export_scenes import read_alembic, read_fbx, read_gltf, read_usd

FPS, LENGTH = 30.0, 8
FRAMES = (2, 7)
FORMATS = {
    "gltf": (".glb", read_gltf, -1),
    "usd": (".usdc", read_usd, 0),
    "fbx": (".fbx", read_fbx, 0),
    "abc": (".abc", read_alembic, 0),
}
"""Suffix, reader, and where the .blend's frame 0 is."""


def shown(bpy, frame):
    """N×3 m in the world by mesh."""
    bpy.context.scene.frame_set(frame)
    graph, found = bpy.context.evaluated_depsgraph_get(), {}
    for each in bpy.context.scene.objects:
        if each.type == "MESH":
            seen = each.evaluated_get(graph)
            points = np.empty(3 * len(seen.data.vertices), np.float32)
            seen.data.vertices.foreach_get("co", points)
            matrix = np.array(seen.matrix_world)
            found[each.name.split(".")[0]] = points.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]
    return found


@pytest.mark.slow
def test_brunette_in_every_format(blender, shared, performance, tmp_path):
    """With the bones that turn her head and eyes, and the keys of face and teeth."""
    rows = slice(0, 2 * LENGTH, 2)
    columns = ("units", "head", "position", "gaze", "confidence", "bridged", "missing", "frames")
    short = replace(performance, **{name: getattr(performance, name)[rows] for name in columns})
    acted, blend = replace(short, times=np.arange(LENGTH) / FPS), tmp_path / "brunette.blend"
    rig_jobs.drive_rig(acted, shared / "rigs" / "brunette-t.glb", blend, rig_jobs.Asked())
    rig_files.open_rig(blend)
    truth = {frame: shown(blender, frame) for frame in FRAMES}
    assert np.abs(truth[7]["Wolf3D_Head"] - truth[2]["Wolf3D_Head"]).max() > 0.005
    for kind, (suffix, read, zero) in FORMATS.items():
        file = tmp_path / f"brunette{suffix}"
        assert export_job.main([kind, str(blend), str(file)], SilentReporter()) == 0
        blender.ops.wm.read_factory_settings(use_empty=True)
        jobs.set_rate(blender.context.scene, FPS)
        read(blender, str(file))
        for frame in FRAMES:
            found = shown(blender, frame + zero)
            for mesh in ("Wolf3D_Head", "Wolf3D_Teeth", "EyeLeft", "Wolf3D_Hair"):
                assert cKDTree(found[mesh]).query(truth[frame][mesh])[0].max() < 1e-4, (kind, mesh)


def test_a_file_without_a_driven_character(blender, tmp_path):
    rig_files.save_blend(tmp_path / "empty.blend")
    with pytest.raises(InputError, match=r"empty\.blend: has no character that is driven by action units"):
        export_job.main(["fbx", str(tmp_path / "empty.blend"), str(tmp_path / "out.fbx")], SilentReporter())
    assert not (tmp_path / "out.fbx").exists()


def test_the_button_exports_a_copy(blender, performance, tmp_path):
    """The rig keeps its drivers, and nothing else of the scene is written."""
    expression_transfer.register()
    face, other = (_face(blender, name) for name in ("Hero", "Other"))
    scene, chosen = blender.context.scene, blender.context.scene.expression_transfer
    jobs.drive(performance, jobs.find_character(scene.objects, face), scene)
    jobs.drive(performance, jobs.find_character(scene.objects, other), scene)
    chosen.rig, chosen.output = face, str(tmp_path)
    scene.frame_end = 4
    try:
        assert blender.ops.expression_transfer.export_character(kind="gltf") == {"FINISHED"}
        assert driving.is_connected(face)
    finally:
        expression_transfer.unregister()
    blender.ops.wm.read_factory_settings(use_empty=True)
    read_gltf(blender, str(tmp_path / "Hero.glb"))
    assert {each.name for each in blender.data.objects if each.type == "MESH"} == {"Hero"}


def _face(bpy, name):
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    added = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(added)
    for key in ("Basis", "jawOpen", "mouthSmileLeft"):
        added.shape_key_add(name=key).data[0].co.z = float(key != "Basis")
    return added
