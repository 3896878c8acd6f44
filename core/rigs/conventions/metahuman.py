"""MetaHuman: the curves CTRL_expressions_browRaiseInL, and the head's morph targets (…mesh__brow_raiseIn_L).

Names as the rig's raw controls have them; meanings after Meta's MetaHuman retargeting (OculusXRMovement, Unreal) and,
where that leaves a unit out, the curves that Epic's ARKit mapping sets most.
"""

from .convention import Convention, table

_WHOLE = {
    "browDown{}": "AU4_*",
    "browRaiseIn{}": "AU1_*",
    "browRaiseOuter{}": "AU2_*",
    "eyeBlink{}": "AU45_*",
    "eyeWiden{}": "AU5_*",
    "eyeSquintInner{}": "AU7_*",
    "eyeCheekRaise{}": "AU6_*",
    "eyeLookUp{}": "eyeLookUp_*",
    "eyeLookDown{}": "eyeLookDown_*",
    "eyeLookLeftL": "eyeLookOut_L",
    "eyeLookLeftR": "eyeLookIn_R",
    "eyeLookRightL": "eyeLookIn_L",
    "eyeLookRightR": "eyeLookOut_R",
    "noseWrinkle{}": "AU9_*",
    "mouthCheekBlow{}": "AU34_*",
    "mouthLeft": "mouthLeft",
    "mouthRight": "mouthRight",
    "mouthUpperLipRaise{}": "AU10_*",
    "mouthLowerLipDepress{}": "AU16_*",
    "mouthCornerPull{}": "AU12_*",
    "mouthCornerDepress{}": "AU15_*",
    "mouthStretch{}": "AU20_*",
    "mouthDimple{}": "AU14_*",
    "jawOpen": "AU26",
    "jawFwd": "AU29",
    "jawLeft": "AU30_L",
    "jawRight": "AU30_R",
    "tongueOut": "AU19",
}
_HALVES = {
    "mouthPressU{}": "AU24_*",
    "mouthPressD{}": "AU24_*",
    "mouthUpperLipRollIn{}": "AU28_upper",
    "mouthLowerLipRollIn{}": "AU28_lower",
    "jawChinRaiseD{}": "AU17",
    "jawChinRaiseU{}": "AU17_upper",
}
_QUARTERS = {
    f"{stem}{lip}{{}}": unit
    for stem, unit in (("mouthLipsPurse", "AU18"), ("mouthFunnel", "AU22"), ("mouthLipsTogether", "AU8"))
    for lip in "UD"
}

METAHUMAN = Convention("MetaHuman", table(_WHOLE) | table(_HALVES, share=0.5) | table(_QUARTERS, share=0.25))
