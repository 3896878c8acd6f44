"""The pose library, against the published prototypes, and the user's own file."""

import json

import pytest
from expression_transfer.core.errors import InputError
from expression_transfer.core.facs.channels import CHANNELS
from expression_transfer.core.facs.poses import (
    PRESETS,
    Pose,
    drop_pose,
    keep_pose,
    listed_own,
    own_file,
    own_poses,
)
from expression_transfer.core.facs.tables import UNITS

# EMFACS' prototypes; AU23 has no channel of its own and is AU24's; AU43 is AU45 held
PROTOTYPES = {
    "neutral": set(),
    "happiness": {"AU6", "AU12"},
    "sadness": {"AU1", "AU4", "AU15"},
    "surprise": {"AU1", "AU2", "AU5", "AU26"},
    "fear": {"AU1", "AU2", "AU4", "AU5", "AU7", "AU20", "AU26"},
    "anger": {"AU4", "AU5", "AU7", "AU24"},
    "disgust": {"AU9", "AU15", "AU16"},
    "contempt": {"AU12", "AU14"},
    "pain": {"AU4", "AU6", "AU7", "AU9", "AU10", "AU45"},
}


@pytest.mark.parametrize("name", PROTOTYPES)
def test_emotions_are_their_prototypes(name):
    pose = PRESETS[name]
    assert set(pose.values) == set(UNITS)
    shown = {channel for channel, value in pose.values.items() if value > 0}
    assert {channel.split("_")[0] for channel in shown} == PROTOTYPES[name]
    sides = {channel for channel in shown if channel.endswith("_L")}
    assert bool(sides) == any(channel.endswith("_R") for channel in shown) or name == "contempt"


def test_contempt_is_one_sided():
    shown = {channel for channel, value in PRESETS["contempt"].values.items() if value}
    assert shown == {"AU12_R", "AU14_R"}


def test_sounds_leave_the_upper_face_alone():
    for pose in PRESETS.values():
        assert all(0 <= value <= 1 for value in pose.values.values())
        if pose.kind == "sound":
            assert not {"AU1_L", "AU45_L", "AU6_R", "AU9_L"} & set(pose.values)
    assert PRESETS["aa"].values["AU26"] > PRESETS["E"].values["AU26"] > PRESETS["ih"].values["AU26"]
    assert PRESETS["PP"].values["AU26"] == 0
    assert PRESETS["ou"].values["AU18"] > PRESETS["oh"].values["AU18"] > 0


def test_own_poses_are_kept_and_dropped(tmp_path):
    file = tmp_path / "poses.json"
    assert own_poses(file) == {}
    smirk = Pose("smirk", "own", {"AU12_R": 0.5, "AU12_L": 0.0, "head_yaw": -0.2})
    keep_pose(smirk, file)
    keep_pose(Pose("wow", "own", {"AU26": 1.2}), file)
    assert own_poses(file)["smirk"] == smirk
    keep_pose(Pose("smirk", "own", {"AU12_R": 0.7}), file)
    assert own_poses(file)["smirk"].values == {"AU12_R": 0.7}
    drop_pose("smirk", file)
    assert list(own_poses(file)) == ["wow"]
    with pytest.raises(InputError, match="called 'smirk'"):
        drop_pose("smirk", file)


@pytest.mark.parametrize("name", ["neutral", "PP", " "])
def test_a_preset_keeps_its_name(tmp_path, name):
    with pytest.raises(InputError, match="name of its own"):
        keep_pose(Pose(name, "own", {}), tmp_path / "poses.json")


def _poses(*entries):
    return json.dumps({"schema": "poses/1", "poses": list(entries)})


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"schema": "poses/1"}',
        '{"schema": "poses/9", "poses": []}',
        _poses({"name": "a", "values": {"AU99": 1.0}}),
        _poses({"name": "a", "values": {"AU26": "x"}}),
        _poses({"name": "a", "values": {"AU26": float("nan")}}),
        _poses({"name": "a", "values": None}),
        "[" * 100_000,
    ],
)
def test_a_damaged_file_is_named_and_stays(tmp_path, monkeypatch, text):
    monkeypatch.setenv("EXPRESSION_TRANSFER_DATA", str(tmp_path))
    own_file().write_text(text)
    with pytest.raises(InputError, match=r"poses\.json"):
        own_poses(own_file())
    with pytest.raises(InputError, match=r"poses\.json"):
        keep_pose(Pose("b", "own", {"AU26": 1.0}), own_file())
    assert own_file().read_text() == text
    assert listed_own() == []


def test_own_poses_may_hold_every_channel(tmp_path):
    keep_pose(Pose("all", "own", dict.fromkeys(CHANNELS, 0.1)), tmp_path / "poses.json")
    assert set(own_poses(tmp_path / "poses.json")["all"].values) == set(CHANNELS)
