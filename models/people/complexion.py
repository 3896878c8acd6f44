"""Colours of skin: melanin and blood over a pale ground, after Beer and Lambert; freckles, moles, rouge, lipstick."""

import cv2
import numpy as np

from ...core.conventions import Array32
from ...core.face.brushes import FRACTION_BITS, blend, filled, fixed, line, noise
from ...core.face.paint import NOSTRILS
from ...core.landmarks.mirror import MIRROR
from ...core.landmarks.places import EYES, MOUTH, OUTER_LIPS
from .chart import Chart

PALE = np.array([0.80, 0.67, 0.58])
"""Linear light that skin without pigment and blood sends back."""
MELANIN = np.array([1.0, 1.28, 1.48])
HAEMOGLOBIN = np.array([0.12, 0.55, 0.45])
CAROTENE = np.array([0.0, 0.05, 0.35])
BLOOD = ((50, 0.17), (4, 0.09), (205, 0.15), (117, 0.12), (152, 0.12))
"""Landmarks (their mirror images too) where blood shows, and how far around, in distances of the outer eye corners."""
HOLLOWS = ((230, 0.12), (190, 0.07), (27, 0.09), (232, 0.10))
FRECKLED, FLUSHED, LIPSTICK, LID_SHADOW = 0.25, 0.3, 0.2, 0.2
"""Shares of people."""
LID_COLOURS = np.array([(0.05, 0.03, 0.03), (0.15, 0.05, 0.08), (0.06, 0.08, 0.16), (0.20, 0.10, 0.05)])
LIPSTICKS = np.array([(0.45, 0.03, 0.05), (0.30, 0.02, 0.05), (0.55, 0.20, 0.20), (0.18, 0.03, 0.06)])


def draw_tone(rng: np.random.Generator) -> Array32:
    """3, linear light: from very fair to very dark."""
    melanin, blood, yellow = rng.beta(1.0, 1.5) * 2.1, rng.uniform(0.15, 0.8), rng.uniform(0, 1)
    return np.asarray(PALE * np.exp(-melanin * MELANIN - blood * HAEMOGLOBIN - yellow * CAROTENE), dtype=np.float32)


def painted_skin(rng: np.random.Generator, chart: Chart, tone: Array32) -> Array32:
    """size×size×3 linear light: no photograph is involved."""
    size = chart.size
    blood = noise(rng, size, ((6, 0.06), (20, 0.03), (60, 0.02), (150, 0.02)))[..., 0]
    for landmark, reach in BLOOD:
        blood += rng.uniform(0, 0.35) * _spots(chart, landmark, reach)
    melanin = noise(rng, size, ((5, 0.03), (40, 0.015), (150, rng.uniform(0.01, 0.03))))[..., 0]
    for landmark, reach in HOLLOWS:
        shade = rng.uniform(0, 0.25)
        melanin += shade * _spots(chart, landmark, reach)
        blood += shade * _spots(chart, landmark, reach)
    melanin += 0.5 * np.clip(chart.hollow, -0.1, 0.6)
    out = tone * _absorbed(melanin, blood)
    _mouth(out, rng, chart, tone)
    for rim in (chart.points(*nostril) for nostril in NOSTRILS):
        blend(out, 0.85 * filled(0.75 * rim + 0.25 * rim.mean(axis=0), size, 0.015 * chart.unit), 0.12 * tone)
    for eye in EYES:
        crease = cv2.GaussianBlur(line(chart.marks[eye.rings[1][1:8]], size, 2.0), (0, 0), 0.012 * chart.unit)
        blend(out, np.clip(rng.uniform(0.3, 1.0) * crease, 0, 0.7), 0.45 * tone)
    _speckles(out, rng, chart)
    return retouched(rng, chart, _pored(rng, out))


def retouched(rng: np.random.Generator, chart: Chart, texture: Array32) -> Array32:
    """Freckles, moles, rouge, lipstick, eye shadow: now and then."""
    out = texture.copy()
    if rng.uniform() < FRECKLED:
        _speckles(out, rng, chart)
    if rng.uniform() < FLUSHED:
        cheeks, nose = (_spots(chart, mark, reach) for mark, reach in BLOOD[:2])
        flush = np.asarray(rng.uniform(0.1, 0.5) * (cheeks + nose), dtype=np.float32)
        out *= _absorbed(np.zeros_like(flush), flush)
    if rng.uniform() < LIPSTICK:
        stick = LIPSTICKS[rng.integers(len(LIPSTICKS))] * np.exp(rng.normal(0, 0.3))
        blend(out, rng.uniform(0.3, 0.8) * _lips(chart), stick * (0.5 + out.mean(axis=2, keepdims=True)))
    if rng.uniform() < LID_SHADOW:
        shadow, strength = LID_COLOURS[rng.integers(len(LID_COLOURS))], rng.uniform(0.2, 0.7)
        for eye in EYES:
            lid = np.concatenate([chart.marks[eye.aperture.upper], chart.marks[eye.rings[1][1:8]]])
            blend(out, strength * filled(lid, chart.size, 0.03 * chart.unit), shadow)
    return out


def _absorbed(melanin: Array32, blood: Array32) -> Array32:
    """size×size×3: what more pigment and blood leave of the light."""
    return np.asarray(
        np.exp(-melanin[..., None] * MELANIN.astype(np.float32) - blood[..., None] * HAEMOGLOBIN.astype(np.float32))
    )


def _spots(chart: Chart, landmark: int, reach: float) -> Array32:
    """size×size: soft, round, on both sides."""
    y, x = np.mgrid[: chart.size, : chart.size].astype(np.float32)
    out = np.zeros_like(x)
    for mark in {landmark, int(MIRROR[landmark])}:
        u, v = chart.marks[mark].astype(np.float32)
        out += np.exp(-((x - u) ** 2 + (y - v) ** 2) / np.float32((reach * chart.unit) ** 2))
    return np.asarray(out)


def _lips(chart: Chart) -> Array32:
    return np.asarray(filled(chart.marks[OUTER_LIPS], chart.size, 0.012 * chart.unit))


def _mouth(out: Array32, rng: np.random.Generator, chart: Chart, tone: Array32) -> None:
    colour = tone * np.exp(-rng.uniform(0.4, 1.1) * HAEMOGLOBIN - rng.uniform(0, 0.25) * MELANIN)
    lined = 1 + noise(rng, chart.size, ((60, 0.04), (200, 0.07)))
    blend(out, 0.95 * _lips(chart), (colour * lined).astype(np.float32))
    for rim in (MOUTH.upper, MOUTH.lower):
        edge = cv2.GaussianBlur(line(chart.marks[rim], chart.size, 2.0), (0, 0), 1.5)
        blend(out, np.clip(0.5 * edge, 0, 1), 0.5 * colour)


def _speckles(out: Array32, rng: np.random.Generator, chart: Chart) -> None:
    """Freckles over nose and cheeks, a few moles anywhere."""
    canvas = np.zeros(out.shape[:2], dtype=np.float32)
    middle, wide = chart.points(195)[0], chart.unit * np.array([0.45, 0.22])
    freckles = rng.normal(middle, wide, (int(rng.integers(0, 160)), 2))
    moles = rng.uniform(0.2, 0.8, (int(rng.integers(0, 5)), 2)) * chart.size
    for places, sizes, depths in ((freckles, (0.5, 1.5), (0.1, 0.5)), (moles, (1.2, 3.0), (0.5, 1.5))):
        for place in places:
            radius = round(float(rng.uniform(*sizes)) * 2**FRACTION_BITS)
            centre = fixed(place).tolist()
            cv2.circle(canvas, centre, radius, float(rng.uniform(*depths)), -1, cv2.LINE_8, FRACTION_BITS)
    out *= _absorbed(cv2.GaussianBlur(canvas, (0, 0), 0.8), np.zeros_like(canvas))


def _pored(rng: np.random.Generator, out: Array32) -> Array32:
    grain = rng.normal(size=out.shape[:2]).astype(np.float32)
    pores = grain - 0.7 * cv2.GaussianBlur(grain, (0, 0), 1.2)
    return np.asarray(out * (1 + np.float32(rng.uniform(0.01, 0.05)) * pores[..., None]))
