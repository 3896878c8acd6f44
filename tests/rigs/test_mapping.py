"""Rows by hand as the oracle: what a map does to keys, its mirror, its file, and what a rig lacks."""

import json

import pytest
from expression_transfer.core.errors import InputError
from expression_transfer.core.facs.tables import UNITS
from expression_transfer.core.rigs.mapping import CHANNELS, RigMap, Row, opposite, side_of

SMILE = Row("Head", "smileL", {"AU12_L": 0.8, "AU6_L": 0.2}, gain=1.5, high=1.2)


def partner(mesh, key):
    pairs = {"smileL": "smileR", "smileR": "smileL", "both": "both"}
    return (mesh, pairs[key]) if key in pairs else None


def test_value_is_the_clamped_sum():
    assert SMILE.value({"AU12_L": 0.5, "AU6_L": 0.5, "AU1_L": 1.0}) == pytest.approx(0.75)
    assert SMILE.value({"AU12_L": 1.0, "AU6_L": 1.0}) == 1.2
    assert SMILE.value({"AU12_L": -1.0}) == 0.0


def test_every_channel_has_an_opposite_and_comes_back():
    assert all(opposite(opposite(channel)) == channel for channel in CHANNELS)
    assert {opposite(channel) for channel in CHANNELS} == set(CHANNELS)
    assert (opposite("AU30_L"), opposite("mouthLeft"), opposite("AU17_upper")) == ("AU30_R", "mouthRight", "AU17_upper")
    assert (side_of("mouthRight"), side_of("eyeLookIn_L"), side_of("AU26")) == ("R", "L", "")


def test_mirrored_row_is_the_partners():
    mirrored, alone = RigMap((SMILE, Row("Head", "jaw", {"AU26": 1.0}))).mirrored("L", partner)
    assert mirrored.row("Head", "smileR") == Row("Head", "smileR", {"AU12_R": 0.8, "AU6_R": 0.2}, gain=1.5, high=1.2)
    assert (len(mirrored.rows), alone) == (3, ())


def test_mirroring_a_key_of_both_sides_makes_it_even():
    row = Row("Head", "both", {"AU12_L": 0.7, "AU12_R": 0.1, "AU26": 0.3})
    mirrored, _ = RigMap((row,)).mirrored("L", partner)
    assert mirrored.row("Head", "both").weights == {"AU12_L": 0.7, "AU12_R": 0.7, "AU26": 0.3}


def test_a_key_without_a_partner_is_named():
    _, alone = RigMap((Row("Head", "scar", {"AU12_R": 1.0}),)).mirrored("R", partner)
    assert alone == ("Head: scar",)


def test_file_round_trip(tmp_path):
    rig_map = RigMap((SMILE, Row("Zähne", "Ключ 1", {}, low=-1.0, source="geometry")), "Møy", {"AU12_L": 0.9})
    rig_map.save(tmp_path / "preset.json")
    assert RigMap.load(tmp_path / "preset.json") == rig_map
    assert json.loads((tmp_path / "preset.json").read_text())["rows"][0]["weights"] == {"AU12_L": 0.8, "AU6_L": 0.2}


@pytest.mark.parametrize("damage", [
    "", "[]", "{}", "[" * 100000, '{"schema": "rig_map/1"}',
    '{"schema": "rig_map/1", "rows": [3], "name": "", "quality": {}}',
    '{"schema": "rig_map/1", "rows": 3, "name": "", "quality": {}}', '{"schema": "rig_map/9", "rows": []}',
])  # fmt: skip
def test_damaged_file_is_one_line(tmp_path, damage):
    (tmp_path / "preset.json").write_text(damage)
    with pytest.raises(InputError, match=r"^.*preset\.json: [^\n]*$"):
        RigMap.load(tmp_path / "preset.json")


@pytest.mark.parametrize("wrong", [
    {"weights": {"AU99": 1.0}}, {"weights": {"AU12_L": float("nan")}}, {"low": 1.0, "high": 0.5},
    {"gain": float("inf")},
])  # fmt: skip
def test_a_row_that_no_rig_can_do_is_refused(wrong):
    with pytest.raises(InputError, match="key 'k'"):
        Row(**{"mesh": "m", "key": "k", "weights": {}} | wrong)


def test_two_rows_of_one_key_are_refused():
    with pytest.raises(InputError, match="two rows"):
        RigMap((SMILE, SMILE))


def test_on_a_rig_missing_keys_are_named_and_a_renamed_mesh_is_found():
    rig_map = RigMap((SMILE, Row("Teeth", "open", {"AU26": 1.0}), Row("Head", "gone", {"AU18": 1.0})))
    found, missing = rig_map.on({"Head": ["smileL"], "teeth.001": ["open"], "gums": ["open", "x"]})
    assert [row.place for row in found.rows] == [("Head", "smileL"), ("teeth.001", "open"), ("gums", "open")]
    assert missing == ("Head: gone",)


def test_units_without_a_key():
    assert set(RigMap((SMILE,)).lacking()) == set(UNITS) - {"AU12_L", "AU6_L"}
