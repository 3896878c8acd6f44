from collections import Counter
from pathlib import Path

from expression_transfer.core.facs.tables import (
    ACTION_UNITS,
    ALTERNATIVES,
    ARKIT,
    ARKIT_MERGED,
    CENTRAL,
    DERIVED,
    GAZE_SHAPES,
    SHAPES,
    SIDED,
    UNIT_SHAPES,
    UNITS,
    UPPER_UNITS,
    arkit_name,
)

# developer.apple.com, ARFaceAnchor.BlendShapeLocation, by part of the face
APPLE = {
    *(f"eye{what}{side}" for what in ("Blink", "LookDown", "LookIn", "LookOut", "LookUp", "Squint", "Wide")
      for side in ("Left", "Right")),
    *("jawForward", "jawLeft", "jawRight", "jawOpen"),
    *("mouthClose", "mouthFunnel", "mouthPucker", "mouthLeft", "mouthRight"),
    *(f"mouth{what}{side}" for what in ("Smile", "Frown", "Dimple", "Stretch", "Press", "LowerDown", "UpperUp")
      for side in ("Left", "Right")),
    *("mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper"),
    *("browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
    *("cheekPuff", "cheekSquintLeft", "cheekSquintRight", "noseSneerLeft", "noseSneerRight", "tongueOut"),
}  # fmt: skip


def test_arkit_names_are_apples():
    assert len(ARKIT) == 52
    assert set(ARKIT) == APPLE


def test_every_arkit_shape_is_covered_once_or_by_both_its_sides():
    covered = Counter(arkit_name(shape) for shape in SHAPES)
    assert covered == {name: len(ARKIT_MERGED.get(name, (name,))) for name in ARKIT}


def test_channels_and_shapes_are_unique():
    assert len(set(SHAPES)) == len(SHAPES) == 54
    assert len(set(UNIT_SHAPES.values())) == len(UNIT_SHAPES) == len(UNITS)
    assert not set(UNIT_SHAPES.values()) & set(GAZE_SHAPES)


def test_sides_agree_between_unit_and_shape():
    for unit, shape in UNIT_SHAPES.items():
        if unit not in CENTRAL:
            assert unit[-2:] == shape[-2:]
            assert unit[-2:] in ("_L", "_R")
    assert {f"{unit}_{side}" for unit in SIDED for side in "LR"} | set(CENTRAL) == set(UNITS)


def test_names_of_arkit():
    assert arkit_name("browDown_L") == "browDownLeft"
    assert arkit_name("eyeLookOut_R") == "eyeLookOutRight"
    assert arkit_name("browInnerUp_R") == arkit_name("browInnerUp_L") == "browInnerUp"
    assert arkit_name("jawLeft") == "jawLeft"


def test_upper_region_has_both_sides_of_each_unit_and_no_mouth():
    assert {unit[:-2] for unit in UPPER_UNITS} == {"AU1", "AU2", "AU4", "AU5", "AU6", "AU7", "AU45"}
    assert len(UPPER_UNITS) == 14


def test_derived_units_are_no_control_channels():
    assert not set(DERIVED) & set(UNITS)


def test_every_unit_of_the_issue_is_listed_once():
    face = "1 2 4 5 6 7 9 10 11 12 14 15 16 17 18 20 22 23 24 25 26 27 28 29 30 33 34 43 45"
    wanted = {int(number) for number in face.split()}
    wanted |= set(range(51, 59)) | set(range(61, 65))
    codes = [unit.code for unit in ACTION_UNITS]
    assert {f"AU{number}" for number in wanted} <= set(codes)
    assert len(set(codes)) == len(codes)
    assert codes == sorted(codes, key=lambda code: int(code[2:]))


def test_what_is_read_has_a_channel_and_what_is_derived_has_none():
    channels = {unit.split("_")[0] for unit in UNITS} - {"mouthLeft", "mouthRight"}
    assert {unit.code for unit in ACTION_UNITS if unit.source == "read"} == channels
    assert {name.split("_")[0] for name in DERIVED} == {unit.code for unit in ACTION_UNITS if unit.source == "derived"}
    for unit in ACTION_UNITS:
        assert unit.of
        assert unit.sided == (f"{unit.code}_L" in (*UNITS, *DERIVED) and unit.code != "AU30")


def test_alternatives_are_a_derived_unit_and_the_read_one_it_comes_from():
    source = {unit.code: unit for unit in ACTION_UNITS}
    for derived, read in ALTERNATIVES.items():
        assert source[derived].source == "derived"
        assert source[read].source == "read"
        assert read in source[derived].of


def test_the_documented_table_is_this_one():
    page = (Path(__file__).parents[2] / "docs" / "action-units.md").read_text(encoding="utf-8")
    for unit in ACTION_UNITS:
        sides = "L, R" if unit.sided else ""
        assert f"| {unit.code} | {unit.name} | {sides} | {unit.source} | {unit.of} |" in page
