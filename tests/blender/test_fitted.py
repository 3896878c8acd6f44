"""The fitted head before its camera: Blender shows every vertex where the fit projects it, and the plate behind it."""

import functools
import json
from dataclasses import replace
from pathlib import Path

import expression_transfer
import numpy as np
import pytest
from bpy_extras.object_utils import world_to_camera_view
from expression_transfer.core.errors import InputError
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.facs.from_fit import performance, rest
from expression_transfer.core.facs.transfer import target_expression
from expression_transfer.core.fit.result import Fit
from expression_transfer.core.process import WorkerProcess
from expression_transfer.scene import fitted, keys, layers, units
from fitted_shots import FRAMES, LENSES, make_fit, plate, solve_folder
from mathutils import Vector

FAKE = Path(__file__).with_name("fake_solver.py")


def add(bpy, folder: Path, **options) -> str:
    solve = fitted.read_solve(folder)
    options = fitted.Options(**{"start": 1, "take_size": True} | options)
    return fitted.add_fitted_head(solve, bpy.context.scene, options)[1]


def head_and_eyes(bpy):
    return [each for each in bpy.data.objects if each.type == "MESH"]


def pixels(bpy, scene, target, width, height):
    """Model vertex numbers, and where Blender's camera sees the evaluated vertices (N×2 px)."""
    posed = target.evaluated_get(bpy.context.evaluated_depsgraph_get())
    numbers = np.empty(len(target.data.vertices), dtype=np.int32)
    target.data.attributes["vertex"].data.foreach_get("value", numbers)
    some = np.arange(0, numbers.size, max(1, numbers.size // 60))
    places = [posed.matrix_world @ Vector(posed.data.vertices[index].co) for index in some]
    seen = np.array([world_to_camera_view(scene, scene.camera, place)[:] for place in places])
    return numbers[some], np.column_stack([seen[:, 0] * width, (1 - seen[:, 1]) * height])


def assert_on_the_face(bpy, fit, row, frame, within=0.05):
    scene, model = bpy.context.scene, load_builtin()
    scene.frame_set(int(np.floor(frame)), subframe=float(frame % 1))
    expected = fit.project(model.shape(fit.identity, fit.expression[row], fit.gaze[row]), row)
    meshes = head_and_eyes(bpy)
    assert len(meshes) == 3
    for target in meshes:
        numbers, seen = pixels(bpy, scene, target, fit.camera.width, fit.camera.height)
        assert np.abs(seen - expected[numbers]).max() < within


def moved_by_layers(target):
    return {path for strip in layers.takes(target) for path in layers.moved_by(strip)}


@pytest.mark.parametrize("animate", ["HEAD", "CAMERA"])
@pytest.mark.parametrize("lens", LENSES.values(), ids=LENSES)
def test_blender_sees_every_vertex_where_the_fit_has_it(blender, tmp_path, lens, animate):
    fit = make_fit(**lens)
    blender.context.scene.cursor.location = (0.4, -1.0, 1.7)
    add(blender, solve_folder(tmp_path, fit), animate=animate, take_rate=True)
    for row in (0, 5, 11):
        assert_on_the_face(blender, fit, row, 1 + row)
    still = blender.context.scene.camera if animate == "HEAD" else blender.data.objects[f"{tmp_path.name} head"]
    assert not {"location", "rotation_euler"} & moved_by_layers(still)
    assert tuple(still.location) == pytest.approx((0.4, -1.0, 1.7))


def test_a_zoom_is_keyed(blender, tmp_path):
    fit = make_fit(focal=np.linspace(1200.0, 1900.0, FRAMES), **LENSES["landscape"])
    add(blender, solve_folder(tmp_path, fit), take_rate=True)
    for row in (0, 5, 11):
        assert_on_the_face(blender, fit, row, 1 + row)


def test_another_sensor_changes_only_the_millimetres(blender, tmp_path):
    fit = make_fit(**LENSES["off-centre"])
    add(blender, solve_folder(tmp_path, fit), sensor_width=24.0, take_rate=True)
    assert blender.context.scene.camera.data.lens == pytest.approx(1500 * 24 / 1280)
    assert_on_the_face(blender, fit, 3, 4)


def test_footage_lands_at_its_seconds(blender, tmp_path):
    fit = make_fit(fps=30.0, **LENSES["landscape"])
    said = add(blender, solve_folder(tmp_path, fit), start=11)
    assert blender.context.scene.render.fps == 24
    assert "the scene runs at 24 fps, the footage at 30" in said
    assert_on_the_face(blender, fit, 5, 11 + 5 / 30 * 24)


def test_taking_the_rate_over(blender, tmp_path):
    fit, scene = make_fit(fps=30000 / 1001, **LENSES["square"]), blender.context.scene
    said = add(blender, solve_folder(tmp_path, fit), take_rate=True)
    assert (scene.render.fps, scene.frame_start, scene.frame_end) == (30, 1, FRAMES)
    assert "fps" not in said


@pytest.mark.parametrize("render", [(1920, 1080), (1080, 1920)])
def test_in_a_frame_of_another_shape_the_plate_fits_and_the_head_sits_on_it(blender, tmp_path, render):
    """The camera's background is drawn with FIT: as large as the frame has room for it, in the middle."""
    fit, scene = make_fit(**LENSES["off-centre"]), blender.context.scene
    scene.render.resolution_x, scene.render.resolution_y = render
    said = add(blender, solve_folder(tmp_path, fit), take_size=False, take_rate=True)
    assert "the footage is 1280×720, the scene renders otherwise" in said
    scene.frame_set(4)
    scale = min(render[0] / 1280, render[1] / 720)
    corner = (np.array(render) - scale * np.array([1280, 720])) / 2
    expected = fit.project(load_builtin().shape(fit.identity, fit.expression[3], fit.gaze[3]), 3)
    for target in head_and_eyes(blender):
        numbers, seen = pixels(blender, scene, target, *render)
        assert np.abs((seen - corner) / scale - expected[numbers]).max() < 0.05


def shown(bpy, frame: int) -> int:
    """The number of the image that Blender shows: BKE_image_user_frame_get, of the evaluated camera."""
    bpy.context.scene.frame_set(frame)
    camera = bpy.context.scene.camera.evaluated_get(bpy.context.evaluated_depsgraph_get())
    user = camera.data.background_images[0].image_user
    return min(max(frame - user.frame_start + 1, 0), user.frame_duration) + user.frame_offset


@pytest.mark.parametrize("first", [1, 1001])
def test_the_plates_own_frame_is_behind_the_head(blender, tmp_path, first):
    file = plate(blender, tmp_path, range(first, first + FRAMES))
    fit = make_fit(first=first, **LENSES["square"])
    said = add(blender, solve_folder(tmp_path, fit, "sequence", file), start=7, take_rate=True)
    assert [shown(blender, 7 + row) for row in range(FRAMES)] == list(fit.frames)
    assert blender.context.scene.camera.data.animation_data is None
    assert "Blender shows the footage as 8×8 and it was solved as 512×512" in said


@pytest.mark.parametrize(("fps", "scene_fps"), [(30, 24), (24, 60), (25, 24)])
def test_at_another_rate_the_nearest_frame_is_behind_the_head(blender, tmp_path, fps, scene_fps):
    file = plate(blender, tmp_path, range(101, 101 + FRAMES))
    fit = make_fit(fps=fps, first=101, **LENSES["square"])
    blender.context.scene.render.fps = scene_fps
    add(blender, solve_folder(tmp_path, fit, "sequence", file), start=5)
    for frame in range(5, 5 + int((FRAMES - 1) / fps * scene_fps)):
        behind = fit.times[shown(blender, frame) - 101]
        assert abs(behind - (frame - 5) / scene_fps) <= 0.5 / fps + 1e-9


def test_a_range_keeps_its_place(blender, tmp_path):
    """Frames 41–52 of a movie, solved with --start 41."""
    file = plate(blender, tmp_path, range(41, 41 + FRAMES))
    fit = make_fit(fps=24, first=41, start=40 / 24, **LENSES["square"])
    add(blender, solve_folder(tmp_path, fit, "sequence", file), take_rate=True)
    assert [shown(blender, frame) for frame in (41, 45, 52)] == [41, 45, 52]
    assert_on_the_face(blender, fit, 4, 45)


def test_the_baked_texture_is_on_every_part(blender, tmp_path):
    file = plate(blender, tmp_path, range(1, 2))
    (tmp_path / "texture").mkdir()
    file.rename(tmp_path / "texture" / "texture.png")
    add(blender, solve_folder(tmp_path, make_fit(**LENSES["square"])))
    slots = [slot for target in head_and_eyes(blender) for slot in target.material_slots]
    assert len(slots) == len(load_builtin().parts)
    for slot in slots:
        (link,) = (link for link in slot.material.node_tree.links if link.to_socket.name == "Base Color")
        assert link.from_node.image.colorspace_settings.name == "sRGB"
        assert link.from_node.image.filepath == str(tmp_path / "texture" / "texture.png")


def test_added_and_then_textured_by_their_buttons(blender, tmp_path, monkeypatch):
    expression_transfer.register()
    from expression_transfer.operators import working  # noqa: PLC0415  needs bpy

    monkeypatch.setattr(working, "WorkerProcess", functools.partial(WorkerProcess, bootstrap=FAKE))
    file = plate(blender, tmp_path, range(1, 2))
    solve_folder(tmp_path, make_fit(**LENSES["landscape"]), "still", file)
    assert blender.ops.expression_transfer.add_fitted_head(folder=str(tmp_path)) == {"FINISHED"}
    assert len(blender.data.collections["shot.0001 fitted"].objects) == 4
    assert blender.context.scene.camera.name == "shot.0001 camera"
    face = blender.context.object
    assert face.name == "shot.0001 head"
    assert blender.ops.expression_transfer.bake_texture() == {"FINISHED"}
    assert json.loads((tmp_path / "texture" / "argv.json").read_text()) == [
        "texture", str(tmp_path / "fit.npz"), "--plate", str(file), "-o", str(tmp_path / "texture"),
    ]  # fmt: skip
    assert {slot.material.node_tree.nodes.active.image.name for slot in face.material_slots} == {"texture.png"}
    materials = set(blender.data.materials.keys())
    assert blender.ops.expression_transfer.bake_texture() == {"FINISHED"}
    assert set(blender.data.materials.keys()) == materials
    expression_transfer.unregister()


def test_what_cannot_be_added_is_one_line_and_changes_nothing(blender, tmp_path):
    with pytest.raises(InputError, match="holds no solve"):
        add(blender, tmp_path)
    fit = make_fit(**LENSES["square"])
    other = Fit(**{**vars(fit), "model": "Ann's own"})
    with pytest.raises(InputError, match="the face model 'Ann's own' it was solved with is gone") as error:
        add(blender, solve_folder(tmp_path, other))
    assert "\n" not in str(error.value)
    assert len(blender.data.objects) == 0


def weights_shown(bpy, fit, frame):
    bpy.context.scene.frame_set(frame)
    (face,) = [each for each in bpy.data.objects if fitted.SOLVE in each]
    blocks = face.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.shape_keys.key_blocks
    return np.array([blocks[name].value for name in fit.expressions])


@pytest.mark.parametrize("frames", [FRAMES, 5 * FRAMES], ids=["no neutral of its own", "a neutral of its own"])
def test_the_head_shows_the_fit_and_edits_as_the_plate_will(blender, tmp_path, frames):
    fit = make_fit(fps=24, **LENSES["square"])
    if frames > FRAMES:  # long enough for a resting level to be found
        fit = replace_rows(fit, np.arange(frames) % FRAMES)
        fit = replace(fit, expression=np.maximum(fit.expression, 0.12))
    add(blender, solve_folder(tmp_path, fit), take_rate=True)
    rows = [0, 5, 11]
    for row in rows:
        np.testing.assert_allclose(weights_shown(blender, fit, 1 + row), fit.expression[row], atol=3e-6)
    (face,) = [each for each in blender.data.objects if fitted.SOLVE in each]
    neutral = rest(fit)
    own = performance(fit, neutral, tmp_path.name)
    bump = np.full(frames, 0.3)
    for channel in ("AU12_L", "AU45_R", "gaze_L_yaw"):
        keys.write_curve(layers.corrections(face), units.path(channel), 0, np.arange(1.0, 1 + frames), bump)
    face[units.gain("AU26")] = 1.5
    face.update_tag()
    wanted = layers.performance_of(face, own)
    assert not np.array_equal(wanted.units, own.units)
    expected = target_expression(fit, neutral, own, wanted)
    for row in rows:
        np.testing.assert_allclose(weights_shown(blender, fit, 1 + row), expected[row], atol=1e-5)


@pytest.mark.parametrize("animate", ["HEAD", "CAMERA"])
def test_solved_again_the_head_acts_anew_under_the_corrections(blender, tmp_path, animate):
    fit = make_fit(**LENSES["square"])
    blender.context.scene.cursor.location = (0.4, -1.0, 1.7)
    add(blender, solve_folder(tmp_path, fit), animate=animate, start=7, take_rate=True)
    (face,) = [each for each in blender.data.objects if fitted.SOLVE in each]
    chance = np.random.default_rng(11)
    again = replace(
        make_fit(focal=1300.0, **LENSES["square"]), identity=chance.standard_normal(len(fit.identity)),
        translation=fit.translation + 0.05, expression=0.5 * fit.expression, gaze=-fit.gaze,
    )  # fmt: skip
    solve_folder(tmp_path, again)
    objects = len(blender.data.objects)
    assert fitted.renew(face, blender.context.scene) == f"{face.name} acts the new solve"
    assert (len(blender.data.objects), len(layers.takes(face))) == (objects, 1)
    for row in (0, 5, 11):
        assert_on_the_face(blender, again, row, 7 + row)
    keys.write_curve(layers.corrections(face), units.path("AU26"), 0, np.array([1.0]), np.array([0.2]))
    fitted.renew(face, blender.context.scene)
    jaw = fit.expressions.index("jawOpen")
    assert weights_shown(blender, fit, 7 + 5)[jaw] == pytest.approx(again.expression[5, jaw] + 0.2, abs=1e-5)


def replace_rows(fit, rows):
    columns = (
        "rotation",
        "translation",
        "expression",
        "variance",
        "gaze",
        "residual",
        "confidence",
        "visible",
        "bridged",
    )
    longer = {column: getattr(fit, column)[rows] for column in columns}
    lens = replace(fit.camera, focal=fit.camera.focal[rows])
    count = np.arange(len(rows))
    return replace(fit, camera=lens, frames=1 + count, times=count / fit.fps, **longer)
