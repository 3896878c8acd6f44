"""How one thing passes into another without a visible edge."""

import numpy as np

from .conventions import Array, Array32


def smoothstep(values: Array | Array32, start: float = 0.0, end: float = 1.0) -> Array32:
    """Hermite's step: 0 up to `start`, 1 from `end`, smooth in between."""
    share = np.clip((values - start) / (end - start), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), dtype=np.float32)
