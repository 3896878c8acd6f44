"""The table on a rig: what it makes of keys' values is the oracle, as Blender's drivers evaluate them."""

import json

import expression_transfer
import numpy as np
import pytest
from expression_transfer.core.errors import InputError
from expression_transfer.core.facs.tables import ARKIT
from expression_transfer.core.rigs.mapping import RigMap, Row
from expression_transfer.operators import mapping as mapping_operators
from expression_transfer.scene import driving, map_mirror, map_presets, mapping, rig_files, settings, units

HEAD, TEETH = "Head", "Teeth"


@pytest.fixture
def bpy(blender, tmp_path, monkeypatch):
    monkeypatch.setenv("EXPRESSION_TRANSFER_DATA", str(tmp_path / "data"))
    expression_transfer.register()
    yield blender
    expression_transfer.unregister()


@pytest.fixture
def carrier(bpy):
    """An armature with a head and teeth, chosen as the rig and connected."""
    armature = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(armature)
    add_mesh(bpy, armature, HEAD, {
        "jawOpen": push([0, 0, -1], [0, -0.5, 0]), "mouthSmileLeft": push([0.5, 0, -0.5], [0.1, 0.3, 0]),
        "mouthSmileRight": push([-0.5, 0, -0.5], [-0.1, 0.3, 0]), "Key 1": push([0.5, 0, 0.8], [0, 0, 0.2]),
        "Key 2": push([-0.5, 0, 0.8], [0, 0, 0.2]),
    })  # fmt: skip
    add_mesh(bpy, armature, TEETH, {"jawOpen": push([0, 0, -1], [0, -0.5, 0])})
    settings.of_scene(bpy.context.scene).rig = bpy.data.objects[HEAD]
    mapping.fill_by_names(armature)
    driving.connect(armature, mapping.acting(armature))
    return armature


PLACES = np.stack(np.meshgrid(*[np.linspace(-1, 1, 9)] * 3), axis=-1).reshape(-1, 3)


def push(centre, way):
    """Displacements (V×3) of a soft push."""
    return np.exp(-8 * np.sum((PLACES - centre) ** 2, axis=1))[:, None] * way


def add_mesh(bpy, armature, name, keys):
    data = bpy.data.meshes.new(name)
    data.from_pydata(PLACES.tolist(), [], [])
    mesh = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(mesh)
    mesh.parent = armature
    mesh.shape_key_add(name="Basis")
    for key, moved in keys.items():
        mesh.shape_key_add(name=key).data.foreach_set("co", (PLACES + moved).ravel())


def value(carrier, key, mesh=HEAD, **channels):
    """A key's value where the carrier's channels have these, and no others."""
    for channel in units.CHANNELS:
        carrier[channel] = channels.get(channel, 0.0)
    carrier.update_tag()
    mapping.bpy.context.view_layer.update()
    return pytest.approx(mapping.shape_keys_of(mesh).key_blocks[key].value, abs=1e-6)


def row_of(carrier, key, mesh=HEAD):
    return next(row for row in mapping.rows_of(carrier) if (row.mesh, row.key) == (mesh, key))


def test_map_by_names_acts_on_every_mesh(carrier):
    assert value(carrier, "jawOpen", AU26=0.6) == 0.6
    assert value(carrier, "jawOpen", TEETH, AU26=0.6) == 0.6
    assert {row.key for row in mapping.rig_map(carrier).rows} == {"jawOpen", "mouthSmileLeft", "mouthSmileRight"}


def test_edits_act_at_once(carrier):
    row = row_of(carrier, "jawOpen")
    row.gain = 2.0
    assert value(carrier, "jawOpen", AU26=0.3) == 0.6
    row.high = 0.5
    assert value(carrier, "jawOpen", AU26=0.3) == 0.5
    row.weights[0].weight = 0.5
    assert value(carrier, "jawOpen", AU26=0.3) == 0.3
    row.weights[0].channel = "AU18"
    assert value(carrier, "jawOpen", AU26=0.3, AU18=0.2) == 0.2
    mapping.add_weight(row)
    assert value(carrier, "jawOpen", AU18=0.1, AU1_L=0.1) == 0.3
    mapping.remove_weight(row, 1)
    assert value(carrier, "jawOpen", AU18=0.1, AU1_L=0.1) == 0.1


def test_another_key_is_taken_and_the_former_rests(carrier):
    row = row_of(carrier, "jawOpen")
    assert value(carrier, "jawOpen", AU26=0.5) == 0.5
    row.key = "Key 1"
    assert (value(carrier, "Key 1", AU26=0.5), value(carrier, "jawOpen", AU26=0.5)) == (0.5, 0.0)
    assert value(carrier, "jawOpen", TEETH, AU26=0.5) == 0.5


def test_what_was_not_connected_stays_the_artists(carrier):
    driving.disconnect(carrier)
    driving.connect(carrier, RigMap(tuple(row for row in mapping.acting(carrier).rows if row.key == "jawOpen")))
    mapping.shape_keys_of(HEAD).key_blocks["mouthSmileLeft"].value = 0.25
    row_of(carrier, "jawOpen").mute = True
    assert (value(carrier, "jawOpen", AU26=0.5), value(carrier, "mouthSmileLeft", AU12_L=1.0)) == (0.0, 0.25)


def test_limits_push_each_other(carrier):
    row = row_of(carrier, "jawOpen")
    row.low, row.high = 0.8, 0.4
    assert (row.low, row.high) == (pytest.approx(0.4), pytest.approx(0.4))
    row.low = 0.6
    assert row.high == pytest.approx(0.6)


def test_solo_and_mute(carrier):
    both = {"AU26": 0.5, "AU12_L": 0.5}
    row_of(carrier, "jawOpen").solo = True
    assert (value(carrier, "jawOpen", **both), value(carrier, "mouthSmileLeft", **both)) == (0.5, 0.0)
    row_of(carrier, "mouthSmileLeft").solo = True
    assert value(carrier, "mouthSmileLeft", **both) == 0.5
    row_of(carrier, "jawOpen").solo = row_of(carrier, "mouthSmileLeft").solo = False
    row_of(carrier, "jawOpen").mute = True
    assert (value(carrier, "jawOpen", **both), value(carrier, "mouthSmileLeft", **both)) == (0.0, 0.5)


def test_rows_come_and_go(carrier):
    row = mapping.add_row(carrier)
    assert (row.mesh, row.key, mapping.marked_row(carrier)) == (HEAD, "Key 1", row)
    row.weights[0].channel = "AU2_L"
    assert value(carrier, "Key 1", AU2_L=0.7) == 0.7
    mapping.remove_row(carrier)
    assert value(carrier, "Key 1", AU2_L=0.7) == 0.0
    assert "Key 1" not in {row.key for row in mapping.rows_of(carrier)}


def test_nothing_is_connected_that_was_not(carrier):
    driving.disconnect(carrier)
    row_of(carrier, "jawOpen").gain = 2.0
    assert not driving.is_connected(carrier)


def test_mirror_by_names_and_by_what_keys_move(carrier):
    row_of(carrier, "mouthSmileLeft").gain = 1.5
    row = mapping.add_row(carrier)
    row.weights[0].channel = "AU2_L"
    assert map_mirror.mirror(carrier, "L") == ()
    assert row_of(carrier, "mouthSmileRight").gain == 1.5
    assert value(carrier, "Key 2", AU2_R=0.5) == 0.5
    assert value(carrier, "jawOpen", AU26=0.5) == 0.5


def test_mirror_names_keys_without_a_partner(bpy, carrier):
    carrier.children[0].shape_key_remove(mapping.shape_keys_of(HEAD).key_blocks["mouthSmileRight"])
    assert map_mirror.mirror(carrier, "L") == (f"{HEAD}: mouthSmileLeft",)


def test_preset_on_a_rig_that_lacks_keys_and_names_its_mesh_otherwise(bpy, carrier, tmp_path):
    row_of(carrier, "jawOpen").gain = 1.25
    map_presets.save(carrier, tmp_path / "preset.json")
    mapping.rows_of(carrier).clear()
    carrier.children[0].shape_key_remove(mapping.shape_keys_of(HEAD).key_blocks["mouthSmileRight"])
    bpy.data.objects[TEETH].name = "Denti"
    assert map_presets.load(carrier, tmp_path / "preset.json") == (f"{HEAD}: mouthSmileRight",)
    assert row_of(carrier, "jawOpen").gain == 1.25
    assert row_of(carrier, "jawOpen", "Denti").gain == 1.0
    assert value(carrier, "jawOpen", "Denti", AU26=0.5) == 0.5


def test_a_preset_of_another_rig_and_a_damaged_one_change_nothing(carrier, tmp_path):
    RigMap((Row("Dog", "wag", {"AU12_L": 1.0}),)).save(tmp_path / "dog.json")
    (tmp_path / "broken.json").write_text("{")
    before = mapping.rig_map(carrier)
    for name in ("dog.json", "broken.json", "absent.json"):
        with pytest.raises(InputError, match=name):
            map_presets.load(carrier, tmp_path / name)
    assert mapping.rig_map(carrier) == before


def test_store_releases_what_is_gone_and_keeps_solo_and_quality(carrier):
    row_of(carrier, "jawOpen").solo = True
    rest = tuple(row for row in mapping.rig_map(carrier).rows if row.key != "mouthSmileLeft")
    wanted = RigMap(rest, "Rig", {"AU26": 0.75, "AU12_R": 0.5})
    mapping.store(carrier, wanted)
    assert mapping.rig_map(carrier) == wanted
    assert row_of(carrier, "jawOpen").solo
    assert value(carrier, "mouthSmileLeft", AU12_L=1.0) == 0.0


def test_an_artists_driver_is_left_alone(carrier):
    shape_keys = mapping.shape_keys_of(HEAD)
    curve = shape_keys.driver_add('key_blocks["Key 1"].value')
    curve.driver.expression = "0.125"
    mapping.store(carrier, RigMap((Row(HEAD, "Key 1", {"AU26": 1.0}),)))
    assert value(carrier, "Key 1", AU26=1.0) == 0.125
    mapping.store(carrier, RigMap())
    assert value(carrier, "Key 1", AU26=1.0) == 0.125


def test_table_survives_saving(bpy, carrier, tmp_path):
    row_of(carrier, "jawOpen").gain = 1.75
    before = mapping.rig_map(carrier)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "rig.blend"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "rig.blend"))
    assert mapping.rig_map(bpy.data.objects["Rig"]) == before


def overridden(bpy, tmp_path):
    """The rig as an override of the file it was saved in; its carrier."""
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "library.blend"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "library.blend"), link=True) as (_, wanted):
        wanted.objects = ["Rig", HEAD, TEETH]
    for each in wanted.objects:
        bpy.context.scene.collection.objects.link(each)
    return bpy.data.objects["Rig"].override_hierarchy_create(bpy.context.scene, bpy.context.view_layer)


def test_an_override_of_a_linked_rig_keeps_its_own_table(bpy, carrier, tmp_path):
    mapping.store(carrier, RigMap())
    carrier = overridden(bpy, tmp_path)
    mapping.fill_by_names(carrier)
    row_of(carrier, "jawOpen").gain = 1.5
    before = mapping.rig_map(carrier)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))
    assert mapping.rig_map(bpy.data.objects["Rig"]) == before
    assert len(before.rows) == 4


def test_a_librarys_rows_can_be_edited_but_not_added_to(bpy, carrier, tmp_path):
    carrier = overridden(bpy, tmp_path)
    row_of(carrier, "jawOpen").mute = True
    before = mapping.rig_map(carrier)
    for act in (mapping.fill_by_names, mapping.add_row, mapping.remove_row):
        with pytest.raises(InputError, match="its map is linked"):
            act(carrier)
    assert mapping.rig_map(carrier) == before


def test_operators(bpy, carrier, tmp_path):
    ops = bpy.ops.expression_transfer
    assert ops.map_names() == {"FINISHED"}
    assert ops.map_add() == {"FINISHED"}
    assert ops.map_add_weight() == {"FINISHED"}
    assert ops.map_remove_weight(index=1) == {"FINISHED"}
    assert ops.map_remove() == {"FINISHED"}
    assert ops.map_mirror(side="R") == {"FINISHED"}
    assert ops.map_save(filepath=str(tmp_path / "a map")) == {"FINISHED"}
    assert json.loads((tmp_path / "a map.json").read_text())["rows"][0]["key"] == "jawOpen"
    assert ops.map_load(filepath=str(tmp_path / "a map.json")) == {"FINISHED"}
    with pytest.raises(RuntimeError, match="no such file"):
        ops.map_load(filepath=str(tmp_path / "absent.json"))
    settings.of_scene(bpy.context.scene).rig = None
    assert not ops.map_names.poll()


def test_map_by_names_says_what_it_left_alone(bpy, carrier):
    add_mesh(bpy, carrier, "Tongue", {name: push([0, 0, 0], [0, 0, 0.1]) for name in ("Smile.L", "wobble", "b", "c")})
    _, said = mapping_operators.MapNames.act(None, carrier)
    assert mapping.rig_map(carrier).row("Tongue", "Smile.L").weights == {"AU12_L": 1.0}
    assert said.endswith("; left alone, as their names say nothing: Key 1, Key 2, wobble, b and 1 more")


def test_an_object_without_keys_is_named(bpy, carrier):
    bare = bpy.data.objects.new("Bare", bpy.data.meshes.new("Bare"))
    bpy.context.scene.collection.objects.link(bare)
    settings.of_scene(bpy.context.scene).rig = bare
    with pytest.raises(RuntimeError, match="Bare: has no mesh with shape keys"):
        bpy.ops.expression_transfer.map_names()


def test_presets_of_the_user_are_listed(carrier):
    assert map_presets.presets() == {}
    map_presets.save(carrier, map_presets.preset_folder() / "mine.json")
    assert map_presets.presets() == {"mine": map_presets.preset_folder() / "mine.json"}


def test_a_real_rig(bpy, shared):
    rig_files.open_rig(shared / "rigs" / "brunette-t.glb")
    carrier = units.carrier_of(bpy.data.objects["Wolf3D_Head"])
    mapping.fill_by_names(carrier)
    driving.connect(carrier, mapping.acting(carrier))
    rows = {
        mesh: {row.key for row in mapping.rig_map(carrier).rows if row.mesh == mesh} for mesh in mapping.places(carrier)
    }
    assert rows["Wolf3D_Head"] == set(ARKIT) - {"tongueOut"}
    assert "tongueOut" in rows["Wolf3D_Teeth"]
    assert "mouthSmileLeft" not in rows["Wolf3D_Teeth"] | rows["EyeLeft"]
    assert value(carrier, "mouthSmileLeft", "Wolf3D_Head", AU12_L=0.4) == 0.4
    assert value(carrier, "browInnerUp", "Wolf3D_Head", AU1_L=0.4, AU1_R=0.8) == 0.6
