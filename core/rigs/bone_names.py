"""Which bone turns the head, which the eyes, which the jaw: names that rigs are documented with.

Rigify's after its own sources (rigs/faces/super_face.py, rigs/face/skin_eye.py and skin_jaw.py), others after their
makers' rigs. Where a rig has controls, they come before the bones that follow them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Role = Literal["EYE_L", "EYE_R", "JAW", "HEAD", "NECK"]
ROLES: tuple[Role, ...] = ("EYE_L", "EYE_R", "JAW", "HEAD", "NECK")

_PREFIX = re.compile(r"^(.*[:|]|mixamorig\d*_?)", re.IGNORECASE)
"""Namespaces: 'mixamorig:Head', 'Armature|Head', 'mixamorigHead'."""
_LEFT = re.compile(r"[Ll]eft|LEFT|(?<![A-Za-z])[Ll](?![a-z])|(?<=[a-z])L(?![a-z])|左")
"""'LeftArm', 'arm_l', 'J_Bip_L_Arm', 'lEye', 'armL'."""
_RIGHT = {"Left": "Right", "left": "right", "LEFT": "RIGHT", "L": "R", "l": "r", "左": "右"}


@dataclass(frozen=True)
class Family:
    """The bones of one maker's rigs: per role the names it may have, the best first."""

    name: str
    bones: Mapping[Role, tuple[str, ...]]


def _family(name: str, eye: str, jaw: str = "", head: str = "", neck: str = "", sides: str = "L R") -> Family:
    """Names of a role apart by blanks; `{}` in an eye's stands for the side, written as one of the two `sides`."""
    left, right = sides.split()
    written: dict[Role, str] = {"EYE_L": eye.replace("{}", left), "EYE_R": eye.replace("{}", right)}
    written |= {"JAW": jaw, "HEAD": head, "NECK": neck}
    return Family(name, {role: tuple(names.split()) for role, names in written.items() if names})


FAMILIES: tuple[Family, ...] = (
    _family("Rigify", "eye.{} DEF-eye.{}", "jaw_master DEF-jaw", "head DEF-spine.006", "neck DEF-spine.004"),
    _family("Rigify meta-rig", "eye.{}", "jaw", "spine.006", "spine.004"),
    _family("Auto-Rig Pro", "c_eye.{}", "c_jawbone.x jawbone.x", "c_head.x head.x", "c_neck.x neck.x", "l r"),
    _family("Ready Player Me, Mixamo, VRM", "{}Eye", "Jaw", "Head", "Neck", "Left Right"),
    _family("VRoid", "J_Adj_{}_FaceEye", "", "J_Bip_C_Head", "J_Bip_C_Neck"),
    _family("Character Creator", "CC_Base_{}_Eye", "CC_Base_JawRoot", "CC_Base_Head", "CC_Base_NeckTwist01"),
    _family("Unreal mannequin", "eye_{}", "jaw", "head", "neck_01", "l r"),
    _family("MetaHuman", "FACIAL_{}_Eye", "FACIAL_C_Jaw", "head", "neck_01"),
    _family("Daz Genesis 9", "{}_eye", "lowerjaw", "head", "neck1", "l r"),
    _family("Daz Genesis 8", "{}Eye", "lowerJaw", "head", "neckLower", "l r"),
    _family("MakeHuman", "eye.{}", "jaw", "head", "neck01"),
    _family("MikuMikuDance", "{}目", "", "頭", "首", "左 右"),
    _family("MikuMikuDance in Blender", "目.{}", "", "頭", "首"),
    _family("plain names", "eyeball_{} eyeball.{} eye{} {}_eyeball", "lower_jaw jawroot jaw_01", "head_01", "neck_1"),
    _family("plain names, long", "eye_{} {}_eye eye.{} eye{} eyeball_{}", "mandible", "head", "neck", "left right"),
)
"""The more of a family's roles a rig has, the better it fits; of equal ones the first."""


def match(bones: Iterable[str]) -> dict[Role, tuple[str, ...]]:
    """Role → the rig's bones that may have it, the best first: its own family's names, then those of others."""
    plain = _by_plain_name(bones)
    candidates: dict[Role, tuple[str, ...]] = {}
    for role in ROLES:
        found = [bone for family in _ranked(plain) for bone in _found(family.bones.get(role, ()), plain)]
        if found:
            candidates[role] = tuple(dict.fromkeys(found))
    return candidates


def family_of(bones: Iterable[str]) -> str | None:
    """The name of the family that most of a rig's roles are named after; None where it has none of any."""
    plain = _by_plain_name(bones)
    best = _ranked(plain)[0]
    return best.name if _share(best, plain) else None


def pairs(bones: Iterable[str]) -> list[tuple[str, str]]:
    """The (left, right) bones of a rig that are named as one another's mirror image."""
    have = dict.fromkeys(bones)
    turned = {bone: _LEFT.sub(lambda side: _RIGHT[side[0]], bone) for bone in have}
    return [(left, right) for left, right in turned.items() if left != right and right in have]


def _ranked(plain: Mapping[str, str]) -> list[Family]:
    return sorted(FAMILIES, key=lambda family: -_share(family, plain))


def _share(family: Family, plain: Mapping[str, str]) -> int:
    """How many of a family's roles a rig has."""
    return sum(bool(_found(names, plain)) for names in family.bones.values())


def _found(names: Iterable[str], plain: Mapping[str, str]) -> list[str]:
    return [plain[_plain(name)] for name in names if _plain(name) in plain]


def _by_plain_name(bones: Iterable[str]) -> dict[str, str]:
    """Of bones with the same plain name the first."""
    return {_plain(bone): bone for bone in reversed(list(bones))}


def _plain(bone: str) -> str:
    return _PREFIX.sub("", bone).lower()
