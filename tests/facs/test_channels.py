"""Channels by name, by part of the face, and in a mirror."""

import numpy as np
from expression_transfer.core.facs.channels import (
    CHANNELS,
    GROUPS,
    curves_of,
    other_side,
    reflected,
    resting,
    with_curves,
)
from expression_transfer.core.facs.tables import UNITS


def test_every_channel_is_in_one_group():
    grouped = [channel for channels in GROUPS.values() for channel in channels]
    assert sorted(grouped) == sorted(CHANNELS)
    assert set(GROUPS["brow"]) == {"AU1_L", "AU1_R", "AU2_L", "AU2_R", "AU4_L", "AU4_R"}


def test_sides():
    assert other_side("AU12_L") == "AU12_R"
    assert other_side("gaze_R_pitch") == "gaze_L_pitch"
    for without in ("AU26", "AU17_upper", "AU30_L", "mouthLeft", "head_yaw", "head_x"):
        assert other_side(without) is None


def test_a_mirror_turns_what_goes_sideways():
    assert reflected("AU12_L") == ("AU12_R", 1.0)
    assert reflected("AU30_L") == ("AU30_R", 1.0)
    assert reflected("mouthRight") == ("mouthLeft", 1.0)
    assert reflected("gaze_L_yaw") == ("gaze_R_yaw", -1.0)
    assert reflected("gaze_L_pitch") == ("gaze_R_pitch", 1.0)
    assert reflected("head_roll") == ("head_roll", -1.0)
    assert reflected("head_y") == ("head_y", 1.0)


def test_curves_and_back(make_performance):
    performance = make_performance()
    curves = curves_of(performance)
    np.testing.assert_array_equal(curves["AU12_L"], performance.units[:, UNITS.index("AU12_L")])
    np.testing.assert_array_equal(curves["gaze_R_yaw"], performance.gaze[:, 1, 0])
    np.testing.assert_array_equal(curves["head_z"], performance.position[:, 2])
    blank = resting(performance.frames, performance.times, performance.fps, performance.source)
    back = with_curves(blank, curves)
    for name in ("units", "head", "position", "gaze"):
        np.testing.assert_array_equal(getattr(back, name), getattr(performance, name))
