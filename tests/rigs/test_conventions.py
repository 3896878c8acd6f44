"""Whole rigs by their names, with the name lists and correspondences that the conventions' owners publish as oracle."""

import json
import struct

import pytest
from expression_transfer.core.facs.tables import ARKIT, ARKIT_MERGED, GAZE_SHAPES, SHAPES, UNIT_SHAPES, UNITS
from expression_transfer.core.rigs.conventions import CONVENTIONS
from expression_transfer.core.rigs.mapping import CHANNELS
from expression_transfer.core.rigs.names import convention, meanings, named, other_side

UNIT_OF = {shape: unit for unit, shape in UNIT_SHAPES.items()} | {shape: shape for shape in GAZE_SHAPES}


def units_of_arkit(name):
    """The units of an ARKit name."""
    shapes = ARKIT_MERGED.get(name) or (name.replace("Left", "_L").replace("Right", "_R"),)
    return {UNIT_OF[shape if shape in UNIT_OF else name] for shape in shapes}


def listed(names):
    return names.split()


def written(pairs):
    """'key=arkitName …' as pairs."""
    return [tuple(pair.split("=")) for pair in listed(pairs)]


META = written("""
EyesClosedL=eyeBlinkLeft EyesLookDownL=eyeLookDownLeft EyesLookRightL=eyeLookInLeft EyesLookLeftL=eyeLookOutLeft
EyesLookUpL=eyeLookUpLeft LidTightenerL=eyeSquintLeft UpperLidRaiserL=eyeWideLeft EyesLookLeftR=eyeLookInRight
EyesLookRightR=eyeLookOutRight JawThrust=jawForward JawSidewaysLeft=jawLeft JawSidewaysRight=jawRight JawDrop=jawOpen
LipsToward=mouthClose LipFunnelerLB=mouthFunnel LipFunnelerRT=mouthFunnel LipPuckerL=mouthPucker LipPuckerR=mouthPucker
MouthLeft=mouthLeft MouthRight=mouthRight LipCornerPullerL=mouthSmileLeft LipCornerPullerR=mouthSmileRight
LipCornerDepressorL=mouthFrownLeft DimplerR=mouthDimpleRight LipStretcherL=mouthStretchLeft LipSuckLB=mouthRollLower
LipSuckLT=mouthRollUpper ChinRaiserB=mouthShrugLower ChinRaiserT=mouthShrugUpper LipPressorL=mouthPressLeft
LowerLipDepressorL=mouthLowerDownLeft UpperLipRaiserR=mouthUpperUpRight BrowLowererL=browDownLeft
OuterBrowRaiserL=browOuterUpLeft CheekRaiserL=cheekSquintLeft CheekRaiserR=cheekSquintRight
NoseWrinklerL=noseSneerLeft NoseWrinklerR=noseSneerRight
""")  # ARKitFace.cs of Meta's Movement SDK
UNIFIED = written("""
EyeClosedLeft=eyeBlinkLeft EyeSquintRight=eyeSquintRight EyeWideLeft=eyeWideLeft EyeLookOutLeft=eyeLookOutLeft
BrowDownLeft=browDownLeft BrowInnerUp=browInnerUp BrowOuterUpRight=browOuterUpRight CheekSquintLeft=cheekSquintLeft
CheekPuff=cheekPuff JawOpen=jawOpen JawLeft=jawLeft JawForward=jawForward MouthClosed=mouthClose
LipSuckUpper=mouthRollUpper LipSuckLower=mouthRollLower LipFunnel=mouthFunnel LipPucker=mouthPucker
MouthUpperUpLeft=mouthUpperUpLeft MouthLowerDownRight=mouthLowerDownRight MouthLeft=mouthLeft
MouthSmileLeft=mouthSmileLeft MouthFrownRight=mouthFrownRight MouthStretchLeft=mouthStretchLeft
MouthDimpleRight=mouthDimpleRight MouthRaiserUpper=mouthShrugUpper MouthRaiserLower=mouthShrugLower
MouthPressLeft=mouthPressLeft TongueOut=tongueOut NoseSneerLeft=noseSneerLeft
""")  # docs.vrcft.io, comparison with ARKit
METAHUMAN = written("""
browDownL=browDownLeft browRaiseOuterR=browOuterUpRight eyeBlinkL=eyeBlinkLeft eyeWidenL=eyeWideLeft
eyeSquintInnerR=eyeSquintRight eyeCheekRaiseL=cheekSquintLeft eyeLookLeftL=eyeLookOutLeft eyeLookLeftR=eyeLookInRight
eyeLookRightL=eyeLookInLeft eyeLookRightR=eyeLookOutRight noseWrinkleL=noseSneerLeft noseWrinkleR=noseSneerRight
jawOpen=jawOpen jawFwd=jawForward jawLeft=jawLeft mouthLeft=mouthLeft mouthDimpleL=mouthDimpleLeft
mouthCornerPullL=mouthSmileLeft mouthCornerDepressR=mouthFrownRight mouthUpperLipRaiseL=mouthUpperUpLeft
mouthLowerLipDepressR=mouthLowerDownRight mouthStretchL=mouthStretchLeft tongueOut=tongueOut
mouthFunnelUL=mouthFunnel mouthFunnelUR=mouthFunnel mouthFunnelDL=mouthFunnel mouthFunnelDR=mouthFunnel
mouthLipsPurseUL=mouthPucker mouthUpperLipRollInL=mouthRollUpper mouthLowerLipRollInR=mouthRollLower
mouthLipsTogetherDL=mouthClose jawChinRaiseDL=mouthShrugLower jawChinRaiseUR=mouthShrugUpper
mouthPressUL=mouthPressLeft mouthPressDL=mouthPressLeft
""")  # MetaHuman retargeting of Meta's Unreal plugin, and the fit of Epic's ARKit curves
REALLUSION = written("""
Brow_Drop_L=browDownLeft Brow_Raise_Outer_R=browOuterUpRight Cheek_Raise_L=cheekSquintLeft
Cheek_Raise_R=cheekSquintRight
Eye_Blink_L=eyeBlinkLeft Eye_L_Look_Down=eyeLookDownLeft Eye_L_Look_R=eyeLookInLeft Eye_R_Look_L=eyeLookInRight
Eye_L_Look_L=eyeLookOutLeft Eye_R_Look_R=eyeLookOutRight Eye_Squint_L=eyeSquintLeft Eye_Wide_R=eyeWideRight
Jaw_Forward=jawForward Jaw_L=jawLeft Jaw_R=jawRight Mouth_Close=mouthClose Mouth_Dimple_L=mouthDimpleLeft
Mouth_Frown_R=mouthFrownRight Mouth_Funnel_Up_L=mouthFunnel Mouth_Funnel_Down_R=mouthFunnel Mouth_L=mouthLeft
Mouth_Down_Lower_L=mouthLowerDownLeft Mouth_Press_L=mouthPressLeft Mouth_Pucker_Up_L=mouthPucker Mouth_R=mouthRight
Mouth_Roll_In_Lower_L=mouthRollLower Mouth_Roll_In_Upper_R=mouthRollUpper Mouth_Shrug_Lower=mouthShrugLower
Mouth_Smile_L=mouthSmileLeft Mouth_Stretch_R=mouthStretchRight Mouth_Up_Upper_L=mouthUpperUpLeft
Nose_Sneer_L=noseSneerLeft
""")  # ARKIT_TO_CC4_EXTENDED of Convai


@pytest.mark.parametrize(("name", "pairs", "prefix"), [
    ("Meta face tracking", META, ""), ("Unified Expressions", UNIFIED, ""),
    ("MetaHuman", METAHUMAN, "CTRL_expressions_"), ("MetaHuman", METAHUMAN, "head_lod0_mesh__"),
    ("Character Creator", REALLUSION, "CC_Base_Body."),
])  # fmt: skip
def test_published_correspondence_with_arkit(name, pairs, prefix):
    keys = {prefix + key: arkit for key, arkit in pairs}
    found = named(keys)
    assert convention(keys) == name
    assert {key: set(weights) for key, weights in found.items()} == {
        key: units_of_arkit(arkit) for key, arkit in keys.items()
    }
    assert all(sum(weights.values()) == pytest.approx(1.0) for weights in found.values())


SPELLINGS = {
    "camelCase": str,
    "PascalCase": lambda name: name[0].upper() + name[1:],
    "_L": lambda name: name.replace("Left", "_L").replace("Right", "_R"),
    ".R": lambda name: name.replace("Left", ".L").replace("Right", ".R"),
    "l": lambda name: name.replace("Left", "_l").replace("Right", "_r"),
    "snake": lambda name: "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name),
    "mesh": lambda name: f"Wolf3D_Head.blendShape1.{name}",
    "numbered": lambda name: f"A{ARKIT.index(name):02d}_{name}",
    "copy": lambda name: f"{name}.001",
    "spaced": lambda name: name.replace("Left", " Left").replace("Right", " Right"),
}


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_arkit_in_every_spelling(spell):
    keys = {spell(name): name for name in ARKIT}
    found = named(keys)
    assert convention(keys) == "ARKit"
    assert {key: set(weights) for key, weights in found.items()} == {
        key: units_of_arkit(name) for key, name in keys.items()
    }


@pytest.mark.parametrize("key", ["Face.M_eyeBlink_L", "FACE:EyeBlink_L", "eyeBlink-Left", "EYE_BLINK_L", "eyeBlinkL"])
def test_spellings_of_published_rigs(key):
    assert named([key]) == {key: {"AU45_L": 1.0}}


def test_sides_before_the_name():
    assert named(["L_eyeBlink", "R_eyeBlink", "leftBrowDown", "Right_Mouth_Smile"]) == {
        "L_eyeBlink": {"AU45_L": 1.0}, "R_eyeBlink": {"AU45_R": 1.0}, "leftBrowDown": {"AU4_L": 1.0},
        "Right_Mouth_Smile": {"AU12_R": 1.0},
    }  # fmt: skip


def test_a_key_of_both_sides_is_their_mean_as_in_arkit():
    assert named(["browInnerUp"]) == {"browInnerUp": {"AU1_L": 0.5, "AU1_R": 0.5}}


def test_ict_is_arkit_with_more_sides():
    keys = [shape for shape in SHAPES if shape != "tongueOut"]
    assert convention(keys) == "ICT-FaceKit"
    assert named(keys) == {shape: {UNIT_OF[shape]: 1.0} for shape in keys}


@pytest.mark.parametrize("spell", [
    "AU{0}_{1}", "AU{0:02d}_{1}", "AU{0}{1}", "FACS_{0}_{1}", "FACS_AU{0:02d}{1}", "au_{0}_{1}", "Head.AU{0}.{1}",
    "{1}_AU{0}",
])  # fmt: skip
def test_facs_codes(spell):
    codes = [unit.removeprefix("AU").split("_") for unit in UNITS if unit.endswith(("_L", "_R"))]
    keys = {spell.format(int(code), side): f"AU{code}_{side}" for code, side in codes}
    assert convention(keys) == "FACS"
    assert named(keys) == {key: {unit: 1.0} for key, unit in keys.items()}


def test_facs_without_sides_with_names_and_with_what_is_scored_instead():
    assert named(["AU12"]) == {"AU12": {"AU12_L": 0.5, "AU12_R": 0.5}}
    assert named(["AU01_InnerBrowRaiser_L"]) == {"AU01_InnerBrowRaiser_L": {"AU1_L": 1.0}}
    assert named(["AU43_L"]) == {"AU43_L": {"AU45_L": 1.0}}
    assert named(["AU43_L", "AU45_L"]) == {"AU45_L": {"AU45_L": 1.0}}
    assert named(["AU61"]) == {"AU61": {"eyeLookOut_L": 0.5, "eyeLookIn_R": 0.5}}


VISEMES = listed("sil PP FF TH DD kk CH SS nn RR aa E I O U")


def test_visemes_and_extras_do_nothing_where_the_rig_has_single_actions():
    extras = ["mouthOpen", "mouthSmile", "eyesClosed", "eyesLookUp", "eyesLookDown"]
    keys = [*(f"viseme_{name}" for name in VISEMES), *ARKIT, *extras]
    assert convention(keys) == "ARKit"
    assert set(named(keys)) == set(ARKIT)
    assert {"viseme_aa", "mouthSmile"} <= set(meanings(keys))


def test_a_rig_with_visemes_alone_opens_its_mouth():
    found = named([f"vrc.v_{name.lower()}" for name in VISEMES])
    assert max(found, key=lambda key: found[key].get("AU26", 0.0)) == "vrc.v_aa"
    assert sum("AU26" in weights for weights in found.values()) == 1
    assert "vrc.v_sil" not in found


VRM_0 = listed("Neutral A I U E O Blink Blink_L Blink_R Joy Angry Sorrow Fun LookUp LookDown LookLeft LookRight")
VRM_1 = listed("happy angry sad relaxed surprised aa ih ou ee oh blink blinkLeft blinkRight lookUp lookLeft neutral")


@pytest.mark.parametrize(("keys", "joy", "blink"), [(VRM_0, "Joy", "Blink_L"), (VRM_1, "happy", "blinkLeft")])
def test_vrm(keys, joy, blink):
    found = named(keys)
    assert convention(keys) == "VRM"
    assert found[joy] == dict.fromkeys(("AU6_L", "AU6_R", "AU12_L", "AU12_R"), 0.25)
    assert found[blink] == {"AU45_L": 1.0}
    assert not {"blink", "Blink", "neutral", "Neutral", "Fun", "relaxed"} & set(found)


def test_short_names_mean_nothing_on_other_rigs():
    assert not {"A", "fun", "sad"} & set(named([*ARKIT, "A", "fun", "sad"]))
    assert named(["hair.A", "hair.I", "hair.U", "hair.E", "hair.O"]) == {}


def test_vroid_in_vroids_own_prefix():
    ends = "ALL_Joy BRW_Angry BRW_Sorrow BRW_Surprised EYE_Close EYE_Close_L EYE_Close_R EYE_Joy_L EYE_Joy_R EYE_Spread"
    mouth = "MTH_Close MTH_Fun MTH_Angry MTH_Large MTH_A MTH_I MTH_U MTH_E MTH_O MTH_SkinFung_L"
    keys = [f"Face.M_F00_000_00_Fcl_{end}" for end in (*ends.split(), *mouth.split())]
    found = {key.rpartition("Fcl_")[2]: weights for key, weights in named(keys).items()}
    assert convention(keys) == "VRoid"
    assert found["EYE_Close_L"] == {"AU45_L": 1.0}
    assert found["EYE_Joy_R"] == {"AU7_R": pytest.approx(0.4)}
    assert set(found["MTH_Fun"]) == {"AU12_L", "AU12_R"}
    assert "AU26" in found["MTH_A"]
    assert not {"ALL_Joy", "EYE_Close", "MTH_SkinFung_L"} & set(found)


CORRECTIVES = ["jawOpen_mouthClose", "AU1_AU2", "head__eye_blink_L__brow_down_L", "AU26_mouthSmileLeft"]


@pytest.mark.parametrize("key", CORRECTIVES)
def test_correctives_mean_nothing(key):
    assert named([key]) == {}


def test_where_several_keys_mean_the_same_the_rigs_own_convention_goes_before():
    assert set(named([*ARKIT, "AU26", "AU12_L", "Fcl_BRW_Angry"])) == set(ARKIT)
    assert "old.jawOpen" not in named(["old.jawOpen", *ARKIT])


def test_a_whole_goes_before_its_parts():
    parts = ["LipFunnelUpper", "LipFunnelLower"]
    assert named([*parts, "LipFunnel"]) == {"LipFunnel": {"AU22": 1.0}}
    assert named(parts) == {key: {"AU22": 1.0} for key in parts}


def test_names_that_mean_nothing():
    assert named(["Basis", "Key 1", "Ключ 2", "", "キー", "mouth_open_smile", "jaw", "mouthLeftCorner"]) == {}
    assert convention(["Basis", "Key 1"]) is None
    assert convention(["jawOpen"]) is None


PLAIN = {
    "smile": {"AU12_L", "AU12_R"}, "frown": {"AU15_L", "AU15_R"}, "mouth_open": {"AU26"}, "squint": {"AU7_L", "AU7_R"},
    "brows_up": {"AU1_L", "AU1_R", "AU2_L", "AU2_R"}, "brows_down": {"AU4_L", "AU4_R"}, "wide": {"AU5_L", "AU5_R"},
    "kiss": {"AU18"}, "puff": {"AU34_L", "AU34_R"}, "sneer": {"AU9_L", "AU9_R"}, "lip_press": {"AU24_L", "AU24_R"},
    "blink": {"AU45_L", "AU45_R"}, "jaw_left": {"AU30_L"}, "pout": {"AU17"},
}  # fmt: skip


def test_hand_made_names():
    found = named(PLAIN)
    assert {key: set(weights) for key, weights in found.items()} == PLAIN
    assert all(sum(weights.values()) == pytest.approx(1.0) for weights in found.values())
    assert convention(PLAIN) == "plain English"


@pytest.mark.parametrize("key", ["smile_L", "Smile.L", "smileLeft", "Left smile", "L_Smile", "Head.smile_l"])
def test_hand_made_names_with_a_side(key):
    assert named([key]) == {key: {"AU12_L": 1.0}}
    assert set(named([key, "wink_R", "Smile.R", "smile"])) == {key, "wink_R", "Smile.R"}


def test_hand_made_names_go_behind_published_ones_and_short_ones_need_company():
    assert set(named([*(PLAIN.keys() - {"jaw_left"}), *ARKIT])) == set(ARKIT)
    assert named(["open", "wide", "door.open"]) == {}
    assert set(named(["smile", "frown", "blink", "open", "door.open"])) == {"smile", "frown", "blink", "open"}


def test_tables_agree_on_names_they_share():
    """Apart from two where a name in the plural's or agent's -r runs into a right side, which ranking tells apart."""
    for place, first in enumerate(CONVENTIONS):
        for other in CONVENTIONS[place + 1 :]:
            for name in (first.keys.keys() & other.keys.keys()) - {"nosewrinkler", "cheekraiser"}:
                assert first.keys[name].shows.keys() & other.keys[name].shows.keys(), (name, first.name, other.name)


def test_tables_know_only_channels():
    shown = {channel for each in CONVENTIONS for meaning in each.keys.values() for channel in meaning.shows}
    assert shown <= set(CHANNELS)


@pytest.mark.parametrize(("key", "other"), [
    ("eyeBlinkLeft", "eyeBlinkRight"), ("Eye_L_Look_R", "Eye_R_Look_L"), ("mouthFunnelUL", "mouthFunnelUR"),
    ("eyeLookLeftL", "eyeLookRightR"), ("LIP_SUCK_LT", "LIP_SUCK_RT"), ("LipFunnelerLB", "LipFunnelerRB"),
    ("brow.l", "brow.r"), ("EYE_LEFT", "EYE_RIGHT"), ("AU12L", "AU12R"), ("L_brow", "R_brow"),
])  # fmt: skip
def test_the_other_sides_name(key, other):
    assert (other_side(key, [other]), other_side(other, [key])) == (other, key)
    assert other_side(key, []) is None
    assert other_side("jawOpen", []) == "jawOpen"


def test_a_real_rig(shared):
    blob = (shared / "rigs" / "brunette-t.glb").read_bytes()
    (length,) = struct.unpack("<I", blob[12:16])
    meshes = json.loads(blob[20 : 20 + length])["meshes"]
    keys = next(mesh["extras"]["targetNames"] for mesh in meshes if mesh["name"] == "Wolf3D_Head")
    assert (convention(keys), set(named(keys))) == ("ARKit", set(ARKIT))
