"""Whose face it is in a shot, and whether two are the same person's."""

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array32
from .encoding import Encoding

OUTLYING = 2.5
"""Rows farther from the median row than this many median distances are somebody else, or half hidden."""


def embedding(encoding: Encoding) -> Array32:
    """128, unit length: the person of a shot, whatever single frames say."""
    mean = typical(encoding.identity[encoding.visible])
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), dtype=np.float32)


def similarity(one: Array32, other: Array32) -> float:
    """Cosine of two embeddings, −1 to 1."""
    return float(one @ other / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-12))


def typical(rows: NDArray[np.float16]) -> Array32:
    """F: mean of the rows (N×F) that lie near their median."""
    values = rows.astype(np.float32)
    away = np.linalg.norm(values - np.median(values, axis=0), axis=1)
    near = away <= OUTLYING * np.median(away)
    return np.asarray(values[near].mean(axis=0), dtype=np.float32)
