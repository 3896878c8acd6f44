"""Two small solvers: the best one-to-one assignment, and least squares with weights that may not be negative."""

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array


def assigned(score: Array) -> NDArray[np.intp]:
    """A: the column of each row of scores (A×B, A ≤ B), all different, so that their sum is largest.

    The Hungarian method by shortest augmenting paths (Jonker & Volgenant 1987); rows enter one by one.
    """
    rows, columns = score.shape
    price, credit = np.zeros(columns + 1), np.zeros(rows)
    owner = np.full(columns + 1, -1)  # the last column is where a row enters
    for row in range(rows):
        owner[columns], at = row, columns
        least, before, done = np.full(columns, np.inf), np.full(columns, columns), np.zeros(columns + 1, dtype=bool)
        while owner[at] >= 0:
            done[at] = True
            cost = -score[owner[at]] - credit[owner[at]] - price[:columns]
            shorter = ~done[:columns] & (cost < least)
            least[shorter], before[shorter] = cost[shorter], at
            following = int(np.where(done[:columns], np.inf, least).argmin())
            step = least[following]
            credit[owner[done]] += step
            price[done] -= step
            least[~done[:columns]] -= step
            at = following
        while at != columns:
            owner[at] = owner[before[at]]
            at = int(before[at])
        owner[columns] = -1
    out = np.empty(rows, dtype=np.intp)
    taken = np.flatnonzero(owner[:columns] >= 0)
    out[owner[taken]] = taken
    return out


def non_negative(parts: Array, whole: Array) -> Array:
    """P weights ≥ 0 with which parts (P×N) sum up to a whole (N) as nearly as they can (Lawson & Hanson 1974)."""
    gram, right = parts @ parts.T, parts @ whole
    weights, used = np.zeros(len(parts)), np.zeros(len(parts), dtype=bool)
    for _ in range(3 * len(parts)):
        slope = np.where(used, -np.inf, right - gram @ weights)
        if not len(slope) or slope.max() <= TINY * np.abs(right).max(initial=0.0):
            break
        used[slope.argmax()] = True
        while used.any():
            wanted = np.zeros(len(parts))
            wanted[used] = np.linalg.lstsq(gram[np.ix_(used, used)], right[used], rcond=None)[0]
            if wanted[used].min() > 0:
                weights = wanted
                break
            back = used & (wanted <= 0)
            weights = weights + (weights[back] / (weights[back] - wanted[back])).min() * (wanted - weights)
            used &= weights > TINY * weights.max(initial=0.0)
            weights[~used] = 0.0
    return weights


TINY = 1e-9
