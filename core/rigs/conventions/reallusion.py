"""Reallusion Character Creator: the extended profile of CC4 (Brow_Drop_L, Mouth_Funnel_Up_L …), the traditional one of
CC3, and their visemes (V_Open …). CC4's ARKit profile (A25_Jaw_Open) is ARKit's with a prefix.

Extended: Convai's ARKIT_TO_CC4_EXTENDED and EchoFace agree on it; traditional: mappings published for Ready Player Me.
The jaw is a bone (CC_Base_JawRoot) where no key opens it.
"""

from .convention import Convention, Shown, table
from .visemes import VISEMES

_WHOLE: dict[str, Shown] = {
    "Brow_Drop_{}": "AU4_*",
    "Brow_Raise_Inner_{}": "AU1_*",
    "Brow_Raise_Outer_{}": "AU2_*",
    "Brow_Raise_{}": {"AU1_*": 1.0, "AU2_*": 1.0},
    "Eye_Blink_{}": "AU45_*",
    "Eye_Blink": "AU45_*",
    "Eyes_Blink": "AU45_*",
    "Eye_Squint_{}": "AU7_*",
    "Eye_Wide_{}": "AU5_*",
    "Eye_L_Look_L": "eyeLookOut_L",
    "Eye_L_Look_R": "eyeLookIn_L",
    "Eye_L_Look_Up": "eyeLookUp_L",
    "Eye_L_Look_Down": "eyeLookDown_L",
    "Eye_R_Look_L": "eyeLookIn_R",
    "Eye_R_Look_R": "eyeLookOut_R",
    "Eye_R_Look_Up": "eyeLookUp_R",
    "Eye_R_Look_Down": "eyeLookDown_R",
    "Nose_Sneer_{}": "AU9_*",
    "Nose_Flank_Raise_{}": "AU9_*",
    "Cheek_Raise_{}": "AU6_*",
    "Cheek_Puff_{}": "AU34_*",
    "Cheek_Blow_{}": "AU34_*",
    "Jaw_Open": "AU26",
    "Mouth_Open": "AU26",
    "Merged_Open_Mouth": "AU26",
    "Jaw_Forward": "AU29",
    "Jaw_L": "AU30_L",
    "Jaw_R": "AU30_R",
    "Mouth_L": "mouthLeft",
    "Mouth_R": "mouthRight",
    "Mouth_Close": "AU8",
    "Mouth_Smile_{}": "AU12_*",
    "Mouth_Smile": "AU12_*",
    "Mouth_Frown_{}": "AU15_*",
    "Mouth_Frown": "AU15_*",
    "Mouth_Stretch_{}": "AU20_*",
    "Mouth_Widen_Sides": "AU20_*",
    "Mouth_Dimple_{}": "AU14_*",
    "Mouth_Press_{}": "AU24_*",
    "Mouth_Pucker": "AU18",
    "Mouth_Pucker_Open": "AU22",
    "Mouth_Top_Lip_Under": "AU28_upper",
    "Mouth_Bottom_Lip_Under": "AU28_lower",
    "Mouth_Shrug_Upper": "AU17_upper",
    "Mouth_Shrug_Lower": "AU17",
    "Mouth_Up_Upper_{}": "AU10_*",
    "Mouth_Snarl_Upper_{}": "AU10_*",
    "Mouth_Top_Lip_Up": "AU10_*",
    "Mouth_Down_Lower_{}": "AU16_*",
    "Mouth_Snarl_Lower_{}": "AU16_*",
    "Mouth_Bottom_Lip_Down": "AU16_*",
    "Tongue_Out": "AU19",
    "V_Open": VISEMES["aa"],
    "V_Explosive": VISEMES["PP"],
    "V_Dental_Lip": VISEMES["FF"],
    "V_Tight_O": VISEMES["ou"],
    "V_Tight": VISEMES["RR"],
    "V_Wide": VISEMES["E"],
    "V_Affricate": VISEMES["CH"],
}
_HALVES = {"Mouth_Roll_In_Upper_{}": "AU28_upper", "Mouth_Roll_In_Lower_{}": "AU28_lower"}
_QUARTERS = {
    f"Mouth_{stem}_{lip}_{{}}": unit
    for stem, unit in (("Pucker", "AU18"), ("Funnel", "AU22"))
    for lip in ("Up", "Down")
}

REALLUSION = Convention("Character Creator", table(_WHOLE) | table(_HALVES, share=0.5) | table(_QUARTERS, share=0.25))
