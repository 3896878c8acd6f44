"""How well a rig does what action units ask of it, and why some of its keys do nothing."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..conventions import Array
from ..face.model import FaceModel
from ..facs.tables import ACTION_UNITS, UNITS
from ..heads.observer import open_observer
from ..reporting import Reporter
from .mapping import CHANNELS, RigMap, level
from .measure import measure
from .scan import Scan
from .solve import ALIKE, SEVERAL, Key, Rig, Uses, components, cosine, explained, rig_map, solve

FACES = 0.02
"""What moves the compared places by less of what the faintest action does moves nothing of the face."""
MENTIONED = 4
"""Parts of a combination that are named."""


@dataclass(frozen=True)
class Verdict:
    """A map, and what to tell of it."""

    map: RigMap
    idle: dict[str, str]
    """Key that follows nothing → why."""

    @property
    def groups(self) -> dict[str, list[str]]:
        """'well', 'partly' and 'hardly' → the units that the rig does so."""
        found: dict[str, list[str]] = {"well": [], "partly": [], "hardly": []}
        for unit in UNITS:
            found[level(self.map.quality.get(unit, 0.0))].append(unit)
        return found

    def to_json(self) -> dict[str, Any]:
        """The map, which RigMap reads back, with the report beside it."""
        table = {
            unit: {"name": named_unit(unit), "share": share, "does": level(share), "keys": keys_of(self.map, unit)}
            for unit, share in self.map.quality.items()
        }
        return self.map.to_json() | {"report": {"units": table, "idle_keys": self.idle}}


def judged(scan: Scan, builtin: FaceModel, reporter: Reporter) -> Verdict:
    """The map of a scanned character, measured on its own face. Raises InputError where no face is found on it."""
    with open_observer() as observer:
        rig = Rig.of(scan, measure(scan, builtin, observer, reporter))
    uses = solve(rig)
    return Verdict(rig_map(rig, uses, scan.name, qualities(rig, uses)), idle(rig, uses))


def qualities(rig: Rig, uses: Uses) -> dict[str, float]:
    """Channel → the share, 0–1, of its expected motion that the keys which follow it make, at the strength up to their
    limits that suits it best.
    """
    return {name: round(_quality(rig, uses, name), 3) for name in CHANNELS}


def _quality(rig: Rig, uses: Uses, channel: str) -> float:
    moved: Array = np.zeros_like(rig.actions[channel])
    for index, use in uses.items():
        moved += min(use.weights.get(channel, 0.0), 1.0) * rig.keys[index].motion
    wanted = rig.actions[channel]
    energy = float(moved @ moved)
    strength = min(max(float(moved @ wanted) / energy, 0.0), 1.0) if energy > 0 else 0.0
    rest = wanted - strength * moved
    return max(0.0, 1 - float(rest @ rest) / max(float(wanted @ wanted), 1e-24))


def idle(rig: Rig, uses: Uses) -> dict[str, str]:
    """Key that follows nothing → why."""
    least = FACES * min(float(np.linalg.norm(motion)) for motion in rig.actions.values())
    return {
        f"{key.mesh}: {key.name}" if key.mesh else key.name: _why(rig, uses, key, least)
        for index, key in enumerate(rig.keys)
        if index not in uses
    }


def _why(rig: Rig, uses: Uses, key: Key, least: float) -> str:
    if not key.places:
        return "moves nothing"
    if np.linalg.norm(key.motion) < least:
        return "moves nothing of the face"
    shown = components(rig, list(rig.actions), key.motion)
    if len(shown) > 1 and explained([rig.actions[name] for name in shown], key.motion) >= SEVERAL:
        return f"combines {', '.join(list(shown)[:MENTIONED])}"
    nearest = max(rig.actions, key=lambda name: cosine(rig.actions[name], key.motion))
    alike = cosine(rig.actions[nearest], key.motion)
    if alike >= ALIKE:
        return f"does {nearest} as {_rival(rig, uses, nearest)} does, less well"
    return f"like no action unit (nearest {nearest}, {alike:.2f})"


def _rival(rig: Rig, uses: Uses, channel: str) -> str:
    return " and ".join(f"'{rig.keys[index].name}'" for index, use in uses.items() if channel in use.weights) or "none"


def keys_of(found: RigMap, channel: str) -> list[str]:
    """The names of the keys that follow a channel."""
    return list(dict.fromkeys(row.key for row in found.rows if row.weights.get(channel)))


def named_unit(channel: str) -> str:
    """FACS' name of a channel's unit, with its side: 'lip corner puller, left'; a shape without a code as it is."""
    code, _, side = channel.partition("_")
    said = {unit.code: unit.name for unit in ACTION_UNITS}
    return f"{said[code]}{SIDES.get(side, '')}" if code in said else channel


SIDES = {"L": ", left", "R": ", right", "upper": ", upper lip", "lower": ", lower lip"}
