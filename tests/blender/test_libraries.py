"""A rig linked into a shot: connected in its own file it acts here, also after the shot is opened again."""

import pytest
from expression_transfer.core.errors import InputError
from expression_transfer.scene import driving, jobs, layers, rig_files, units


@pytest.fixture
def library(blender, tmp_path):
    """Saves a file with a rig, connected or not, and begins a shot in which it is overridden; its face there."""

    def linked(connected):
        rig = blender.data.objects.new("Rig", blender.data.armatures.new("Rig"))
        mesh = blender.data.meshes.new("Face")
        mesh.from_pydata([(0, 0, 0)], [], [])
        face = blender.data.objects.new("Face", mesh)
        face.parent = rig
        collection = blender.data.collections.new("Ann")
        blender.context.scene.collection.children.link(collection)
        for each in (rig, face):
            collection.objects.link(each)
        for name in ("Basis", "jawOpen"):
            block = face.shape_key_add(name=name)
            block.value, block.data[0].co.z = 0.0, float(name != "Basis")
        if connected:
            character = jobs.find_character(blender.context.scene.objects)
            driving.connect(character.carrier, character.map)
        rig_files.save_blend(tmp_path / "ann.blend")
        rig_files.new_scene()
        with blender.data.libraries.load(str(tmp_path / "ann.blend"), link=True) as (_, wanted):
            wanted.collections = ["Ann"]
        blender.context.scene.collection.children.link(wanted.collections[0])
        return wanted.collections[0]

    return linked


def override(bpy, collection):
    bpy.context.scene.collection.children.unlink(collection)
    collection.override_hierarchy_create(bpy.context.scene, bpy.context.view_layer, do_fully_editable=True)
    return next(each for each in bpy.context.scene.objects if each.type == "MESH")


def shown(bpy, frame):
    bpy.context.scene.frame_set(frame)
    face = next(each for each in bpy.data.objects if each.type == "MESH" and each.override_library)
    return face.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.shape_keys.key_blocks["jawOpen"].value


def test_connected_in_its_own_file(blender, library, performance, tmp_path):
    face = override(blender, library(connected=True))
    jobs.drive(performance, jobs.find_character(blender.context.scene.objects, face), blender.context.scene)
    before = [shown(blender, frame) for frame in (5, 20, 33)]
    assert max(before) > 0.1
    rig_files.save_blend(tmp_path / "shot.blend")
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))
    assert [shown(blender, frame) for frame in (5, 20, 33)] == pytest.approx(before)
    rig = next(each for each in blender.data.objects if each.type == "ARMATURE" and each.override_library)
    assert len(layers.takes(rig)) == 1


def test_what_would_be_lost_is_refused(blender, library, performance):
    collection = library(connected=False)
    for make, words in (
        (lambda: None, "Rig: is linked"),
        (lambda: override(blender, collection), "overrides a rig of"),
    ):
        make()
        with pytest.raises(InputError, match=words):
            jobs.drive(performance, jobs.find_character(blender.context.scene.objects), blender.context.scene)
    assert not any(units.is_carrier(each) for each in blender.context.scene.objects)
    assert len(blender.data.actions) == 0
