"""Spectacles: two outlines, a bridge and temples that go with the head, drawn over its picture."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from ...core.conventions import Array, Array32
from ...core.face.brushes import FRACTION_BITS, fixed
from ...core.landmarks.places import EYES

WORN = 0.15
"""Share of people."""
CORNERS = 28
"""Of a rim's outline."""
BRIDGE, EARS = 6, (454, 234)
"""Landmarks: on the nose, and before the ears (left, right)."""
BEHIND = 0.03
"""m behind them that a temple vanishes behind the ear."""
SLANT, STREAK = 0.4, 0.16
"""Of the windows that lenses mirror: across per down, and half their width in a lens's."""
GOLD = np.array([1.0, 0.92, 0.8])
FINER = 2
"""Drawn pixels per pixel."""

Project = Callable[[Array], Array]
"""Face space (N×3 m) to the picture (N×2 px)."""


@dataclass(frozen=True)
class Glasses:
    """One pair on one head, in face space, left first."""

    rims: Array
    """2×CORNERS×3 m."""
    temples: Array
    """2×2×3 m: hinge, and above the ear."""
    bridge: Array
    """3×3 m."""
    thickness: float
    """m, of the rims."""
    lower: float
    """Above 0, up to 1: how much of the thickness the rims' lower half has."""
    colour: Array32
    """3, albedo."""
    tint: Array32
    """3: what the lenses let through."""
    glare: float
    """Light that they mirror, beside a white surface's."""
    streak: float
    """Where across the lenses, 0–1."""

    def draw(self, picture: Array32, project: Project, light: float) -> None:
        """Onto a picture (H×W×3 linear light), in place; `light`: what a white surface on the face would send back."""
        rims = [project(rim) for rim in self.rims]
        temples = [temple for temple in map(project, self.temples) if _sticks_out(temple, rims)]
        thickness = self.thickness * _length(rims[0]) / _length(self.rims[0])
        part, origin = _window(picture, np.concatenate([*rims, *temples]), 2 + thickness)
        if not part.size:
            return
        bridge = project(self.bridge) - origin
        rims, temples = ([line - origin for line in lines] for lines in (rims, temples))
        lenses = _mask(part, rims, 0)
        part *= 1 + lenses * (self.tint - 1)
        part += lenses * self._reflection(part, rims) * np.float32(light)
        half = CORNERS // 2 + 1
        whole = [bridge, *temples, *(rim[:half] for rim in rims)]
        below = [np.concatenate([rim[half - 1 :], rim[:1]]) for rim in rims]
        frame = np.maximum(_mask(part, whole, thickness), _mask(part, below, self.lower * thickness))
        part += frame * (self.colour * np.float32(light) - part)

    def _reflection(self, picture: Array32, rims: list[Array]) -> Array32:
        """H×W×1: a slanted window in both lenses."""
        low, high = np.concatenate(rims).min(axis=0), np.concatenate(rims).max(axis=0)
        v, u = np.ogrid[: picture.shape[0], : picture.shape[1]]
        across = (u - low[0] + SLANT * (v - low[1])) / max(float(high[0] - low[0]) / 2, 1.0) % 1.0
        inside = np.clip(1 - np.abs(across - self.streak) / STREAK, 0, 1)
        return np.asarray(self.glare * inside[..., None], dtype=np.float32)


def _sticks_out(temple: Array, rims: list[Array]) -> bool:
    """Whether a temple is seen beside the head: its end lies further out than its hinge."""
    middle = (rims[0].mean(axis=0) + rims[1].mean(axis=0)) / 2
    return bool(np.dot(temple[1] - temple[0], temple[0] - middle) > 0)


def _length(line: Array) -> float:
    return float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())


def _window(picture: Array32, points: Array, margin: float) -> tuple[Array32, Array]:
    """The part of a picture round some points, and where it begins (u, v)."""
    low = np.maximum(np.floor(points.min(axis=0) - margin), 0).astype(int)
    high = np.maximum(np.ceil(points.max(axis=0) + margin), 0).astype(int)
    return picture[low[1] : high[1], low[0] : high[0]], low


def draw_glasses(rng: np.random.Generator, landmarks: Array) -> Glasses | None:
    """Somebody's glasses on a neutral head's landmarks (478×3 m); None for most people."""
    if rng.uniform() > WORN:
        return None
    eyes = np.stack([landmarks[eye.rings[2]].mean(axis=0) for eye in EYES])
    metal = rng.uniform() < 0.4
    rims = _rims(rng, eyes)
    inner = rims[:, CORNERS // 2, :], rims[:, 0, :]
    bridge = np.stack([inner[0][0], landmarks[BRIDGE] + np.array([0, 0.002, 0.004]), inner[1][1]])
    return Glasses(
        rims=rims,
        temples=np.stack([_temple(rims[0, 0], landmarks[EARS[0]]), _temple(rims[1, CORNERS // 2], landmarks[EARS[1]])]),
        bridge=bridge,
        thickness=float(rng.uniform(0.0008, 0.0016) if metal else rng.uniform(0.0018, 0.0045)),
        lower=float(rng.choice([0.15, 0.6, 1.0], p=[0.2, 0.2, 0.6])),
        colour=_colour(rng, metal),
        tint=np.float32(rng.uniform(0.55, 1.0)) ** np.array([1.0, 1.0, 1.1], dtype=np.float32),
        glare=float(rng.uniform(0, 0.35) * (rng.uniform() < 0.6)),
        streak=float(rng.uniform(0.2, 0.8)),
    )


def _rims(rng: np.random.Generator, eyes: Array) -> Array:
    """2×CORNERS×3 m: superellipses before the eyes, from the subject's left over the top to the right."""
    wide, high, power = rng.uniform(0.022, 0.029), rng.uniform(0.015, 0.024), rng.uniform(2.0, 4.0)
    angle = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    cosine, sine = np.cos(angle), np.sin(angle)
    x = wide * np.sign(cosine) * np.abs(cosine) ** (2 / power)
    y = high * np.sign(sine) * np.abs(sine) ** (2 / power)
    away, drop = rng.uniform(0.010, 0.016), rng.uniform(-0.002, 0.005)
    z = away + np.tan(np.radians(rng.uniform(4, 12))) * y
    wrap = np.radians(rng.uniform(2, 8))
    return np.stack(
        [
            eye + np.stack([x, y - drop, z - side * np.tan(wrap) * x], axis=1)
            for side, eye in zip((1, -1), eyes, strict=True)
        ]
    )


def _temple(hinge: Array, ear: Array) -> Array:
    """2×3 m."""
    return np.stack([hinge, [ear[0], hinge[1] - 0.004, ear[2] - BEHIND]])


def _colour(rng: np.random.Generator, metal: bool) -> Array32:
    if metal:
        colour = rng.uniform(0.1, 0.6) * GOLD ** rng.uniform(0, 2)
    else:
        colour = np.exp(np.log(rng.uniform(0.01, 0.15)) + rng.normal(0, 0.4, 3)).clip(0, 0.8)
    return np.asarray(colour, dtype=np.float32)


def _mask(picture: Array32, lines: list[Array], thickness: float) -> Array32:
    """H×W×1, 0–1: polylines of a thickness (px); where it is 0, the insides of polygons."""
    height, width = picture.shape[:2]
    canvas = np.zeros((FINER * height, FINER * width), dtype=np.uint8)
    thick = max(round(FINER * thickness), 1)
    for points in lines:
        corners = fixed(FINER * points)
        if thickness:
            cv2.polylines(canvas, [corners], False, 255, thick, cv2.LINE_AA, FRACTION_BITS)
        else:
            cv2.fillPoly(canvas, [corners], 255, cv2.LINE_AA, FRACTION_BITS)
    small = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    thin = min(FINER * thickness, 1.0) if thickness else 1.0
    return np.asarray(small[..., None] * np.float32(thin / 255))
