"""Expressions to paste: presets by their action units, and the user's own.

Emotions are EMFACS' prototypes (affect.PROTOTYPES; Friesen & Ekman 1983), contempt its one-sided 12 + 14, pain the
actions of the PSPI (Prkachin & Solomon 2008, "The structure, reliability and validity of pain expression", Pain 139).
Mouth shapes have the names and sounds of Meta's Oculus Lipsync viseme reference; their actions follow from how the
sounds are made (lips together for p, the lower lip under the teeth for f, …; Edwards et al. 2016, "JALI"). None of
these say how strong an action is: strengths are ours, for a clear expression.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ..errors import InputError
from ..storage import write_json
from ..userdata import user_data_folder
from .affect import PROTOTYPES
from .channels import CHANNELS, GROUPS
from .codes import units_from_codes
from .tables import UNITS

Kind = Literal["emotion", "sound", "own"]

SCHEMA = "poses/1"
_LIMIT = 100.0
"""Beyond this a value is a damaged file's."""


@dataclass(frozen=True)
class Pose:
    """An expression of one moment."""

    name: str
    kind: Kind
    values: dict[str, float]
    """By channel, of all that it speaks of, those at rest too; others it leaves alone."""


_STRENGTH = 0.8
_SURPRISED_LIDS = 0.28
"""EMFACS has surprise's AU5 at B, slight: strong it is fear's."""
_JAW = 0.5
"""AU26; beyond it begins AU27 (derived.derived_units)."""

_PAIN = ("AU4", "AU6", "AU7", "AU9", "AU10", "AU43")

_SOUNDS: dict[str, dict[str, float]] = {
    "PP": {"AU24": 0.6, "AU28_upper": 0.3, "AU28_lower": 0.3},
    "FF": {"AU28_lower": 0.6, "AU10": 0.25, "AU26": 0.06},
    "TH": {"AU26": 0.15, "AU19": 0.4, "AU16": 0.2, "AU10": 0.1},
    "DD": {"AU26": 0.15, "AU16": 0.25, "AU10": 0.1},
    "kk": {"AU26": 0.22, "AU16": 0.2, "AU10": 0.15},
    "CH": {"AU22": 0.6, "AU18": 0.2, "AU26": 0.1},
    "SS": {"AU20": 0.25, "AU16": 0.35, "AU10": 0.15, "AU26": 0.05},
    "nn": {"AU26": 0.12, "AU16": 0.2, "AU10": 0.1},
    "RR": {"AU18": 0.4, "AU22": 0.25, "AU26": 0.15},
    "aa": {"AU26": 0.6, "AU16": 0.2, "AU10": 0.1},
    "E": {"AU26": 0.35, "AU20": 0.3, "AU16": 0.2, "AU10": 0.1},
    "ih": {"AU26": 0.2, "AU20": 0.3, "AU16": 0.2, "AU14": 0.15},
    "oh": {"AU26": 0.4, "AU22": 0.4, "AU18": 0.3},
    "ou": {"AU18": 0.8, "AU22": 0.25, "AU26": 0.12},
}
"""Strengths by code. PP: p, b, m. FF: f, v. TH: th. DD: t, d. kk: k, g. CH: ch, j, sh. SS: s, z. nn: n, l. RR: r."""


def _of_codes(name: str, kind: Kind, codes: dict[str, float], governed: tuple[str, ...]) -> Pose:
    strengths = {code: np.array([value]) for code, value in codes.items()}
    found = units_from_codes(strengths)[0] if codes else np.zeros(len(UNITS))
    units = dict(zip(UNITS, found.tolist(), strict=True))
    return Pose(name, kind, {channel: units[channel] for channel in governed})


def _emotions() -> list[Pose]:
    coded = {emotion: dict.fromkeys(codes, _STRENGTH) for emotion, codes in PROTOTYPES.items()}
    coded["surprise"]["AU5"] = _SURPRISED_LIDS
    for codes in (coded["surprise"], coded["fear"]):
        codes["AU26"] = _JAW
    coded |= {"neutral": {}, "pain": dict.fromkeys(_PAIN, _STRENGTH)}
    poses = [_of_codes(name, "emotion", codes, UNITS) for name, codes in coded.items()]
    contempt = dict.fromkeys(UNITS, 0.0) | {"AU12_R": _STRENGTH / 2, "AU14_R": _STRENGTH}
    return [*poses, Pose("contempt", "emotion", contempt)]


def _presets() -> dict[str, Pose]:
    mouth = (*GROUPS["mouth"], *GROUPS["jaw"])
    sounds = [_of_codes(name, "sound", codes, mouth) for name, codes in _SOUNDS.items()]
    order = ("neutral", "happiness", "sadness", "surprise", "fear", "anger", "disgust", "contempt", "pain")
    emotions = sorted(_emotions(), key=lambda pose: order.index(pose.name))
    return {pose.name: pose for pose in (*emotions, *sounds)}


PRESETS: dict[str, Pose] = _presets()
"""By name, in the order to show them."""


def own_file() -> Path:
    """Where the user's poses are kept."""
    return user_data_folder() / "poses.json"


def own_poses(path: Path) -> dict[str, Pose]:
    """The user's poses by name; none where there is no file. Raises InputError where it is damaged."""
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        if value["schema"] != SCHEMA:
            raise InputError(f"{path}: holds no poses of this version; move it away")
        poses = [_own(entry) for entry in value["poses"]]
    except (OSError, LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise InputError(f"{path}: damaged poses ({error}); repair it or move it away") from error
    return {pose.name: pose for pose in poses}


def listed_own() -> list[str]:
    """Names of the user's poses; none where their file is damaged, which using or saving one tells."""
    try:
        return list(own_poses(own_file()))
    except InputError:
        return []


def keep_pose(pose: Pose, path: Path) -> None:
    """Add a pose to the user's, in place of one with its name.

    Raises InputError for a preset's name or a damaged file, Failure where the file can't be written.
    """
    if not pose.name.strip() or pose.name in PRESETS:
        raise InputError(f"a pose can't be called '{pose.name}'; give it a name of its own")
    poses = own_poses(path) | {pose.name: replace(pose, kind="own")}
    _write(poses, path)


def drop_pose(name: str, path: Path) -> None:
    """Take one of the user's poses away. Raises InputError where there is none of this name."""
    poses = own_poses(path)
    if name not in poses:
        raise InputError(f"there is no pose of your own called '{name}'")
    del poses[name]
    _write(poses, path)


def _write(poses: dict[str, Pose], path: Path) -> None:
    entries = [{"name": pose.name, "values": pose.values} for pose in poses.values()]
    write_json(path, {"schema": SCHEMA, "poses": entries})


def _own(entry: dict[str, Any]) -> Pose:
    values = {str(channel): float(value) for channel, value in entry["values"].items()}
    wrong = [name for name, value in values.items() if name not in CHANNELS or not abs(value) <= _LIMIT]
    if wrong:
        raise ValueError(f"pose '{entry['name']}', channel '{wrong[0]}'")
    return Pose(str(entry["name"]), "own", values)
