"""How action units move a rig's shape keys: one row per key, saved as a JSON preset."""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from ..errors import InputError
from ..facs.channels import reflected
from ..facs.tables import GAZE_SHAPES, UNITS
from ..storage import write_json

CHANNELS: tuple[str, ...] = (*UNITS, *GAZE_SHAPES)
"""What may move a key: the control channels, and the lids that follow the eye."""

SCHEMA = "rig_map/1"

_LIMIT = 1e6
"""Beyond this a gain or limit is a damaged file's."""


@dataclass(frozen=True)
class Row:
    """A shape key's value = clamp(gain · Σ weights[channel] · channel, low, high)."""

    mesh: str
    """Name of the mesh object."""
    key: str
    weights: dict[str, float]
    """Of CHANNELS."""
    gain: float = 1.0
    low: float = 0.0
    high: float = 1.0
    source: str = ""
    """Where it is from: 'name', 'geometry', or '' where a person made it."""

    def __post_init__(self) -> None:
        """Raises InputError for what no rig can do."""
        unknown = sorted(set(self.weights) - set(CHANNELS))
        if unknown:
            raise InputError(f"key '{self.key}': no action unit '{unknown[0]}'; known are AU1_L … eyeLookUp_R")
        numbers = (self.gain, self.low, self.high, *self.weights.values())
        if not all(math.isfinite(number) and abs(number) <= _LIMIT for number in numbers):
            raise InputError(f"key '{self.key}': gain, limits and weights have to be finite numbers")
        if self.low > self.high:
            raise InputError(f"key '{self.key}': its lower limit {self.low:g} is above its upper limit {self.high:g}")

    @property
    def place(self) -> tuple[str, str]:
        return self.mesh, self.key

    def value(self, channels: Mapping[str, float]) -> float:
        """The key's value where the channels have these values; absent ones are 0."""
        total = self.gain * sum(weight * channels.get(name, 0.0) for name, weight in self.weights.items())
        return min(max(total, self.low), self.high)


WELL, PARTLY = 0.4, 0.15
"""Share of an action's motion from which on a rig does it well, or partly. A stylised face moves its own way: of
brunette-t's keys, which bear the actions' names, the median does 0.56 of what the built-in face would."""

Places = Mapping[str, Iterable[str]]
"""Mesh object's name → names of its shape keys."""
Partner = Callable[[str, str], tuple[str, str] | None]
"""Mesh, key → the mesh and key that do the same on the other side; None where there is none."""


@dataclass(frozen=True)
class RigMap:
    """The rows of one rig, a key at most once."""

    rows: tuple[Row, ...] = ()
    name: str = ""
    quality: dict[str, float] = field(default_factory=dict)
    """Channel → how well the rig can do it, 0–1; of those that were measured."""

    def __post_init__(self) -> None:
        """Raises InputError where a key has two rows."""
        twice = [place for place, count in Counter(row.place for row in self.rows).items() if count > 1]
        if twice:
            raise InputError(f"key '{twice[0][1]}' of '{twice[0][0]}' has two rows; remove one")

    def row(self, mesh: str, key: str) -> Row | None:
        return next((row for row in self.rows if row.place == (mesh, key)), None)

    def lacking(self) -> tuple[str, ...]:
        """The units that no key follows."""
        moved = {channel for row in self.rows for channel, weight in row.weights.items() if weight}
        return tuple(unit for unit in UNITS if unit not in moved)

    def on(self, places: Places) -> "tuple[RigMap, tuple[str, ...]]":
        """The map on a rig that has these keys, and what it lacks, named 'mesh: key'.

        A row whose mesh has another name on this rig goes to every mesh that has its key.
        """
        have = {mesh: set(keys) for mesh, keys in places.items()}
        rows: dict[tuple[str, str], Row] = {}
        missing = []
        for row in self.rows:
            found = [row.mesh] if row.key in have.get(row.mesh, ()) else _others(row, have)
            for mesh in found:
                rows.setdefault((mesh, row.key), replace(row, mesh=mesh))
            if not found:
                missing.append(_label(row))
        return replace(self, rows=tuple(rows.values())), tuple(missing)

    def mirrored(self, side: str, partner: Partner) -> "tuple[RigMap, tuple[str, ...]]":
        """What `side` ('L' or 'R') does, done by the other side too; and the keys that have no partner.

        A key with a partner lends it its row, channels swapped; a key for both sides (its own partner) takes the
        side's weights on the other.
        """
        rows, alone = {row.place: row for row in self.rows}, []
        for row in self.rows:
            if not any(side_of(channel) == side for channel in row.weights):
                continue
            other = partner(*row.place)
            if other is None:
                alone.append(_label(row))
            else:
                rows[other] = _reflected(row, side, other)
        return replace(self, rows=tuple(rows.values())), tuple(alone)

    def save(self, path: Path) -> None:
        """As a JSON preset. Raises Failure where it can't be written."""
        write_json(path, self.to_json())

    def to_json(self) -> dict[str, Any]:
        return {"schema": SCHEMA} | asdict(self)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Raises InputError where the file is none that save() wrote."""
        try:
            return cls.from_json(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError as error:
            raise InputError(f"{path}: no such file") from error
        except InputError as error:
            raise InputError(f"{path}: {error}") from error
        except (OSError, ValueError, RecursionError) as error:
            raise InputError(f"{path}: not a readable JSON file ({error})") from error

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Raises InputError, without the file's name, where the value is no map."""
        if not isinstance(value, dict) or value.get("schema") != SCHEMA:
            raise InputError("is no rig map of this version; choose a preset that was saved here")
        try:
            rows = tuple(_row(entry) for entry in value["rows"])
            quality = {str(unit): float(share) for unit, share in value["quality"].items()}
            return cls(rows, str(value["name"]), quality)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise InputError(f"is a damaged rig map ({type(error).__name__}: {error})") from error


def level(share: float) -> str:
    """'well', 'partly' or 'hardly', by a share of RigMap.quality."""
    return "well" if share >= WELL else "partly" if share >= PARTLY else "hardly"


def side_of(channel: str) -> str:
    """Towards which side ('L', 'R') a channel acts, or on which; '' for what both sides do."""
    if channel in ("mouthLeft", "mouthRight"):
        return channel[len("mouth")]
    return channel[-1] if channel.endswith(("_L", "_R")) else ""


def opposite(channel: str) -> str:
    """The channel of the other side; itself where it has none."""
    return reflected(channel)[0]


def _reflected(row: Row, side: str, place: tuple[str, str]) -> Row:
    weights = {opposite(channel): weight for channel, weight in row.weights.items()}
    if place == row.place:
        own = {channel: weight for channel, weight in row.weights.items() if side_of(channel) in ("", side)}
        weights = own | {opposite(channel): weight for channel, weight in own.items()}
    return replace(row, mesh=place[0], key=place[1], weights=weights)


def _others(row: Row, have: dict[str, set[str]]) -> list[str]:
    """The meshes that have the row's key, where the row's own mesh isn't there at all."""
    return [] if row.mesh in have else [mesh for mesh, keys in have.items() if row.key in keys]


def _label(row: Row) -> str:
    return f"{row.mesh}: {row.key}"


def _row(entry: dict[str, Any]) -> Row:
    weights = {str(channel): float(weight) for channel, weight in entry["weights"].items()}
    gain, low, high = (float(entry[name]) for name in ("gain", "low", "high"))
    return Row(str(entry["mesh"]), str(entry["key"]), weights, gain, low, high, str(entry["source"]))
