"""The light of a photograph taken out of the texture that was made of it.

Skin under distant light is nearly albedo × a quadratic in the normal (Ramamoorthi and Hanrahan 2001): fitted robustly
on what surely is skin, and divided out. What is left at low frequencies (cast shadows, falloff) is evened.
"""

import cv2
import numpy as np

from ...core.conventions import Array, Array32
from ...core.face.brushes import filled
from ...core.face.model import FaceModel
from ...core.face.paint import BROWS, NOSTRILS
from ...core.face.surface import vertex_normals
from ...core.face.texels import Texels
from ...core.landmarks.places import EYES, OUTER_LIPS
from .chart import SIZE, Chart

ROUNDS = 8
SLACK = 0.12
"""Relative misfit beyond which a texel counts less."""
DARKEST = 0.35
"""Of the mean light: below, there is nothing to divide by."""
EVENED = ((0.06, 0.85), (0.025, 0.6))
"""Widths, of the texture, of left-over differences in brightness and hue, and how much of them is taken out."""
NEAR = 0.04
"""Of the texture: the surroundings that a place is compared with."""
SHINE, SHADOW, KEPT = 1.12, 0.85, 0.35
"""Brightness beside them from which on, and up to which, a place shines or is in a shadow; how much of that is left."""


def normals_in(head: FaceModel) -> Array32:
    """SIZE×SIZE×3: the mean head's normals over the skin's chart."""
    return Texels(head, SIZE).at(vertex_normals(head.mean.astype(np.float64), head.triangles))


def delit(light: Array32, weight: Array32, normals: Array32, chart: Chart) -> Array32:
    """size×size×3 albedo of linear light seen with a weight (size×size) at posed normals (size×size×3)."""
    plain = _plain_skin(chart)
    surely = weight * plain
    grey = light.mean(axis=2)
    shading = _fitted(_quadratic(normals), grey, surely)
    even = light / np.maximum(shading / float(np.average(shading, weights=surely)), DARKEST)[..., None]
    for width, much in EVENED:
        even = _one_hue(_flattened(even, surely, width, much), surely, width, much)
    return _moderate(even, weight, np.where(weight > 0, plain, 0))


def _plain_skin(chart: Chart) -> Array32:
    """size×size: 0 on eyes, brows, nostrils, lips."""
    outlines = [chart.marks[eye.rings[2]] for eye in EYES] + [chart.marks[OUTER_LIPS]]
    outlines += [chart.points(*upper, *lower[::-1]) for upper, lower in BROWS]
    outlines += [chart.points(*rim) for rim in NOSTRILS]
    covered = np.max([filled(outline, chart.size, 0.006 * chart.size) for outline in outlines], axis=0)
    return np.asarray(np.clip(1 - 2 * covered, 0, 1), dtype=np.float32)


def _quadratic(normals: Array32) -> Array32:
    """size×size×9."""
    x, y, z = np.moveaxis(normals, 2, 0)
    return np.stack([np.ones_like(x), x, y, z, x * y, y * z, z * x, x * x - y * y, 3 * z * z - 1], axis=2)


def _fitted(basis: Array32, channel: Array32, weight: Array32) -> Array32:
    """size×size: least absolute deviations by reweighting; a ridge keeps what no normal tells apart small."""
    on = weight > 0.05
    a, b, known = basis[on][::7].astype(np.float64), channel[on][::7].astype(np.float64), weight[on][::7]
    trust = known.astype(np.float64)
    ridge = np.diag([0.0] + [0.01] * 3 + [0.03] * 5)
    for _ in range(ROUNDS):
        scaled = a * trust[:, None]
        found: Array = np.linalg.solve(scaled.T @ a + ridge * trust.sum(), scaled.T @ b)
        misfit = np.abs(a @ found - b) / max(float(np.mean(b)), 1e-4)
        trust = known * SLACK / np.maximum(misfit, SLACK)
    return np.asarray(basis @ found.astype(np.float32))


def _flattened(light: Array32, weight: Array32, width: float, much: float) -> Array32:
    """Top and bottom, left and right as bright as each other, at low frequencies."""
    smooth = _surroundings(light.mean(axis=2), weight, width * len(light))
    mean = float(np.average(smooth, weights=weight))
    return np.asarray(light * np.clip(mean / smooth, 0.4, 2.5)[..., None] ** np.float32(much))


def _one_hue(light: Array32, weight: Array32, width: float, much: float) -> Array32:
    """Lamps and shadows of different colours as one: shadows on skin are redder than its lit parts."""
    grey = np.maximum(light.mean(axis=2), 1e-4)
    out = np.empty_like(light)
    for channel in range(3):
        share = light[..., channel] / grey
        smooth = _surroundings(share, weight, width * len(light))
        mean = float(np.average(share, weights=weight))
        out[..., channel] = light[..., channel] * (mean / np.maximum(smooth, 0.1)) ** np.float32(much)
    return out


def _moderate(light: Array32, weight: Array32, plain: Array32) -> Array32:
    """Shine, and hard shadows on plain skin, brought nearer to what is round them, channel by channel."""
    out = np.empty_like(light)
    for channel in range(3):
        near = _surroundings(light[..., channel], weight, NEAR * len(light))
        relative = light[..., channel] / near
        dull = np.minimum(relative, SHINE + KEPT * (relative - SHINE))
        raised = np.maximum(dull, SHADOW + KEPT * (dull - SHADOW))
        out[..., channel] = near * (dull + plain * (raised - dull))
    return out


def _surroundings(values: Array32, weight: Array32, width: float) -> Array32:
    """size×size: weighted means."""
    held = cv2.GaussianBlur(values * weight, (0, 0), width) + 1e-4 * float(np.average(values, weights=weight + 1e-6))
    return np.asarray(held / (cv2.GaussianBlur(weight, (0, 0), width) + 1e-4) + np.float32(1e-4))
