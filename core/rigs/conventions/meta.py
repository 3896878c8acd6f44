"""Meta's face tracking (Movement SDK, XR_FB_face_tracking2): FACS names with sides, in any case.

After Meta's own ARKitFace.cs (Unity Movement SDK) and OVRFaceExpressions; which eye looks in and which out by the
names' sides. Lip quarters are parts: L and R sides, T top, B bottom.
"""

from .convention import Convention, table

_WHOLE = {
    "BrowLowerer{}": "AU4_*",
    "CheekPuff{}": "AU34_*",
    "CheekRaiser{}": "AU6_*",
    "ChinRaiserB": "AU17",
    "ChinRaiserT": "AU17_upper",
    "Dimpler{}": "AU14_*",
    "EyesClosed{}": "AU45_*",
    "EyesLookDown{}": "eyeLookDown_*",
    "EyesLookUp{}": "eyeLookUp_*",
    "EyesLookLeftL": "eyeLookOut_L",
    "EyesLookLeftR": "eyeLookIn_R",
    "EyesLookRightL": "eyeLookIn_L",
    "EyesLookRightR": "eyeLookOut_R",
    "InnerBrowRaiser{}": "AU1_*",
    "JawDrop": "AU26",
    "JawSidewaysLeft": "AU30_L",
    "JawSidewaysRight": "AU30_R",
    "JawThrust": "AU29",
    "LidTightener{}": "AU7_*",
    "LipCornerDepressor{}": "AU15_*",
    "LipCornerPuller{}": "AU12_*",
    "LipPressor{}": "AU24_*",
    "LipStretcher{}": "AU20_*",
    "LipsToward": "AU8",
    "LowerLipDepressor{}": "AU16_*",
    "MouthLeft": "mouthLeft",
    "MouthRight": "mouthRight",
    "NoseWrinkler{}": "AU9_*",
    "OuterBrowRaiser{}": "AU2_*",
    "TongueOut": "AU19",
    "UpperLidRaiser{}": "AU5_*",
    "UpperLipRaiser{}": "AU10_*",
}
_HALVES = {
    "LipPuckerL": "AU18",
    "LipPuckerR": "AU18",
    "LipSuckLB": "AU28_lower",
    "LipSuckRB": "AU28_lower",
    "LipSuckLT": "AU28_upper",
    "LipSuckRT": "AU28_upper",
}
_QUARTERS = {f"LipFunneler{part}": "AU22" for part in ("LB", "LT", "RB", "RT")}

META = Convention("Meta face tracking", table(_WHOLE) | table(_HALVES, share=0.5) | table(_QUARTERS, share=0.25))
