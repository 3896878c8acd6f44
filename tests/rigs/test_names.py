"""Spellings of shape key names, with published rigs' as the oracle."""

import pytest
from expression_transfer.core.facs.tables import ARKIT
from expression_transfer.core.rigs.names import channel_of, match_keys, missing_names


@pytest.mark.parametrize("spelling", [
    "eyeBlinkLeft", "EyeBlinkLeft", "eyeBlink_L", "eyeBlink.L", "eye_blink_left", "blendShape1.eyeBlinkLeft",
    "Face.M_eyeBlink_L", "FACE:EyeBlink_L", "eyeBlink-Left",
])  # fmt: skip
def test_spellings(spelling):
    assert channel_of(spelling)[0] == "eyeBlinkLeft"


@pytest.mark.parametrize(
    "other", ["Basis", "viseme_PP", "mouth_open_smile", "jaw", "mouthLeftCorner", "jawOpen_mouthClose", ""]
)
def test_what_is_no_expression(other):
    assert channel_of(other) is None


def test_icts_split_shapes_keep_their_sides():
    assert match_keys(["browInnerUp_L", "browInnerUp_R", "cheekPuff_L"]) == {
        "browInnerUp_L": "browInnerUp_L", "browInnerUp_R": "browInnerUp_R", "cheekPuff_L": "cheekPuff_L",
    }  # fmt: skip


def test_every_arkit_name_is_itself_and_covers_itself():
    assert match_keys(ARKIT) == {name: name for name in ARKIT}
    assert missing_names(ARKIT) == []
    assert missing_names(["browInnerUp_L", *ARKIT[1:]]) == ["eyeBlinkLeft"]


def test_shortest_prefix_wins():
    assert match_keys(["old.jawOpen", "jawOpen"]) == {"jawOpen": "jawOpen"}
