from collections import Counter

from expression_transfer.core.facs.tables import (
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
    assert not {unit.name for unit in DERIVED} & set(UNITS)
