"""Which shape key does on the other side what a key does, by what they move: for keys whose names have no sides."""

from collections.abc import Mapping

import numpy as np

from ..conventions import Array

ALIKE = 0.15
"""Two keys are partners where their mirrored descriptions differ less: lengths by the size of what moves, the push's
direction by its own length, its strength by factors of e.
"""


def partners(rest: Array, moved: Mapping[str, Array]) -> dict[str, str]:
    """Key → the key that moves the mirrored vertices the mirrored way; itself where it does so on both sides.

    `rest`: V×3, each of `moved`: V×3 from rest, in the mesh's own axes, one of which the face's sides lie along. Keys
    without a partner are left out.
    """
    names = [name for name, move in moved.items() if np.any(move)]
    if not names:
        return {}
    touched = np.any([np.any(moved[name], axis=1) for name in names], axis=0)
    low, high = rest[touched].min(axis=0), rest[touched].max(axis=0)
    centred, size = rest - (low + high) / 2, float(np.linalg.norm(high - low)) or 1.0
    described = np.stack([_described(centred / size, moved[name] / size) for name in names])
    found = (_paired(described, axis) for axis in range(3))
    pairs, _ = min(found, key=lambda pairing: (-len(pairing[0]), pairing[1]))
    return {names[here]: names[there] for here, there in pairs.items()}


def _described(places: Array, move: Array) -> Array:
    """8: where a key's push acts (3), its direction (3), how wide it spreads, and the logarithm of its energy."""
    share = np.sum(move * move, axis=1)
    energy = float(share.sum())
    centre = share @ places / energy
    push = np.sqrt(share) @ move / energy
    spread = np.sqrt(share @ np.sum((places - centre) ** 2, axis=1) / energy)
    return np.array([*centre, *push, spread, np.log(energy) / 4])


def _paired(described: Array, axis: int) -> tuple[dict[int, int], float]:
    """Row → the row that is nearest to its mirror image and the other way round, and how far such pairs differ."""
    flipped = described.copy()
    flipped[:, [axis, 3 + axis]] *= -1.0
    differs = np.linalg.norm(flipped[:, None] - described[None], axis=2)
    nearest = differs.argmin(axis=1)
    mutual = [(here, int(there)) for here, there in enumerate(nearest) if nearest[there] == here]
    pairs = {here: there for here, there in mutual if differs[here, there] < ALIKE}
    return pairs, float(sum(differs[here, there] for here, there in pairs.items()))
