"""The compositor's node group gives the engine's own composite, rendered in every Blender."""

import json

import expression_transfer
import numpy as np
import OpenImageIO as oiio  # noqa: N813 - its own name for itself
import pytest
from bpy_extras.object_utils import world_to_camera_view
from expression_transfer.core.clip.exr import Placed, write_exr
from expression_transfer.core.errors import InputError
from expression_transfer.core.landmarks.track import LandmarkTrack
from expression_transfer.core.process import Ended
from expression_transfer.core.provenance import SOURCE_TYPE, properties
from expression_transfer.core.refine.composite import composite
from expression_transfer.scene import compat, compositing_job, compositor, fitted, recomposite, strings
from fitted_shots import make_fit, plate, solve_folder

WIDTH, HEIGHT, FIRST = 64, 48, 1001
COUNT = 2


@pytest.fixture
def layers(tmp_path):
    """Sequences of an 8-bit plate, their first files and the engine's composites (0–1)."""
    random, made = np.random.default_rng(5), []
    across = np.linspace(-1.6, 1.6, WIDTH)[None] ** 2 + np.linspace(-1.6, 1.6, HEIGHT)[:, None] ** 2
    matte, mouth = np.clip(1.5 - across, 0, 1).astype(np.float32), (across < 0.2).astype(np.float32)
    v, u = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    for number in range(FIRST, FIRST + COUNT):
        plate, face = random.integers(0, 256, (2, HEIGHT, WIDTH, 3)).astype(np.uint8)
        plate = np.asarray(plate // 4 + 2 * np.arange(WIDTH)[None, :, None], np.uint8)
        result = composite(plate, face.astype(np.float32), matte, (0, 0, WIDTH, HEIGHT))
        whole = {name: result[..., k] / np.float32(255) for k, name in enumerate("RGB")}
        whole |= {"A": np.ones((HEIGHT, WIDTH), np.float32)}
        whole |= {f"plate.{name}": plate[..., k] / np.float32(255) for k, name in enumerate("RGB")}
        data = {
            "matte.Y": matte,
            "face.Y": face_of(matte),
            "mouth.Y": mouth,
            "eyes.Y": 0 * mouth,
            "stmap.X": np.asarray((u + 3) / WIDTH, np.float32),
            "stmap.Y": np.asarray(1 - v / HEIGHT, np.float32),
            "stmap.Z": np.ones((HEIGHT, WIDTH), np.float32),
        }
        placed = Placed(0, 0, WIDTH, HEIGHT)
        write_exr(tmp_path / f"result.{number}.exr", whole, placed, {})
        write_exr(tmp_path / f"mattes.{number}.exr", data, placed, {})
        made.append((plate / 255, result / 255))
    return tmp_path, made, matte, mouth


def face_of(matte):
    """Less than what moved, soft at its edge, and cut off where the matte isn't."""
    return (np.clip(2 * matte - 0.5, 0, 1) * (np.arange(WIDTH) < WIDTH * 2 // 3)).astype(np.float32)


def rendered(blender, folder, frame):
    """H×W×3, as the compositor leaves it."""
    scene = blender.context.scene
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = WIDTH, HEIGHT, 100
    scene.view_settings.view_transform = "Raw"
    kind = scene.render.image_settings
    if hasattr(kind, "media_type"):
        kind.media_type = "IMAGE"  # first, from 5.0
    kind.file_format, kind.color_mode, kind.color_depth = "OPEN_EXR", "RGBA", "32"
    scene.render.filepath = str(folder / f"render{frame}.exr")
    if scene.camera is None:
        scene.camera = blender.data.objects.new("camera", blender.data.cameras.new("camera"))
        scene.collection.objects.link(scene.camera)
    scene.frame_set(frame)
    blender.ops.render.render(write_still=True)
    return oiio.ImageBuf(scene.render.filepath).get_pixels(oiio.FLOAT)[..., :3]


def built(blender, folder, *, encoded=False, start=11):
    told = compositor.Layers(folder / f"result.{FIRST}.exr", folder / f"mattes.{FIRST}.exr", COUNT, encoded)
    return compositor.build(told, blender.context.scene, start)


def light(encoded):
    """IEC 61966-2-1."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def test_group_gives_the_engines_composite(blender, layers):
    folder, made, _, _ = layers
    built(blender, folder)
    for frame, (_, result) in zip((11, 12), made, strict=True):
        assert np.abs(rendered(blender, folder, frame) - result).max() < 1 / 1024


def test_encoded_plates_end_in_linear_light(blender, layers):
    folder, made, _, _ = layers
    built(blender, folder, encoded=True)
    assert np.abs(rendered(blender, folder, 11) - light(made[0][1])).max() < 1 / 1024


def test_sliders_leave_parts_out(blender, layers):
    folder, made, matte, mouth = layers
    (plate, result), node = made[0], built(blender, folder)
    node.inputs["Mouth"].default_value = 0.0
    without = np.where(mouth[..., None] > 0, plate, result)
    assert np.abs(rendered(blender, folder, 11) - without).max() < 1 / 1024
    node.inputs["Mouth"].default_value, node.inputs["Choke"].default_value = 1.0, 0.5
    share = np.divide(np.maximum((matte - 0.5) / 0.5, 0), matte, out=0 * matte, where=matte > 0)[..., None]
    choked = plate + (result - plate) * share
    assert np.abs(rendered(blender, folder, 11) - choked).max() < 1 / 1024


def test_a_grade_changes_the_face_alone(blender, layers):
    folder, made, matte, _ = layers
    result, group = made[0][1], built(blender, folder).node_tree
    here = next(each for each in group.nodes if each.label == strings.GRADE_HERE)
    (laid,) = (link.to_socket for link in here.outputs[0].links)
    _, sockets = compat.compositor_mix(group, "ADD")
    sockets["factor"].default_value, sockets["over"].default_value = 1.0, (0.25, 0.25, 0.25, 0.0)
    group.links.new(here.outputs[0], sockets["under"])
    group.links.new(sockets["result"], laid)
    lifted, face = rendered(blender, folder, 11) - result, face_of(matte)
    beside = (matte > 0) & (face == 0)
    assert beside.any() and np.abs(lifted[face == 0]).max() < 1 / 1024
    assert np.abs(lifted - 0.25 * (matte * face)[..., None]).max() < 1 / 1024


def test_plate_is_warped_as_the_stmap_says(blender, layers):
    folder, made, matte, mouth = layers
    (plate, result), node = made[0], built(blender, folder)
    node.inputs["Warped Plate"].default_value = 1.0
    seen = rendered(blender, folder, 11)
    inside = (matte == 1) & (mouth == 0)
    inside[:, -8:] = inside[:, :8] = False
    assert inside.any() and np.abs(seen - np.roll(plate, -3, axis=1))[inside].max() < 0.02
    assert np.abs(seen - result)[mouth > 0].max() < 1 / 1024


def test_building_again_keeps_the_sliders_and_the_artists_nodes(blender, layers):
    folder, _, _, _ = layers
    scene = blender.context.scene
    tree = compat.compositor_tree(scene)
    own = tree.nodes.new("CompositorNodeRGB")
    tree.links.new(own.outputs[0], compat.composite_socket(tree))
    node = built(blender, folder)
    node.inputs["Eyes"].default_value = 0.25
    before = len(tree.nodes)
    again = built(blender, folder)
    assert again.inputs["Eyes"].default_value == 0.25
    sequences = [image for image in blender.data.images if image.source == "SEQUENCE"]
    assert len(tree.nodes) == before and len(sequences) == 2
    assert compat.composite_socket(tree).links[0].from_node == own


class Worker:
    """Stands in for the process, whose files are there already."""

    asked = ()
    cancelled, stderr, logged = False, "", ()

    def __init__(self, argv, environment=None):
        Worker.asked = tuple(argv)

    def wait(self):
        return Ended(0, "")


@pytest.fixture
def registered(blender, monkeypatch):
    expression_transfer.register()
    from expression_transfer.operators import working  # noqa: PLC0415  needs bpy

    monkeypatch.setattr(working, "WorkerProcess", Worker)
    yield blender
    expression_transfer.unregister()


def test_button_exports_the_layers_and_builds_the_nodes(registered, layers):
    made, told, scene = layers[0], {"count": COUNT, "encoded": True}, registered.context.scene
    out = made / "export" / "compositor"
    out.mkdir(parents=True)
    for file in made.glob("*.exr"):
        file.rename(out / file.name)
    files = {"result": f"result.{FIRST}.exr", "mattes": f"mattes.{FIRST}.exr"}
    (out / "compositor.json").write_text(json.dumps(told | files))
    chosen = scene.expression_transfer
    chosen.result_folder, chosen.result_of_plate, scene.frame_start = str(made), True, 21
    assert registered.ops.expression_transfer.build_compositor() == {"FINISHED"}
    assert Worker.asked == ("export", "compositor", str(made), "-o", str(out), "--resume")
    assert np.abs(rendered(registered, made, 22) - light(layers[1][1][1])).max() < 1 / 1024


def test_the_active_heads_edits_go_before_the_last_result(registered, tmp_path):
    context, chosen = registered.context, registered.context.scene.expression_transfer
    assert recomposite.made_folder(context) is None
    chosen.result_folder, chosen.result_of_plate = str(tmp_path), True
    assert recomposite.made_folder(context) == tmp_path
    face = registered.data.objects.new("head", None)
    context.scene.collection.objects.link(face)
    context.view_layer.objects.active = face
    face[fitted.SOLVE] = str(tmp_path / "target")
    (tmp_path / "edited").mkdir()
    (tmp_path / "edited" / "wanted.npz").touch()
    assert recomposite.made_folder(context) == tmp_path / "edited"


def test_a_saved_set_up_is_whole(blender, layers, tmp_path):
    """Opened where it was moved to: the composite renders, tracks and the empty are there, on the source's numbers."""
    folder, made, _, _ = layers
    fit, solve = (
        make_fit(first=FIRST, width=WIDTH, height=HEIGHT, principal=(30.0, 20.0), aspect=1.0),
        tmp_path / "solve",
    )
    solve.mkdir()
    first = plate(blender, solve, range(FIRST, FIRST + 12), WIDTH, HEIGHT)
    solve_folder(solve, fit, "sequence", tmp_path / "gone.png")
    places = np.random.default_rng(3).uniform(0, HEIGHT, (12, 478, 2)).astype(np.float32)
    LandmarkTrack(
        points=places, depth=places[..., 0], score=np.ones(12, np.float32), visible=fit.visible, frames=fit.frames,
        times=fit.times, fps=fit.fps, width=WIDTH, height=HEIGHT, focal=None, backend="planted",
    ).save(solve / "landmarks.npz")  # fmt: skip
    files = {"result": f"result.{FIRST}.exr", "mattes": f"mattes.{FIRST}.exr"}
    moved = {"kind": "sequence", "file": str(first), "named": str(first)}
    told = {"count": COUNT, "encoded": False, "solve": str(solve), "footage": moved, "provenance": properties()}
    (folder / "compositor.json").write_text(json.dumps(files | told))
    compositing_job.export_setup(folder / "compositor.json", tmp_path / "elsewhere" / "comp.blend")
    (folder / "comp.blend").write_bytes((tmp_path / "elsewhere" / "comp.blend").read_bytes())
    blender.ops.wm.open_mainfile(filepath=str(folder / "comp.blend"))
    assert np.abs(rendered(blender, folder, FIRST + 1) - made[1][1]).max() < 1 / 1024
    assert {image.filepath for image in blender.data.images} >= {f"//{name}" for name in files.values()}
    assert blender.context.scene["digitalSourceType"] == SOURCE_TYPE
    (clip,) = blender.data.movieclips
    marker = clip.tracking.objects[strings.TRACKS_OBJECT].tracks["nose_tip"].markers.find_frame(2, exact=True)
    assert clip.frame_start == FIRST and marker.co[0] * WIDTH == pytest.approx(places[1, 1, 0], abs=1e-3)
    empty = next(each for each in blender.context.scene.objects if each.type == "EMPTY")
    u, v, _ = world_to_camera_view(blender.context.scene, blender.context.scene.camera, empty.matrix_world.translation)
    assert (u * WIDTH, (1 - v) * HEIGHT) == pytest.approx(fit.project(np.zeros(3), 1), abs=0.05)


def test_files_that_are_gone_are_told(blender, tmp_path):
    with pytest.raises(InputError, match="export them again"):
        compositor.read_setup(tmp_path / "compositor.json")
