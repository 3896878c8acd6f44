"""What the engine is handed of a character: planted shapes, poses and colours come out, the file stays as it was."""

import json
from pathlib import Path

import expression_transfer
import numpy as np
import pytest
from expression_transfer.core.errors import InputError
from expression_transfer.core.process import Ended
from expression_transfer.core.rigs.mapping import RigMap, Row
from expression_transfer.core.rigs.scan import Scan
from expression_transfer.scene import compat, rig_files, rig_geometry

CUBE = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=float)
SIDES = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]


def add_cube(bpy, name, keys=(), size=1.0, place=(0, 0, 0)):
    """A cube whose keys move its corners by (0, 0, 0.1), (0, 0, 0.2), …"""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata((size * CUBE).tolist(), [], SIDES)
    cube = bpy.data.objects.new(name, mesh)
    cube.location = place
    bpy.context.scene.collection.objects.link(cube)
    for number, key in enumerate(("Basis", *keys) if keys else ()):
        block = cube.shape_key_add(name=key, from_mix=False)
        for vertex in block.data:
            vertex.co.z += 0.1 * number
    return cube


def add_armature(bpy, turn):
    """With one bone along X, turned about its own axis."""
    armature = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    bone = armature.data.edit_bones.new("head")
    bone.head, bone.tail = (0, 0, 0), (1, 0, 0)
    bpy.ops.object.mode_set(mode="OBJECT")
    posed = armature.pose.bones["head"]
    posed.rotation_mode, posed.rotation_euler = "XYZ", (0, turn, 0)
    return armature


def scan(bpy, target) -> Scan:
    bpy.context.view_layer.update()
    return rig_geometry.scan_character(target, bpy.context.scene)


def volume(found):
    """Above 0 where the triangles face outwards."""
    a, b, c = np.moveaxis(found.vertices[found.triangles].astype(float), 1, 0)
    return np.einsum("fi,fi->", a, np.cross(b, c)) / 6


def test_keys_move_as_the_rig_is_posed(blender):
    cube, armature = add_cube(blender, "Face", ["up", "higher"]), add_armature(blender, np.pi / 2)
    cube.parent = armature
    armature.scale, armature.location = (2, 2, 2), (0, 0, 5)
    cube.vertex_groups.new(name="head").add(range(8), 1.0, "REPLACE")
    cube.modifiers.new("Armature", "ARMATURE").object = armature
    found = scan(blender, cube)
    assert found.name == "Rig"
    assert found.places == (("Face", "up"), ("Face", "higher"))
    for key, length in ((0, 0.2), (1, 0.4)):
        moved, offset = found.displacement(key)
        assert len(moved) == 8
        assert np.allclose(np.abs(offset), [0, length, 0], atol=1e-5), "turned about X, scaled by 2"
    assert np.allclose(found.vertices.mean(axis=0), [0, 0, 5], atol=1e-5)
    assert volume(found) == pytest.approx(64, rel=1e-4)


def test_the_file_stays_as_it_was(blender):
    cube = add_cube(blender, "Face", ["up", "higher"])
    blocks = cube.data.shape_keys.key_blocks
    blocks["up"].value, blocks["up"].slider_max, blocks["higher"].mute = 0.25, 0.5, True
    cube["push"] = 0.75
    driver = blocks["higher"].driver_add("value").driver
    variable = driver.variables.new()
    variable.targets[0].id, variable.targets[0].data_path = cube, '["push"]'
    driver.expression = variable.name
    kinds = ("objects", "meshes", "scenes", "shape_keys", "images", "materials", "actions")
    before = [len(getattr(blender.data, kind)) for kind in kinds]
    found = scan(blender, cube)
    assert [len(found.displacement(key)[0]) for key in (0, 1)] == [8, 8]
    assert np.allclose(found.displacement(1)[1], [0, 0, 0.2], atol=1e-6), "muted, driven and all"
    assert np.allclose(found.vertices, CUBE, atol=1e-6), "at rest"
    assert [len(getattr(blender.data, kind)) for kind in kinds] == before
    assert (blocks["up"].value, blocks["up"].slider_max, blocks["higher"].mute) == (0.25, 0.5, True)
    assert cube.data.shape_keys.animation_data.drivers[0].driver.expression == variable.name


def test_a_mirrored_object_shows_its_outside(blender):
    cube = add_cube(blender, "Face", ["up"])
    cube.scale = (-1, 1, 3)
    assert volume(scan(blender, cube)) == pytest.approx(24, rel=1e-4)


def test_modifiers_count(blender):
    cube = add_cube(blender, "Face", ["up"])
    cube.modifiers.new("Smooth", "SUBSURF").levels = 1
    cube.modifiers.new("Fewer", "DECIMATE").ratio = 0.2
    found = scan(blender, cube)
    assert len(found.vertices) == 26
    moved, offset = found.displacement(0)
    assert np.allclose(offset, [0, 0, 0.1], atol=1e-5)
    assert len(moved) == 26


def test_a_modifier_that_makes_other_vertices_is_named(blender):
    cube = add_cube(blender, "Face", ["up"])
    cube.shape_key_add(name="through", from_mix=False)
    for vertex in cube.data.shape_keys.key_blocks["through"].data:
        vertex.co.x -= 1.0
    mirror = cube.modifiers.new("Mirror", "MIRROR")
    mirror.use_clip, mirror.use_mirror_merge, mirror.merge_threshold = True, True, 0.01
    with pytest.raises(InputError, match="other vertices when 'through' moves"):
        scan(blender, cube)


def test_several_meshes_are_one_face(blender):
    head = add_cube(blender, "Head", ["jawOpen"])
    teeth = add_cube(blender, "Teeth", ["jawOpen"], size=0.2)
    eye = add_cube(blender, "Eye", size=0.2, place=(0.5, -0.8, 0.5))
    hair = add_cube(blender, "Hair", size=1.2)
    hidden = add_cube(blender, "Old", ["jawOpen"])
    hidden.hide_set(True)
    armature = add_armature(blender, 0.0)
    for each in (head, teeth, eye, hair, hidden):
        each.parent = armature
    add_cube(blender, "Somebody", ["jawOpen"])
    found = scan(blender, teeth)
    assert set(found.meshes) == {"Head", "Teeth", "Eye"}
    assert set(found.places) == {("Head", "jawOpen"), ("Teeth", "jawOpen")}
    assert len(found.triangles) == 3 * 12


def painted(bpy, cube, name, pixels):
    """A material with a texture of 2×2 pixels (4×4 of RGBA), and UVs whose place is the corners'."""
    image = bpy.data.images.new(name, 2, 2, alpha=True)
    image.pixels = np.asarray(pixels, dtype=float).ravel().tolist()
    material = bpy.data.materials.new(name)
    surface = compat.principled(material)
    picture = material.node_tree.nodes.new("ShaderNodeTexImage")
    picture.image = image
    material.node_tree.links.new(picture.outputs["Color"], surface.inputs["Base Color"])
    material.node_tree.links.new(picture.outputs["Alpha"], surface.inputs["Alpha"])
    cube.data.materials.append(material)
    corners = cube.data.uv_layers.new().data
    for loop, corner in zip(cube.data.loops, corners, strict=True):
        corner.uv = 0.5 + 0.4 * CUBE[loop.vertex_index][:2]


def test_colours_and_what_is_see_through(blender):
    """The lower left pixel is red, the upper right one blue, and the right half can be seen through."""
    cube = add_cube(blender, "Face", ["up"])
    painted(blender, cube, "Skin", [(1, 0, 0, 1), (0, 1, 0, 0), (1, 1, 1, 1), (0, 0, 1, 0)])
    found = scan(blender, cube)
    assert found.textured
    assert found.textures[0][-1, 0].tolist() == [255, 0, 0]
    assert found.textures[0][0, -1].tolist() == [0, 0, 255]
    assert 0 < len(found.triangles) < 12
    assert found.vertices[found.triangles][..., 0].mean() < 0, "of the left side"


def test_plain_colours_and_no_material(blender):
    cube = add_cube(blender, "Face", ["up"])
    assert not scan(blender, cube).textured
    material = blender.data.materials.new("Green")
    compat.principled(material).inputs["Base Color"].default_value = (0, 0.2140, 0, 1)
    cube.data.materials.append(material)
    assert scan(blender, cube).textures[0, 0, 0].tolist() == [0, 127, 0], "as sRGB"


def test_no_shape_keys_is_told(blender):
    with pytest.raises(InputError, match="Face: its character has no mesh with relative shape keys"):
        scan(blender, add_cube(blender, "Face"))


def test_a_file_with_several_characters_is_told(blender, tmp_path):
    for name in ("Anna", "Bert"):
        add_cube(blender, name, ["up"])
    rig_files.save_blend(tmp_path / "two.blend")
    with pytest.raises(InputError, match=r"two.blend: has several characters \(Anna, Bert\)"):
        rig_geometry.scan_file(tmp_path / "two.blend")
    with pytest.raises(InputError, match=r"has no object 'Carl'; it has Anna, Bert"):
        rig_geometry.scan_file(tmp_path / "two.blend", "Carl")
    assert rig_geometry.scan_file(tmp_path / "two.blend", "Bert").meshes == ("Bert",)


class Mapper:
    """A worker that maps the first key of what it is handed."""

    cancelled, logged, stderr = False, (), ""

    def __init__(self, argv, environment):
        del environment
        self.argv = argv

    def wait(self):
        assert [self.argv[0], self.argv[2]] == ["map", "-o"]
        found = Scan.load(Path(self.argv[1]))
        made = RigMap((Row(*found.places[0], {"AU26": 1.0}, source="geometry"),), "measured", {"AU26": 0.5})
        Path(self.argv[3]).write_text(json.dumps(made.to_json() | {"report": {}}))
        return Ended(0, "")


def test_the_button_fills_the_table(blender, monkeypatch):
    expression_transfer.register()
    from expression_transfer.operators import working  # noqa: PLC0415  needs bpy
    from expression_transfer.scene import mapping, units  # noqa: PLC0415

    monkeypatch.setattr(working, "WorkerProcess", Mapper)
    try:
        cube = add_cube(blender, "Face", ["up"])
        assert not blender.ops.expression_transfer.map_rig.poll()
        blender.context.scene.expression_transfer.rig = cube
        assert blender.ops.expression_transfer.map_rig() == {"FINISHED"}
        made = mapping.rig_map(units.carrier_of(cube))
        assert made.row("Face", "up").weights == {"AU26": 1.0}
        assert made.quality == {"AU26": pytest.approx(0.5)}
    finally:
        expression_transfer.unregister()
