"""How rigs' shape keys are named: a table per convention."""

from .arkit import ARKIT_NAMES, ICT_FACEKIT, READY_PLAYER_ME
from .convention import Convention, Meaning
from .english import ENGLISH, ENGLISH_SHORT
from .facs import FACS
from .meta import META
from .metahuman import METAHUMAN
from .reallusion import REALLUSION
from .unified import UNIFIED
from .visemes import OCULUS
from .vrm import VRM, VROID

CONVENTIONS: tuple[Convention, ...] = (
    *(ARKIT_NAMES, ICT_FACEKIT, FACS, METAHUMAN, UNIFIED, META, REALLUSION),
    *(VROID, READY_PLAYER_ME, OCULUS, VRM),
    *(ENGLISH, ENGLISH_SHORT),
)
"""Of two that know as many of a rig's keys, the first goes before."""

__all__ = ["CONVENTIONS", "Convention", "Meaning"]
