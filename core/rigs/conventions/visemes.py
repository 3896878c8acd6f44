"""Visemes: Oculus' fifteen (Meta, "Viseme Reference"), as viseme_aa, v_aa and vrc.v_aa (VRChat), showing what the pose
library's sounds do.
"""

from ...facs.poses import PRESETS
from .convention import Convention, Shown, table

VISEMES: dict[str, dict[str, float]] = {
    name: {channel: strength for channel, strength in pose.values.items() if strength}
    for name, pose in PRESETS.items()
    if pose.kind == "sound"
}

_ALSO = {"ih": "I", "oh": "O", "ou": "U", "E": "ee"}

_NAMED: dict[str, Shown] = {
    f"{lead}_{name}": shown
    for viseme, shown in VISEMES.items()
    for name in (viseme, _ALSO.get(viseme, viseme))
    for lead in ("viseme", "v")
}

OCULUS = Convention("Oculus visemes", table(_NAMED))
