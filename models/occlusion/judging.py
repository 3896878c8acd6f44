"""How well a network finds what is planted before faces that it was not trained on."""

import numpy as np
import torch

from .batches import Habits, Planted, batch, beside, planted
from .network import Sight, probability
from .samples import Faces
from .things import KINDS

TRIED, BARE = 12, 40
"""Faces with each kind of thing, and without any."""


@torch.no_grad()
def figures(network: Sight, faces: Faces) -> dict[str, dict[str, float]]:
    """By kind of thing: mean intersection over union on the face, of stills and of shots; bare faces: how much of them
    is taken for something in front, %.
    """
    found: dict[str, dict[str, float]] = {}
    for still, name in ((1.0, "still"), (0.0, "shot")):
        for kind, _ in KINDS:
            habits = Habits(bare=0, twice=0, worn=0, still=still, ghost=0, drawn=kind)
            ratios = [_ratio(network, face) for face in _faces(faces, TRIED, habits)]
            found.setdefault(kind.__name__, {})[name] = round(float(np.mean(ratios)), 3)
        bare = [_ratio(network, face) for face in _faces(faces, BARE, Habits(bare=1, still=still))]
        found.setdefault("bare, %", {})[name] = round(100 * float(np.mean(bare)), 3)
    return found


def _faces(faces: Faces, count: int, habits: Habits) -> list[Planted]:
    rng = np.random.default_rng(7)
    rows = rng.integers(len(faces), size=count).tolist()
    return [planted(faces, row, beside(faces, row, rng), rng, habits) for row in rows]


def _ratio(network: Sight, face: Planted) -> float:
    """Intersection over union on the face; of a bare one, the share of it that is found."""
    one = batch([face])
    on_face = one.weight == 1
    there, true = (probability(network(one.seen)) > 0.5) & on_face, (one.truth > 0.5) & on_face
    if not true.any():
        return float(there.sum() / on_face.sum())
    return float((there & true).sum() / (there | true).sum())
