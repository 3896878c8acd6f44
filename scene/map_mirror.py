"""One side of a rig's map copied to the other."""

from typing import Any

import numpy as np

from ..core.rigs.mapping import Row, opposite, side_of
from ..core.rigs.mirror import partners
from ..core.rigs.names import other_side
from . import mapping


def mirror(carrier: Any, side: str) -> tuple[str, ...]:
    """Copy what `side` ('L' or 'R') does to the other; the keys, 'mesh: key', that have no partner there."""
    here, have = mapping.rig_map(carrier), mapping.places(carrier)
    by_shape: dict[str, dict[str, str]] = {}

    def partner(mesh: str, key: str) -> tuple[str, str] | None:
        other = other_side(key, have.get(mesh, ()))
        if other == key and _is_one_sided(here.row(mesh, key)):  # its name tells nothing
            other = None
        if other is None:
            if mesh not in by_shape:
                by_shape[mesh] = _partners(mesh)
            other = by_shape[mesh].get(key)
        return None if other is None else (mesh, other)

    mirrored, alone = here.mirrored(side, partner)
    mapping.store(carrier, mirrored)
    return alone


def _is_one_sided(row: Row | None) -> bool:
    return row is not None and not any(opposite(channel) in row.weights for channel in row.weights if side_of(channel))


def _partners(mesh: str) -> dict[str, str]:
    """The mesh's keys in pairs, by what they move."""
    shape_keys = mapping.shape_keys_of(mesh)
    if shape_keys is None:
        return {}
    count = len(shape_keys.reference_key.data)
    places_of = {block.name: np.empty(3 * count, np.float32) for block in shape_keys.key_blocks}
    for name, values in places_of.items():
        shape_keys.key_blocks[name].data.foreach_get("co", values)
    rest = places_of.pop(shape_keys.reference_key.name).reshape(-1, 3).astype(float)
    return partners(rest, {name: values.reshape(-1, 3) - rest for name, values in places_of.items()})
