"""What a user chooses about a re-performance."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class TransferOptions:
    """How much of the source's expression goes to the target, where, and how."""

    strength: float = 1.0
    """0–1."""
    mode: Literal["replace", "add"] = "replace"
    region: Literal["all", "upper", "lower"] = "all"
    method: Literal["geometry", "tps"] = "geometry"
    """'tps': the field's classic, landmark offsets applied by a thin-plate spline."""
