"""Who it is, fitted in closed form: Fisher's linear discriminants of what the network sees.

A batch holds six people, which teaches little of how thousands differ; all of them at once decide the last layer here.
"""

import numpy as np
from numpy.typing import NDArray

from ...core.conventions import Array, Array32

RIDGE = 1e-3
"""Of the mean variance within a person, added to every direction's."""


def fisher(values: Array32, person: NDArray[np.int64], count: int) -> tuple[Array32, Array32]:
    """Mean C and axes C×count of values N×C (Fisher 1936, Rao 1948): what one person's pictures differ by becomes white
    noise, and of the directions in which people differ the `count` most telling are kept, each weighted by the share of
    people in its variance, as probabilistic linear discriminants do (Ioffe 2006).
    """
    mean = values.mean(axis=0)
    away = (values - mean).astype(np.float64)
    people, number, pictures = np.unique(person, return_inverse=True, return_counts=True)
    means = np.zeros((len(people), values.shape[1]))
    np.add.at(means, number, away)
    means /= pictures[:, None]
    within = _spread(away - means[number])
    within += RIDGE * np.trace(within) / len(within) * np.eye(len(within))
    white = np.linalg.cholesky(np.linalg.inv(within))
    ratio, axes = np.linalg.eigh(white.T @ _spread(means) @ white)
    kept = slice(None, -count - 1, -1)
    share = np.clip(ratio[kept], 0, None) / (1 + np.clip(ratio[kept], 0, None))
    return mean.astype(np.float32), np.asarray(white @ axes[:, kept] * share, dtype=np.float32)


def _spread(values: Array) -> Array:
    return np.asarray(values.T @ values / len(values))
