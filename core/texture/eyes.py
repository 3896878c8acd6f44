"""Irises are alike around their axis: what the lids hide of them has the colours that are seen at its angle."""

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..face.geometry import Geometry
from .fill import TINY
from .layout import Layout

RING = np.deg2rad(2.0)
"""Width of the rings around the axis in which colours are gathered."""
FEW = 12
"""Texels that must be seen of a ring."""
IRIS = np.deg2rad(30.0), np.deg2rad(35.0)
"""Angle of an iris' rim, and where the white has begun: there lids shade and redden what is seen, so paint serves."""


def eyeballs(model: Geometry, layout: Layout, light: Array32, coverage: Array32, guess: Array32) -> Array32:
    """N×3 light: the guess, on irises with the rings' colours (coverage: N). An eye that isn't seen keeps the guess."""
    guess = guess.copy()
    member = model.eyes.member[model.triangles[:, 0]][layout.triangle]
    for eye, centre in enumerate(model.eyes.centre):
        own = np.flatnonzero(member == eye + 1)
        x, y, z = layout.attributes(model.mean - centre, model.triangles, own).T
        angle = np.arctan2(np.hypot(x, y), z)
        rings = _rings(angle, light[own], coverage[own] > 0.5)
        if rings is None:
            continue
        iris = np.exp(np.stack([np.interp(angle, rings[0], channel) for channel in rings[1].T], axis=1))
        white = np.clip((angle - IRIS[0]) / (IRIS[1] - IRIS[0]), 0, 1)[:, None]
        guess[own] += (1 - white) * (iris - guess[own])
    return guess


def _rings(angle: Array32, light: Array32, seen: NDArray[np.bool_]) -> tuple[Array, Array] | None:
    """Angles (R, rad) of the rings that are seen, and their median light (R×3, natural log)."""
    ring = (angle / RING).astype(np.intp)
    known = [index for index in np.unique(ring[seen]) if np.count_nonzero(seen & (ring == index)) >= FEW]
    if not known:
        return None
    logs = np.log(np.maximum(light, TINY))
    return (np.array(known) + 0.5) * RING, np.stack(
        [np.median(logs[seen & (ring == index)], axis=0) for index in known]
    )
