"""Takes, corrections and their sum: as Blender's own depsgraph evaluates them."""

from dataclasses import replace

import numpy as np
import pytest
from expression_transfer.core.errors import InputError
from expression_transfer.core.facs.channels import curves_of
from expression_transfer.core.facs.tables import UNITS
from expression_transfer.scene import compat, keys, layers, nla, units

FRAMES = np.arange(60) * 24 / 30 + 1
SEEN = ("AU12_L", "AU26", "gaze_R_yaw", "head_pitch")


@pytest.fixture
def carrier(blender):
    added = blender.data.objects.new("Carrier", None)
    blender.context.scene.collection.objects.link(added)
    return added


def stepped(bpy, carrier, frames, names=SEEN):
    """What Blender itself evaluates, frame by frame: T×names."""
    values = []
    for frame in frames:
        bpy.context.scene.frame_set(int(np.floor(frame)), subframe=float(frame % 1))
        posed = carrier.evaluated_get(bpy.context.evaluated_depsgraph_get())
        values.append([posed[name] for name in names])
    return np.array(values)


def summed(carrier, frames, names=SEEN):
    return np.stack(list(layers.evaluated(carrier, frames, names).values()), axis=1)


def assert_as_blender(bpy, carrier, frames=None):
    frames = np.concatenate([np.linspace(-20, 90, 45), FRAMES[:5]]) if frames is None else frames
    np.testing.assert_allclose(summed(carrier, frames), stepped(bpy, carrier, frames), atol=2e-5)


def correct(carrier, channel, frames, values):
    keys.write_curve(layers.corrections(carrier), units.path(channel), 0, np.array(frames, float), np.array(values))


def test_the_solve_is_the_bottom_and_corrections_are_added(blender, carrier, performance):
    layers.put_solve(carrier, performance, FRAMES, "Take")
    correct(carrier, "AU12_L", [10, 20, 30], [0.0, 0.4, 0.0])
    animation = carrier.animation_data
    assert [strip.name for strip in animation.nla_tracks[0].strips] == ["Take"]
    assert (animation.nla_tracks[0].strips[0].blend_type, animation.action_blend_type) == ("REPLACE", "ADD")
    planted = performance.units[:, UNITS.index("AU12_L")]
    seen = stepped(blender, carrier, FRAMES, ["AU12_L"])[:, 0]
    np.testing.assert_allclose(seen, planted + np.interp(FRAMES, [10, 20, 30], [0, 0.4, 0]), atol=2e-5)
    assert_as_blender(blender, carrier)


def test_solving_again_replaces_the_strip_and_keeps_corrections_and_place(blender, carrier, performance):
    strip = layers.put_solve(carrier, performance, FRAMES, "Take")
    correct(carrier, "AU26", [1, 50], [0.2, 0.2])
    nla.set_range(strip, 1.0, FRAMES[-1], 7.0)
    again = replace(performance, units=0.5 * performance.units)
    layers.put_solve(carrier, again, FRAMES, "Take")
    assert len(layers.takes(carrier)) == 1
    assert len(blender.data.actions) == 2
    jaw = 0.5 * performance.units[20, UNITS.index("AU26")] + 0.2
    assert stepped(blender, carrier, FRAMES[20:21] + 7.0, ["AU26"])[0, 0] == pytest.approx(jaw, abs=2e-5)
    assert_as_blender(blender, carrier)


@pytest.mark.parametrize(
    "change",
    [
        {"mute": True}, {"scale": 2.0}, {"repeat": 2.0}, {"repeat": 1.5}, {"use_reverse": True}, {"blend_in": 12.0},
        {"blend_out": 9.5}, {"extrapolation": "NOTHING"}, {"extrapolation": "HOLD_FORWARD"}, {"blend_type": "ADD"},
        {"blend_type": "SUBTRACT"}, {"blend_type": "MULTIPLY"}, {"blend_type": "COMBINE"},
    ],
    ids=str,
)  # fmt: skip
def test_what_an_artist_does_to_the_strip_is_honoured(blender, carrier, performance, change):
    strip = layers.put_solve(carrier, performance, FRAMES, "Take")
    correct(carrier, "gaze_R_yaw", [5, 40], [0.1, -0.1])
    for name, value in change.items():
        setattr(strip, name, value)
    assert_as_blender(blender, carrier)


def test_animated_influence_and_a_weaker_correction(blender, carrier, performance):
    strip = layers.put_solve(carrier, performance, FRAMES, "Take")
    correct(carrier, "AU12_L", [5, 40], [0.3, -0.3])
    strip.use_animated_influence = True
    strip.influence = 0.25
    strip.keyframe_insert("influence", frame=1)
    strip.influence = 1.0
    strip.keyframe_insert("influence", frame=40)
    carrier.animation_data.action_influence = 0.5
    assert_as_blender(blender, carrier)


@pytest.mark.parametrize("change", ["mute", "is_solo"])
def test_muted_and_solo_tracks(blender, carrier, performance, change):
    layers.put_solve(carrier, performance, FRAMES, "Take")
    correct(carrier, "AU12_L", [5, 40], [0.3, -0.3])
    setattr(carrier.animation_data.nla_tracks[0], change, True)
    assert_as_blender(blender, carrier)


def test_a_later_take_stands_beside_and_an_alternative_mutes(blender, carrier, performance):
    layers.put_solve(carrier, performance, FRAMES, "One")
    layers.put_solve(carrier, replace(performance, units=0.3 * performance.units), FRAMES + 60, "Two")
    assert [len(track.strips) for track in carrier.animation_data.nla_tracks] == [2]
    assert_as_blender(blender, carrier, np.linspace(-5, 130, 40))
    other = layers.put_solve(carrier, replace(performance, units=0.6 * performance.units), FRAMES, "Other")
    assert {strip.name: strip.mute for strip in layers.takes(carrier)} == {"One": True, "Two": False, "Other": False}
    assert other.extrapolation == "NOTHING"
    assert_as_blender(blender, carrier, np.linspace(-5, 130, 40))


def test_a_take_of_a_region_lies_over_the_whole(blender, carrier, performance):
    layers.put_solve(carrier, performance, FRAMES, "Whole")
    still = replace(performance, units=0.1 * performance.units)
    layers.put_solve(carrier, still, FRAMES, "Mouth", channels=["AU12_L", "AU12_R"])
    assert not any(strip.mute for strip in layers.takes(carrier))
    seen = stepped(blender, carrier, FRAMES[33:34], ["AU12_L", "AU26"])[0]
    assert seen[0] == pytest.approx(0.1 * performance.units[33, UNITS.index("AU12_L")], abs=2e-5)
    assert seen[1] == pytest.approx(performance.units[33, UNITS.index("AU26")], abs=2e-5)
    assert_as_blender(blender, carrier)


def test_an_artists_own_action_stays_active(blender, carrier, performance):
    carrier.location.x = 2.0
    carrier.keyframe_insert("location", frame=1)
    walk = carrier.animation_data.action
    layers.put_solve(carrier, performance, FRAMES, "Take")
    correct(carrier, "AU12_L", [10, 20, 30], [0.0, 0.4, 0.0])
    layers.put_solve(carrier, performance, FRAMES + 60, "Later")
    assert carrier.animation_data.action == walk
    assert carrier.animation_data.action_blend_type == "REPLACE"
    planted = performance.units[24, UNITS.index("AU12_L")] + np.interp(FRAMES[24], [10, 20, 30], [0, 0.4, 0])
    assert stepped(blender, carrier, FRAMES[24:25], ["AU12_L"])[0, 0] == pytest.approx(planted, abs=2e-5)
    assert carrier.location.x == 2.0
    assert_as_blender(blender, carrier)


def test_corrections_made_before_any_take_lie_over_it(blender, carrier, performance):
    units.ensure(carrier)
    carrier.keyframe_insert("location", frame=1)
    correct(carrier, "AU12_L", [10, 20, 30], [0.0, 0.4, 0.0])
    layers.put_solve(carrier, performance, FRAMES, "Take")
    planted = performance.units[:, UNITS.index("AU12_L")] + np.interp(FRAMES, [10, 20, 30], [0, 0.4, 0])
    np.testing.assert_allclose(stepped(blender, carrier, FRAMES, ["AU12_L"])[:, 0], planted, atol=2e-5)
    assert_as_blender(blender, carrier)


def test_corrections_come_back_after_another_action_took_their_place(blender, carrier, performance):
    layers.put_solve(carrier, performance, FRAMES, "Take")
    correct(carrier, "AU12_L", [10, 20, 30], [0.0, 0.4, 0.0])
    before = stepped(blender, carrier, FRAMES)
    walk = blender.data.actions.new("Walk")
    carrier.animation_data.action, carrier.animation_data.action_blend_type = walk, "REPLACE"
    assert np.abs(stepped(blender, carrier, FRAMES) - before).max() > 0.3
    layers.put_solve(carrier, performance, FRAMES, "Take")
    np.testing.assert_allclose(stepped(blender, carrier, FRAMES), before, atol=2e-5)
    assert carrier.animation_data.action == walk


def test_removing_keeps_what_an_artist_keyed_beside(blender, carrier, performance):
    layers.put_solve(carrier, performance, FRAMES, "Take")
    correct(carrier, "AU12_L", [1], [0.2])
    carrier.location.x = 3.0
    carrier.keyframe_insert("location", frame=1)
    layers.remove(carrier)
    (kept,) = blender.data.actions
    assert {curve.data_path for curve in compat.curves_in(carrier.animation_data, kept)} == {"location"}
    blender.context.scene.frame_set(5)
    assert carrier.location.x == pytest.approx(3.0)


def test_gain_keyed_over_its_default(blender, carrier, performance):
    layers.put_solve(carrier, performance, FRAMES, "Take")
    correct(carrier, "AU12_L_gain", [1, 50], [0.0, 1.0])
    names = ["AU12_L_gain", "AU12_L_offset"]
    np.testing.assert_allclose(summed(carrier, FRAMES, names), stepped(blender, carrier, FRAMES, names), atol=2e-5)


def test_without_edits_the_performance_comes_back_as_it_was(blender, carrier, performance):
    layers.put_solve(carrier, performance, FRAMES, "Take")
    assert layers.performance_of(carrier, performance).digest() == performance.digest()


def test_edits_come_back_at_the_sources_frames(blender, carrier, performance):
    layers.put_solve(carrier, performance, FRAMES, "Take")
    correct(carrier, "AU12_L", [10, 20, 30], [0.0, 0.4, 0.0])
    carrier["AU26_gain"], carrier["AU26_offset"], carrier["AU9_L"] = 1.5, 0.1, 0.0
    edited = layers.performance_of(carrier, performance)
    expected = curves_of(performance)
    expected["AU12_L"] = expected["AU12_L"] + np.interp(FRAMES, [10, 20, 30], [0.0, 0.4, 0.0])
    expected["AU26"] = 1.5 * expected["AU26"] + 0.1
    for name, values in curves_of(edited).items():
        np.testing.assert_allclose(values, expected[name], atol=1e-5, err_msg=name)
    rows = (FRAMES > 10) & (FRAMES < 30)
    smile = UNITS.index("AU12_L")
    assert np.array_equal(edited.units[~rows, smile], performance.units[~rows, smile])
    assert (edited.times, edited.fps, edited.source) == (performance.times, 30.0, "planted")


def test_a_carrier_without_the_take_is_one_line(blender, carrier, performance):
    units.ensure(carrier)
    with pytest.raises(InputError, match="Carrier: has no take of planted"):
        layers.performance_of(carrier, performance)


def test_removing_leaves_no_action(blender, carrier, performance):
    layers.put_solve(carrier, performance, FRAMES, "Take")
    correct(carrier, "AU12_L", [1], [0.2])
    layers.remove(carrier)
    assert len(blender.data.actions) == 0
    assert len(carrier.animation_data.nla_tracks) == 0
