"""What on a face's chart is in front of it: residuals that are too large, gathered to pieces."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array32
from ..easing import smoothstep

FINE, COARSE = (4.0, 6.5), (4.0, 6.5)
"""Standard deviations at which a residual tells nothing, and surely that something is in front."""
ALONE = 2.5
"""Times the fine residual beside it that the coarse one counts at most: else it would fill the gaps between strands."""
NEARER = 1.0, 1.6
"""Times as far from the face's colour as from the thing's: not part of it, and part of it."""
APART = 0.04, 0.08
"""Natural log that it must be from the face's colour at all."""
HOLE = 4.0
"""Texels (standard deviation) round a place, of which the larger part being in front takes it along."""
GROWTH = 4
"""How often what was found takes in what lies round it."""
REACH = 3.0
"""Texels: how far, each time (standard deviation)."""
VARIED = 0.04
"""Standard deviation (natural log) of colour within a thing."""
LEAST = 12.0, 30.0
"""Texels on the face that a piece must have to count, and to count whole."""


@dataclass(frozen=True)
class Residual:
    """One frame against what was to be expected."""

    expected: Array32
    """S×S×3: the face's usual look, logarithms."""
    frame: Array32
    """S×S×3: the frame, logarithms."""
    fine: Array32
    """S×S: standard deviations, the worst channel's."""
    coarse: Array32
    """S×S: the same of the blurred residual."""
    shown: Array32
    """S×S, 0 or 1: whether the frame shows the place."""


def pieces(residual: Residual, face: NDArray[np.bool_]) -> Array32:
    """S×S, 0–1: what is in front, on the chart: sure places, what goes with them, and nothing that is tiny."""
    coarse = np.minimum(residual.coarse, ALONE * cv2.blur(residual.fine, (3, 3)))
    sure = np.maximum(smoothstep(residual.fine, *FINE), smoothstep(coarse, *COARSE) * face) * residual.shown
    count, labels = cv2.connectedComponents((sure > 0.3).astype(np.uint8))
    mass = np.asarray(np.bincount(labels.ravel(), (sure * face).ravel(), count), dtype=np.float64)
    mass[0] = 0
    kept = np.asarray(sure * smoothstep(mass, *LEAST)[labels], dtype=np.float32)
    return np.maximum(kept, _grown(kept, residual)) if kept.any() else kept


def _grown(found: Array32, residual: Residual) -> Array32:
    """S×S, 0–1: with what lies near and is nearer to its colour than to the face's, and with its holes; worked out on
    every second texel.
    """
    half = (found.shape[1] // 2, found.shape[0] // 2)
    small, frame, expected = (
        cv2.resize(values, half, interpolation=cv2.INTER_AREA) for values in (found, residual.frame, residual.expected)
    )
    from_face = np.abs(frame - expected).max(axis=-1)
    apart = smoothstep(from_face, *APART) * cv2.resize(residual.shown, half, interpolation=cv2.INTER_AREA)
    for _ in range(GROWTH):
        near = cv2.GaussianBlur(np.dstack([frame * small[..., None], small]), (0, 0), REACH / 2)
        colour = near[..., :3] / (near[..., 3:] + np.float32(1e-6))
        from_it = np.abs(frame - colour).max(axis=-1) + np.float32(VARIED)
        more = smoothstep(from_face / from_it, *NEARER) * apart * smoothstep(near[..., 3], 0.02, 0.1)
        small = np.maximum(small, more)
    for _ in range(2):
        small = np.maximum(small, smoothstep(cv2.GaussianBlur(small, (0, 0), HOLE / 2), 0.6, 0.8))
    return np.asarray(cv2.resize(small, found.shape[::-1], interpolation=cv2.INTER_LINEAR), dtype=np.float32)
