"""How one thing passes into another without a visible edge."""

import numpy as np

from .conventions import Array, Array32


def smoothstep(values: Array | Array32, start: float = 0.0, end: float = 1.0) -> Array32:
    """Hermite's step: 0 up to `start`, 1 from `end`, smooth in between."""
    share = np.clip(values if (start, end) == (0.0, 1.0) else (values - start) / (end - start), 0, 1)
    rest = 3 - 2 * share
    share *= share
    share *= rest
    return np.asarray(share, dtype=np.float32)


def saturated(values: Array, knee: Array | float, room: Array | float) -> Array:
    """Values from 0 on: themselves up to `knee`, then ever slower, never beyond knee + room; smooth and increasing."""
    return np.asarray(np.minimum(values, knee) + room * np.tanh(np.maximum(values - knee, 0.0) / room))
