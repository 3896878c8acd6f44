"""The carrier's channels: there, of the right kind, and gone again."""

import numpy as np
import pytest
from expression_transfer.core.fit.lids import gaze_weights
from expression_transfer.scene import units


def add_carrier(bpy, name="Carrier"):
    carrier = bpy.data.objects.new(name, None)
    bpy.context.scene.collection.objects.link(carrier)
    units.ensure(carrier)
    return carrier


def set_channels(bpy, carrier, **values):
    for name, value in values.items():
        carrier[name] = value
    carrier.update_tag()
    bpy.context.view_layer.update()


def test_channels_take_sums_beyond_their_sliders(blender):
    carrier = add_carrier(blender)
    for channel in units.CHANNELS:
        limits = carrier.id_properties_ui(channel).as_dict()
        assert (carrier[channel], limits["default"]) == (0.0, 0.0)
        assert limits["min"] < limits["soft_min"] < limits["soft_max"] < limits["max"]
    assert carrier.id_properties_ui("gaze_L_yaw").as_dict()["subtype"] == "ANGLE"
    assert carrier[units.gain("AU12_L")] == 1.0
    assert carrier[units.offset("AU12_L")] == 0.0


def test_values_that_are_there_stay(blender):
    carrier = add_carrier(blender)
    carrier["AU12_L"], carrier[units.gain("AU12_L")] = 0.4, 1.5
    units.ensure(carrier)
    assert (carrier["AU12_L"], carrier["AU12_L_gain"]) == (0.4, 1.5)
    assert len(carrier.animation_data.drivers) == len(units.DERIVED)


def test_lids_follow_the_gaze_as_in_the_fit(blender):
    carrier = add_carrier(blender)
    for gaze in np.random.default_rng(5).uniform(-0.6, 0.6, (12, 2, 2)):
        set_channels(blender, carrier, **dict(zip(units.GAZE, gaze.ravel().tolist(), strict=True)))
        assert [carrier[shape] for shape in units.DERIVED] == pytest.approx(gaze_weights(gaze[None])[0], abs=1e-6)


def test_derived_drivers_need_no_script(blender):
    carrier = add_carrier(blender)
    assert all(curve.driver.is_simple_expression for curve in carrier.animation_data.drivers)


def test_nothing_is_left(blender):
    carrier = blender.data.objects.new("Carrier", None)
    carrier["mine"] = 1
    units.ensure(carrier)
    units.remove(carrier)
    assert list(carrier.keys()) == ["mine"]
    assert len(carrier.animation_data.drivers) == 0


def test_the_carrier_of_any_object_of_a_character(blender):
    rig = blender.data.objects.new("Rig", blender.data.armatures.new("Rig"))
    face = blender.data.objects.new("Face", blender.data.meshes.new("Face"))
    worn = blender.data.objects.new("Worn", blender.data.meshes.new("Worn"))
    face.parent = rig
    worn.modifiers.new("Armature", "ARMATURE").object = rig
    assert units.carrier_of(face) == units.carrier_of(worn) == units.carrier_of(rig) == rig
    alone, eye = (blender.data.objects.new(name, blender.data.meshes.new(name)) for name in ("Alone", "Eye"))
    eye.parent = alone
    units.ensure(alone)
    assert units.carrier_of(eye) == alone
