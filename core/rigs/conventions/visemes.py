"""Visemes: Oculus' fifteen (Meta, "Viseme Reference"), as viseme_aa, v_aa and vrc.v_aa (VRChat).

Strengths are ours, after the reference's pictures of the mild production and the published recipes that make visemes
from ARKit's shapes (github.com/met4citizen/TalkingHead, build-visemes-from-arkit.py).
"""

from .convention import Convention, Shown, table

VISEMES: dict[str, dict[str, float]] = {
    "PP": {"AU8": 0.7, "AU24_*": 0.5, "AU18": 0.3},
    "FF": {"AU28_lower": 0.6, "AU10_*": 0.2},
    "TH": {"AU26": 0.15, "AU10_*": 0.1, "AU19": 0.4},
    "DD": {"AU26": 0.2, "AU16_*": 0.2},
    "kk": {"AU26": 0.25, "AU20_*": 0.2},
    "CH": {"AU26": 0.2, "AU22": 0.5, "AU18": 0.3},
    "SS": {"AU26": 0.1, "AU12_*": 0.2, "AU20_*": 0.3},
    "nn": {"AU26": 0.1, "AU16_*": 0.2},
    "RR": {"AU26": 0.15, "AU22": 0.4, "AU18": 0.2},
    "aa": {"AU26": 0.7, "AU16_*": 0.3, "AU10_*": 0.15},
    "E": {"AU26": 0.35, "AU12_*": 0.3, "AU20_*": 0.2},
    "I": {"AU26": 0.2, "AU12_*": 0.4, "AU20_*": 0.3},
    "O": {"AU26": 0.5, "AU22": 0.5, "AU18": 0.2},
    "U": {"AU26": 0.25, "AU22": 0.6, "AU18": 0.5},
}

_ALSO = {"I": "ih", "O": "oh", "U": "ou", "E": "ee"}

_NAMED: dict[str, Shown] = {
    f"{lead}_{name}": shown
    for viseme, shown in VISEMES.items()
    for name in {viseme, _ALSO.get(viseme, viseme)}
    for lead in ("viseme", "v")
}

OCULUS = Convention("Oculus visemes", table(_NAMED))
