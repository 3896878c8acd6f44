"""Planted curves come back from evaluated shape keys, at the right seconds."""

from dataclasses import replace

import numpy as np
import pytest
from expression_transfer.core.errors import InputError
from expression_transfer.core.facs.convert import arkit_weights
from expression_transfer.core.facs.tables import ARKIT, UNITS
from expression_transfer.scene import driving, jobs, layers


def add_mesh(bpy, name, key_names, parent=None):
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    added = bpy.data.objects.new(name, mesh)
    added.parent = parent
    bpy.context.scene.collection.objects.link(added)
    for key_name in ("Basis", *key_names) if key_names else ():
        added.shape_key_add(name=key_name, from_mix=False).value = 0.0  # from 5.0 a new key has 1
    return added


def evaluated(bpy, target, key, frame):
    bpy.context.scene.frame_set(int(np.floor(frame)), subframe=float(frame % 1))
    posed = target.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return posed.data.shape_keys.key_blocks[key].value


def drive(bpy, performance, target=None, **options):
    scene = bpy.context.scene
    return jobs.drive(performance, jobs.find_character(scene.objects, target), scene, **options)


@pytest.mark.parametrize(("fps", "base"), [(24, 1.0), (30, 1.001), (25, 1.0), (60, 1.0)])
def test_curves_at_their_seconds(blender, performance, fps, base):
    scene = blender.context.scene
    scene.render.fps, scene.render.fps_base, scene.frame_start = fps, base, 101
    face = add_mesh(blender, "Face", ARKIT)
    report = drive(blender, performance)
    assert report["missing"] == []
    planted = arkit_weights(performance)
    for row in (0, 17, 59):
        frame = 101 + performance.times[row] * fps / base
        for column, name in enumerate(ARKIT):
            assert evaluated(blender, face, name, frame) == pytest.approx(planted[row, column], abs=2e-4), name


def test_strength_scales(blender, performance):
    face = add_mesh(blender, "Face", ARKIT)
    drive(blender, performance, strength=0.25)
    frame = 1 + performance.times[20] * 24
    assert evaluated(blender, face, "jawOpen", frame) == pytest.approx(
        0.25 * arkit_weights(performance)[20, ARKIT.index("jawOpen")], abs=2e-4
    )


def test_curves_beyond_one_are_not_clamped(blender, performance):
    face = add_mesh(blender, "Face", ["jawOpen"])
    drive(blender, replace(performance, units=performance.units * 1.5))
    peak = 1.5 * arkit_weights(performance)[:, ARKIT.index("jawOpen")]
    frame = 1 + performance.times[peak.argmax()] * 24
    assert peak.max() > 1.2
    assert evaluated(blender, face, "jawOpen", frame) == pytest.approx(peak.max(), abs=1e-3)


def test_region_leaves_the_rest_alone(blender, performance):
    face = add_mesh(blender, "Face", ARKIT)
    brow = face.data.shape_keys.key_blocks["browInnerUp"]
    brow.value = 0.5
    brow.keyframe_insert("value", frame=1)
    for still in ("eyeBlinkLeft", "eyeLookDownLeft"):
        face.data.shape_keys.key_blocks[still].value = 0.25
    report = drive(blender, performance, region="lower")
    frame = 1 + performance.times[20] * 24
    planted = arkit_weights(performance)[20]
    assert evaluated(blender, face, "mouthSmileLeft", frame) == pytest.approx(
        planted[ARKIT.index("mouthSmileLeft")], abs=2e-4
    )
    assert evaluated(blender, face, "browInnerUp", frame) == 0.5
    assert evaluated(blender, face, "eyeBlinkLeft", frame) == 0.25
    assert evaluated(blender, face, "eyeLookDownLeft", frame) == 0.25
    assert not {"browInnerUp", "eyeBlinkLeft", "eyeLookDownLeft"} & report["meshes"]["Face"].keys()
    assert report["missing"] == []


@pytest.mark.parametrize("order", [("upper", "lower"), ("lower", "upper")])
def test_upper_face_of_one_and_lower_of_another(blender, performance, order):
    face = add_mesh(blender, "Face", [*ARKIT, "browInnerUp_L", "browInnerUp_R"])
    acted = {"upper": performance, "lower": replace(performance, units=0.3 * performance.units, source="other")}
    for region in order:
        drive(blender, acted[region], region=region)
    weights = {region: arkit_weights(acted[region])[20] for region in order}
    frame = 1 + performance.times[20] * 24
    for column, name in enumerate(ARKIT):
        region = "upper" if name.startswith(("brow", "eye", "cheekSquint")) else "lower"
        expected = 0.0 if name == "browInnerUp" else weights[region][column]  # its sides have keys of their own
        assert evaluated(blender, face, name, frame) == pytest.approx(expected, abs=2e-4), name
    inner = performance.units[20, UNITS.index("AU1_L")]
    assert evaluated(blender, face, "browInnerUp_L", frame) == pytest.approx(inner, abs=2e-4)
    assert sum(action.name.startswith("Expression planted") for action in blender.data.actions) == 1


def test_a_region_without_keys_is_one_line(blender, performance):
    add_mesh(blender, "Face", ["jawOpen"])
    with pytest.raises(InputError, match="none of the character's shape keys belongs to the upper face"):
        drive(blender, performance, region="upper")
    assert len(blender.data.actions) == 0


def test_whole_character_from_any_of_its_meshes(blender, performance):
    rig = blender.data.objects.new("Rig", blender.data.armatures.new("Rig"))
    blender.context.scene.collection.objects.link(rig)
    head = add_mesh(blender, "Head", ["jawOpen", "eyeBlink_L"], rig)
    deformed = add_mesh(blender, "Teeth", ["Face.M_jawOpen"])
    deformed.modifiers.new("Armature", "ARMATURE").object = rig
    other = add_mesh(blender, "Other", ["jawOpen"])
    report = drive(blender, performance, head)
    assert report["meshes"] == {
        "Head": {"jawOpen": {"AU26": 1.0}, "eyeBlink_L": {"AU45_L": 1.0}},
        "Teeth": {"Face.M_jawOpen": {"AU26": 1.0}},
    }
    assert other.data.shape_keys.animation_data is None
    assert report["carrier"] == "Rig"
    assert set(report["missing"]) == set(UNITS) - {"AU26", "AU45_L"}


def test_keys_that_were_keyed_by_hand_come_back(blender, performance):
    face = add_mesh(blender, "Face", ["jawOpen"])
    face.data.shape_keys.key_blocks["jawOpen"].value = 0.5
    face.data.shape_keys.key_blocks["jawOpen"].keyframe_insert("value", frame=3)
    artists = face.data.shape_keys.animation_data.action
    drive(blender, performance)
    drive(blender, performance)
    assert face.data.shape_keys.animation_data.action == artists
    assert len(face.data.shape_keys.animation_data.drivers) == 1
    planted = arkit_weights(performance)[20, ARKIT.index("jawOpen")]
    assert evaluated(blender, face, "jawOpen", 1 + performance.times[20] * 24) == pytest.approx(planted, abs=2e-4)
    driving.disconnect(face)
    assert evaluated(blender, face, "jawOpen", 20) == 0.5


def test_another_character_with_our_action_keeps_it(blender, performance):
    face, twin = (add_mesh(blender, name, ["jawOpen"]) for name in ("Face", "Twin"))
    for each in (face, twin):
        drive(blender, performance, each)
    shared, own = layers.takes(face)[0].action, layers.takes(twin)[0]
    own.action = shared
    if hasattr(shared, "slots"):
        own.action_slot = shared.slots[0]
    drive(blender, replace(performance, units=0 * performance.units), face)
    planted = arkit_weights(performance)[20, ARKIT.index("jawOpen")]
    frame = 1 + performance.times[20] * 24
    assert evaluated(blender, face, "jawOpen", frame) == 0
    assert evaluated(blender, twin, "jawOpen", frame) == pytest.approx(planted, abs=2e-4)


def test_driver_is_left_alone_and_named(blender, performance):
    face = add_mesh(blender, "Face", ["jawOpen", "eyeBlink_L"])
    face.data.shape_keys.key_blocks["jawOpen"].driver_add("value")
    report = drive(blender, performance)
    assert report["left_to_drivers"] == {"Face": ["jawOpen"]}
    assert "jawOpen" not in report["meshes"]["Face"]


@pytest.mark.parametrize(
    ("key_names", "words"), [(["Key 1"], "none of its shape keys"), ([], "no mesh with shape keys")]
)
def test_no_expression_keys_is_one_line(blender, performance, key_names, words):
    add_mesh(blender, "Face", key_names)
    with pytest.raises(InputError, match=words) as error:
        drive(blender, performance)
    assert "\n" not in str(error.value)


def test_two_characters_ask_which(blender, performance):
    for name in ("Ann", "Bob"):
        rig = blender.data.objects.new(name, blender.data.armatures.new(name))
        blender.context.scene.collection.objects.link(rig)
        add_mesh(blender, f"{name} head", ["jawOpen"], rig)
    with pytest.raises(InputError, match="Ann, Bob"):
        drive(blender, performance)
    assert list(drive(blender, performance, blender.data.objects["Bob"])["meshes"]) == ["Bob head"]


def test_a_clip_at_another_rate_and_a_later_start(blender, performance):
    scene = blender.context.scene
    scene.render.fps = 60
    face = add_mesh(blender, "Face", ["jawOpen"])
    report = drive(blender, performance, start=201.5)
    assert report["frames"] == [201.5, 201.5 + 59 * 2]
    planted = arkit_weights(performance)[30, ARKIT.index("jawOpen")]
    assert evaluated(blender, face, "jawOpen", 201.5 + 60) == pytest.approx(planted, abs=2e-4)
