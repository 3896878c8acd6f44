"""Hairs of the face, stroke by stroke: brows, lashes, beards."""

from dataclasses import dataclass

import cv2
import numpy as np

from ...core.conventions import Array, Array32
from ...core.easing import smoothstep
from ...core.face.brushes import FRACTION_BITS, blend, filled, fixed, line, noise
from ...core.face.paint import BROWS
from ...core.landmarks.places import EYES, OUTER_LIPS
from .chart import Chart

MELANIN = np.array([1.0, 1.4, 1.9])
"""How much more of green and blue hair's pigment takes than of red."""
JAW = (93, 132, 58, 172, 136, 150, 149, 176, 148, 152)
CHEEK_LINE = (93, 147, 187, 207, 206, 165, 164)
"""Where beards end below and above, on the subject's right."""
MOUSTACHE = (164, 167, 165, 92, 186, 61)
SHADES = (120, 160, 190, 220, 255)
"""Of brow hairs, of 255."""
GREY = 0.08
"""Share of people."""
BEARDED, STYLES = 0.25, ("stubble", "beard", "goatee", "moustache")
NECK = 0.10
"""How far a beard goes on below the jaw, in distances of the outer eye corners."""


def draw_colour(rng: np.random.Generator, skin: Array32) -> Array32:
    """3, linear light: grey on some; dark skin mostly has dark hair."""
    if rng.uniform() < GREY:
        return np.asarray(rng.uniform(0.06, 0.3) * np.array([1.0, 0.97, 0.93]), dtype=np.float32)
    fair = float(np.clip((skin.mean() - 0.12) / 0.3, 0, 1))
    pigment = rng.uniform(2.4 - 1.9 * fair, 3.8)
    red = np.array([-0.3, 0.0, 0.3]) * rng.uniform(0, fair)
    return np.asarray(np.exp(-0.6 - pigment * (MELANIN + red)), dtype=np.float32)


@dataclass(frozen=True)
class Brow:
    thickness: float
    """Of the landmarks' own."""
    lift: float
    """In distances of the outer eye corners; the arch more than the ends."""
    arch: float
    tail: float
    """Share of the length that is there."""
    density: float
    hairs: int
    ground: float


def draw_brow(rng: np.random.Generator) -> Brow:
    return Brow(
        thickness=float(np.exp(rng.normal(-0.05, 0.3))),
        lift=float(rng.normal(0, 0.012)),
        arch=float(rng.normal(0.005, 0.02)),
        tail=float(rng.uniform(0.75, 1.05)),
        density=float(rng.uniform(0.35, 0.95)),
        hairs=int(rng.integers(90, 320)),
        ground=float(rng.uniform(0.1, 0.6)),
    )


def brow_mask(chart: Chart) -> Array32:
    """size×size: 1 where brows grow, generously."""
    outlines = [chart.points(*upper, *lower[::-1]) for upper, lower in BROWS]
    wide = np.max([filled(outline, chart.size, 0.5) for outline in outlines], axis=0)
    away = cv2.distanceTransform((wide < 0.5).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.asarray(np.clip(1.6 - away / (0.045 * chart.unit), 0, 1), dtype=np.float32)


def paint_brows(canvas: Array32, rng: np.random.Generator, chart: Chart, look: Brow, colour: Array32) -> None:
    """Both brows (linear light), nearly each other's mirror image."""
    for upper, lower in BROWS:
        edges = [_shaped(chart.points(*edge), look, chart) for edge in (upper, lower)]
        middle = (edges[0] + edges[1]) / 2
        above, below = (middle + look.thickness * (edge - middle) for edge in edges)
        hairs = _hairs(rng, above, below, look, chart)
        ground = filled(np.concatenate([above, below[::-1]]), chart.size, 0.02 * chart.unit)
        blend(canvas, look.ground * look.density * ground, colour)
        blend(canvas, look.density * hairs, colour)


def _shaped(edge: Array, look: Brow, chart: Chart) -> Array:
    """5×2 px, outer end first: lifted, arched, its tail cut short."""
    along = np.linspace(0, 1, len(edge))
    lift = look.lift + look.arch * np.sin(np.pi * np.clip(along * 1.1, 0, 1))
    out = edge - np.stack([np.zeros(len(edge)), lift * chart.unit], axis=1)
    return np.asarray(out[-1] + np.minimum(look.tail, 1.05) * (out - out[-1]))


def _hairs(rng: np.random.Generator, above: Array, below: Array, look: Brow, chart: Chart) -> Array32:
    """size×size: single hairs that lean outwards, upright near the nose."""
    canvas = np.zeros((chart.size, chart.size), dtype=np.uint8)
    along, across = 1 - rng.uniform(size=look.hairs) ** 0.9, rng.beta(1.5, 1.5, size=look.hairs)
    low, high = _along(below, along), _along(above, along)
    roots = low + across[:, None] * (high - low)
    outwards = _along(below, np.maximum(along - 0.15, 0)) - _along(below, np.minimum(along + 0.05, 1))
    outwards /= np.linalg.norm(outwards, axis=1, keepdims=True) + 1e-9
    rise = ((0.9 * along**2 + 0.25) * (1 - 1.2 * across) + rng.normal(0, 0.12, look.hairs))[:, None]
    way = outwards + rise * np.array([0.0, -1.2])
    way *= rng.uniform(0.035, 0.07, (look.hairs, 1)) * chart.unit / np.linalg.norm(way, axis=1, keepdims=True)
    strokes = fixed(np.stack([roots - way / 2, roots + way / 2], axis=1))
    for k, shade in enumerate(SHADES):
        cv2.polylines(canvas, list(strokes[k :: len(SHADES)]), False, shade, 1, cv2.LINE_AA, FRACTION_BITS)
    return canvas.astype(np.float32) / 255


def _along(points: Array, share: Array) -> Array:
    """N×2: places on a line of points, 0 at its first and 1 at its last."""
    at = np.linspace(0, 1, len(points))
    return np.stack([np.interp(share, at, column) for column in points.T], axis=1)


def paint_lashes(canvas: Array32, rng: np.random.Generator, chart: Chart, colour: Array32) -> None:
    """Dark along the lids' edges: lashes, on some a drawn line."""
    liner = rng.uniform(0.8, 1.0) if rng.uniform() < 0.2 else 0.0
    thickness, below = rng.uniform(0.012, 0.035) * (1 + liner), rng.uniform(0.1, 0.5) + 0.3 * liner
    strength, dark = rng.uniform(0.45, 0.9), 0.5 * np.minimum(colour, 0.06)
    dark_rim = np.zeros((chart.size, chart.size), dtype=np.float32)
    for aperture in (eye.aperture for eye in EYES):
        for rim, much, wide in ((aperture.upper, 1.0, 1.0), (aperture.lower, below, 0.45)):
            edge = much * line(chart.marks[rim], chart.size, wide * thickness * chart.unit)
            np.maximum(dark_rim, edge, out=dark_rim)
    blend(canvas, np.clip(max(strength, liner) * cv2.GaussianBlur(dark_rim, (0, 0), 0.7), 0, 0.95), dark)


def paint_beard(canvas: Array32, rng: np.random.Generator, chart: Chart, colour: Array32) -> None:
    """Stubble, a beard, a goatee or a moustache."""
    style = STYLES[rng.integers(len(STYLES))]
    streaks = rng.normal(size=canvas.shape[:2]).astype(np.float32)
    streaks = cv2.GaussianBlur(streaks, (0, 0), 0.6, sigmaY=float(rng.uniform(0.8, 2)))
    streaks = smoothstep(streaks / streaks.std(), -0.8, 1.2)
    patchy = np.clip(1 + noise(rng, chart.size, ((14, 0.2), (40, 0.15)))[..., 0], 0, 1.4)
    ground, hairs = (rng.uniform(0.05, 0.4), rng.uniform(0.2, 0.6)) if style == "stubble" else rng.uniform(0.4, 0.85, 2)
    thick = ground + hairs * streaks * (1 - ground)
    blend(canvas, np.clip(_beard_area(rng, chart, style) * patchy * thick, 0, 0.92), colour)


def _beard_area(rng: np.random.Generator, chart: Chart, style: str) -> Array32:
    """size×size, 0–1."""
    lips = filled(chart.marks[OUTER_LIPS], chart.size, 0.008 * chart.unit)
    below_nose = (np.arange(chart.size)[:, None] - chart.points(2)[0, 1]) / (0.05 * chart.unit)
    upper = _both_sides(chart, chart.points(*MOUSTACHE), 0.02) * smoothstep(below_nose)
    jaw = chart.points(*JAW) + np.array([0, NECK * chart.unit])
    cheeks = chart.points(*CHEEK_LINE) + np.array([0, rng.uniform(0, 0.12) * chart.unit])
    whole = _both_sides(chart, np.concatenate([jaw, cheeks[::-1]]), 0.05)
    y, x = np.ogrid[: chart.size, : chart.size]
    away = np.hypot(x - chart.size / 2, 0.8 * (y - chart.points(17)[0, 1])) / chart.unit
    around_chin = np.maximum(whole * smoothstep(-away, -0.42, -0.3), upper * float(rng.uniform() < 0.7))
    area = {"moustache": upper, "goatee": around_chin}.get(style, whole)
    return np.asarray(area * (1 - lips), dtype=np.float32)


def _both_sides(chart: Chart, right: Array, blur: float) -> Array32:
    """size×size: inside an outline that runs from midline to midline on the right, and its mirror image."""
    whole = np.concatenate([right, chart.mirrored(right)[::-1]])
    return filled(whole, chart.size, blur * chart.unit)
