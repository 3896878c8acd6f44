"""Lip and lid contours marked by hand, and how far curves through landmarks run from them."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..core.conventions import Array
from ..core.landmarks.places import LEFT_EYE, MOUTH, OUTER_LIPS, RIGHT_EYE, Indices

MARKS = Path(__file__).resolve().parent.parent / "tests" / "fit" / "marks" / "contours.json"
"""How they were made stands beside them in README.md."""

LIPS_LOWER = np.append(OUTER_LIPS[10:], OUTER_LIPS[0])[::-1]

CONTOURS: dict[str, Indices] = {
    "lip_outer_upper": OUTER_LIPS[:11],
    "lip_outer_lower": LIPS_LOWER,
    "lip_inner_upper": MOUTH.upper,
    "lip_inner_lower": MOUTH.lower,
    "right_eye_upper": RIGHT_EYE.aperture.upper,
    "right_eye_lower": RIGHT_EYE.aperture.lower,
    "left_eye_upper": LEFT_EYE.aperture.upper,
    "left_eye_lower": LEFT_EYE.aperture.lower,
}
"""Landmarks along each contour, from the image's left to its right; the corners belong to both rims."""

STEPS = 12
"""Points of a curve between two landmarks."""


@dataclass(frozen=True)
class Marked:
    """One frame's contours: N×2 px each, from the image's left to its right; those that can't be seen are absent."""

    clip: str
    frame: int
    contours: dict[str, Array]


def read_marks(kind: str = "frames") -> list[Marked]:
    """The marked frames; 'again': those marked a second time, to know how repeatable the marks are."""
    return [
        Marked(row["clip"], row["frame"], {name: np.array(points) for name, points in row["contours"].items()})
        for row in json.loads(MARKS.read_text(encoding="utf-8"))[kind]
    ]


def curve(landmarks: Array, contour: str) -> Array:
    """A smooth curve (px) through a contour's landmarks (…of 478×2 px): Catmull and Rom's, uniform."""
    knots = landmarks[CONTOURS[contour]]
    before, after = 2 * knots[0] - knots[1], 2 * knots[-1] - knots[-2]
    padded = np.vstack([before, knots, after])
    t = np.arange(STEPS)[:, None] / STEPS
    spans = [_span(padded[first : first + 4], t) for first in range(len(knots) - 1)]
    return np.vstack([*spans, knots[-1:]])


def _span(knots: Array, t: Array) -> Array:
    p0, p1, p2, p3 = knots
    bend = (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    return np.asarray(p1 + 0.5 * ((p2 - p0) * t + bend))


def is_upper(contour: str) -> bool:
    """Whether a contour rims its opening from above."""
    return contour.endswith("upper")


def distances(points: Array, line: Array, *, upper: bool) -> Array:
    """N px from points (N×2) to a line that runs from left to right: above zero where the line lies outside of
    the point, as seen from the opening that it rims.
    """
    start, along = line[:-1], np.diff(line, axis=0)
    share = np.einsum("nsk,sk->ns", points[:, None] - start, along) / np.maximum(np.sum(along**2, axis=1), 1e-12)
    away = points[:, None] - start - np.clip(share, 0, 1)[..., None] * along
    apart = np.linalg.norm(away, axis=-1)
    nearest = np.argmin(apart, axis=1)
    rows = np.arange(len(points))
    off, run = away[rows, nearest], along[nearest]
    below = run[:, 0] * off[:, 1] - run[:, 1] * off[:, 0] > 0
    return np.asarray(np.where(below == upper, 1.0, -1.0) * apart[rows, nearest])
