"""VRM's preset expressions, 1.0 (aa, blinkLeft, happy …) and 0.x (A, Blink_L, Joy …), where keys are named after them,
and VRoid Studio's keys (Fcl_MTH_A, Fcl_BRW_Angry …).

Emotions by EMFACS' prototypes; mouths by visemes. VRM's 'fun' and 'relaxed' are no basic emotions and mean nothing
here. VRoid's after build-vroid-shapekeys.py of github.com/met4citizen/TalkingHead, which makes ARKit's shapes of them.
"""

from ...facs.affect import PROTOTYPES
from ...facs.tables import SIDED
from .convention import Convention, Shown, table
from .visemes import VISEMES

_MOUTHS = {"aa": "A", "ih": "I", "ou": "U", "ee": "E", "oh": "O"}
"""VRM 1.0 → VRM 0.x and VRoid."""
_EMOTIONS = {
    "happy": ("joy", "happiness"),
    "angry": ("angry", "anger"),
    "sad": ("sorrow", "sadness"),
    "surprised": ("surprised", "surprise"),
}
"""The same, and the prototype."""


def _mouth(name: str) -> Shown:
    return VISEMES["E" if name == "ee" else name]


def _emotion(name: str) -> Shown:
    return {f"{unit}_*" if unit in SIDED else unit: 1.0 for unit in PROTOTYPES[name]}


_EXPRESSIONS: dict[str, Shown] = (
    {spelling: _mouth(new) for new, old in _MOUTHS.items() for spelling in (new, old)}
    | {spelling: _emotion(shown) for new, (old, shown) in _EMOTIONS.items() for spelling in (new, old)}
    | {
        "blink": "AU45_*",
        "blink_{}": "AU45_*",
        "lookUp": "eyeLookUp_*",
        "lookDown": "eyeLookDown_*",
        "lookLeft": {"eyeLookOut_L": 1.0, "eyeLookIn_R": 1.0},
        "lookRight": {"eyeLookIn_L": 1.0, "eyeLookOut_R": 1.0},
    }
)

VRM = Convention("VRM", table(_EXPRESSIONS), bare=True)

_VROID: dict[str, Shown] = (
    {f"Fcl_MTH_{old}": _mouth(new) for new, old in _MOUTHS.items() if new != "ou"}
    | {f"Fcl_ALL_{old.capitalize()}": _emotion(shown) for old, shown in _EMOTIONS.values()}
    | {
        "Fcl_EYE_Close": "AU45_*",
        "Fcl_EYE_Close_{}": "AU45_*",
        "Fcl_EYE_Spread": "AU5_*",
        "Fcl_BRW_Angry": "AU4_*",
        "Fcl_BRW_Sorrow": "AU1_*",
        "Fcl_BRW_Surprised": {"AU2_*": 1.0, "AU1_*": 0.5},
        "Fcl_MTH_Close": "AU8",
        "Fcl_MTH_Angry": "AU15_*",
        "Fcl_MTH_Fun": {"AU12_*": 1.0 / 1.4},
        "Fcl_MTH_Large": "AU20_*",
    }
)
_SQUINT = {"Fcl_EYE_Joy_{}": {"AU7_*": 1.0 / 0.4}}
_ROUNDED = {"Fcl_MTH_U": {"AU22": 1.0, "AU18": 1.0}}

VROID = Convention("VRoid", table(_VROID) | table(_SQUINT) | table(_ROUNDED, together=False))
