"""Scenes read back by Blender's importers: points and pixels are where the fit has them, in every format."""

import struct

import acting
import numpy as np
import pytest
from expression_transfer.core.export.gltf import write_gltf
from expression_transfer.core.export.head_scene import head_scene
from expression_transfer.core.export.usd import write_usd
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.provenance import SOURCE_TYPE
from expression_transfer.core.reporting import SilentReporter
from expression_transfer.scene import export_job, jobs
from scipy.spatial import cKDTree

WIDTH, HEIGHT = 640, 360
PLAIN = {"fps": 25.0}
SHIFTED = {"principal": (300.0, 195.0), "aspect": 0.5}
ROWS = (0, 3, 8)


def through_blender(kind):
    def write(scene, path):
        scene.save(path.with_suffix(".npz"))
        assert export_job.main([kind, str(path.with_suffix(".npz")), str(path)], SilentReporter()) == 0

    return write


def read_fbx(bpy, path):
    bpy.ops.import_scene.fbx(filepath=path, anim_offset=0.0)


def read_fbx_by_ufbx(bpy, path):
    if "fbx_import" not in dir(bpy.ops.wm):
        pytest.skip(f"Blender {bpy.app.version_string} has no importer but its exporter's own")
    bpy.ops.wm.fbx_import(filepath=path, anim_offset=0.0)


def read_alembic(bpy, path):
    bpy.ops.wm.alembic_import(filepath=path)


def read_gltf(bpy, path):
    bpy.ops.import_scene.gltf(filepath=path)


def read_usd(bpy, path):
    bpy.ops.wm.usd_import(filepath=path)


# the importers of glTF and FBX take 24000/1001 for another rate: test_seconds_of_an_fbx reads what they read
FORMATS = {
    "gltf": (".glb", write_gltf, read_gltf, 0, PLAIN),
    "usd": (".usda", write_usd, read_usd, acting.FIRST, {**SHIFTED, "fps": 24000 / 1001}),
    "fbx": (".fbx", through_blender("fbx"), read_fbx, acting.FIRST, {**SHIFTED, "fps": 25.0, "zoom": True}),
    "ufbx": (".fbx", through_blender("fbx"), read_fbx_by_ufbx, acting.FIRST, {**SHIFTED, "fps": 25.0, "zoom": True}),
    "alembic": (".abc", through_blender("abc"), read_alembic, acting.FIRST, {**SHIFTED, "fps": 24000 / 1001}),
}
"""Suffix, writer, reader, the first frame as the reader has it, and the shot."""


@pytest.fixture(scope="module")
def model():
    return load_builtin()


def before_camera(bpy, frame):
    """N×3 m of every mesh as it shows at a frame, from the camera: it looks along −Z, Y is up."""
    bpy.context.scene.frame_set(frame)
    graph, found = bpy.context.evaluated_depsgraph_get(), []
    for each in sorted((each for each in bpy.context.scene.objects if each.type == "MESH"), key=lambda each: each.name):
        shown = each.evaluated_get(graph)
        points = np.empty(3 * len(shown.data.vertices), np.float32)
        shown.data.vertices.foreach_get("co", points)
        found.append(points.reshape(-1, 3) @ np.array(shown.matrix_world)[:3, :3].T + shown.matrix_world.translation)
    inverse = np.linalg.inv(np.array(camera_of(bpy).evaluated_get(graph).matrix_world))
    return np.concatenate(found) @ inverse[:3, :3].T + inverse[:3, 3]


def camera_of(bpy):
    return next(each for each in bpy.context.scene.objects if each.type == "CAMERA")


def pixels(bpy, points, aspect):
    """N×2 px of points before the camera, by Blender's own projection."""
    graph = bpy.context.evaluated_depsgraph_get()
    matrix = camera_of(bpy).evaluated_get(graph).calc_matrix_camera(
        graph, x=WIDTH, y=HEIGHT, scale_x=max(1, 1 / aspect), scale_y=max(1, aspect)
    )  # fmt: skip
    clip = np.c_[points, np.ones(len(points))] @ np.array(matrix).T
    return (clip[:, :2] / clip[:, 3:] * [1, -1] + 1) / 2 * [WIDTH, HEIGHT]


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_points_and_pixels_come_back(blender, model, tmp_path, form):
    suffix, write, read, first, shot = form
    fit = acting.acting_fit(model, **shot)
    write(head_scene(fit, model, "take"), tmp_path / f"head{suffix}")
    blender.ops.wm.read_factory_settings(use_empty=True)
    jobs.set_rate(blender.context.scene, fit.fps)
    read(blender, str(tmp_path / f"head{suffix}"))
    fitted = [acting.posed(model, fit, row)[np.unique(model.triangles)] for row in ROWS]
    found, seen = [], []
    for row in ROWS:
        found.append(before_camera(blender, first + row))
        seen.append(pixels(blender, found[-1], fit.camera.aspect))
    # a vertex is known by its way through all the frames: none may be lost, added or swapped
    expected, read_back = np.concatenate(fitted, axis=1), np.concatenate(found, axis=1)
    which = cKDTree(expected).query(read_back)[1]
    assert np.abs(read_back - expected[which]).max() < 1e-4
    assert cKDTree(read_back).query(expected)[0].max() < 1e-4
    for row, points, there in zip(ROWS, fitted, seen, strict=True):
        assert np.abs(there - acting.seen(fit, points[which], row)).max() < 0.1


@pytest.mark.parametrize("altered", [True, False])
def test_heads_say_that_they_were_altered(blender, model, tmp_path, altered):
    """Importers of FBX find it with the head's object; Alembic's doesn't look for it, so the file's bytes are asked."""
    scene = head_scene(acting.acting_fit(model, count=2), model, "take", altered=altered)
    for kind in ("fbx", "abc"):
        through_blender(kind)(scene, tmp_path / f"head.{kind}")
    assert (SOURCE_TYPE.encode() in (tmp_path / "head.abc").read_bytes()) == altered
    for read in (read_fbx, *([read_fbx_by_ufbx] if "fbx_import" in dir(blender.ops.wm) else [])):
        blender.ops.wm.read_factory_settings(use_empty=True)
        read(blender, str(tmp_path / "head.fbx"))
        head = next(each for each in blender.context.scene.objects if each.name.startswith("head"))
        assert head.get("digitalSourceType", "") == (SOURCE_TYPE if altered else "")


def test_a_zoom_in_alembic(blender, model, tmp_path):
    """Blender's importer takes the first frame's lens for all: here the samples are looked for in the file's bytes,
    each beginning with focal length (mm) and width of the film (cm).
    """
    fit = acting.acting_fit(model, zoom=True)
    through_blender("abc")(head_scene(fit, model, "take"), tmp_path / "head.abc")
    data = (tmp_path / "head.abc").read_bytes()
    lengths = np.float32(fit.camera.focal * 36.0 / WIDTH).astype(float)
    assert all(struct.pack("<dd", length, 3.6) in data for length in lengths)


def test_seconds_of_an_fbx(blender, model, tmp_path):
    """A key is where its frame is on the source's clock, which counts from frame 0."""
    fit = acting.acting_fit(model, fps=24000 / 1001)
    through_blender("fbx")(head_scene(fit, model, "take"), tmp_path / "head.fbx")
    blender.ops.wm.read_factory_settings(use_empty=True)
    read_fbx_by_ufbx(blender, str(tmp_path / "head.fbx"))
    render = blender.context.scene.render
    assert render.fps / render.fps_base == pytest.approx(24000 / 1001, rel=2e-6)
    first, last = (frame * render.fps_base / render.fps for frame in blender.data.actions[0].frame_range)
    assert (first, last) == pytest.approx((1001 * 1001 / 24000, 1009 * 1001 / 24000), rel=1e-6)
