"""Fills take on the plate's colour and grain."""

import cv2
import numpy as np

from ..conventions import Array32
from ..landmarks.places import EYES, OPEN_SKIN, OUTER_LIPS
from ..raster.windows import Window, around
from .aperture import coverage
from .patch import Patch

GAIN_LIMITS = (0.4, 2.5)


def match_gain(source: Patch, plate: Patch, share: float) -> Array32:
    """3: gain that brings the source's skin to the plate's, to the power of `share`.

    Between people some of the difference is their skin's and not the light's; teeth and eyes hardly differ: share < 1.
    """
    ratio = (plate.tone + 1e-4) / (source.tone + 1e-4)
    return np.asarray(np.clip(ratio, *GAIN_LIMITS) ** share, dtype=np.float32)


def hue_difference(one: Array32, other: Array32) -> float:
    """How unlike two skins' colours (3) are in hue and saturation: the norm of their log ratios, less the mean.

    Twice as much light makes none, a tenth more red about 0.08.
    """
    ratio = np.log((one + 1e-4) / (other + 1e-4))
    return float(np.linalg.norm(ratio - ratio.mean()))


def eye_white(plate: Patch) -> Array32:
    """3: the brightest quarter of what lies between the lids, no brighter than the skin where it shines most.

    Half its hue is the skin's: eyes in shadow are blue. Where they are shut or too small to tell: from the skin alone.
    """
    skin = np.sqrt(np.maximum(plate.tone, 0) * np.float32(max(float(plate.tone.mean()), 0.0)))
    samples = [skin[None]] * 4
    for eye in EYES:
        part = plate.crop(around(plate.landmarks[eye.rings[0]], 1, plate.window))
        inside = coverage(plate.landmarks[eye.rings[0]], part.window) > 0.9
        between = part.pixels[inside]
        samples.append(
            between[between.mean(axis=1) >= np.percentile(between.mean(axis=1), 75)] if len(between) else between
        )
    seen = np.concatenate(samples).mean(axis=0)
    white = (seen + skin * (seen.mean() / max(float(skin.mean()), 1e-6))) / 2
    face = plate.crop(around(plate.landmarks[OPEN_SKIN], 0, plate.window)).pixels
    limit = np.percentile(face.mean(axis=2), 95) if face.size else white.mean()
    return np.asarray(white * min(1.0, float(limit) / max(float(white.mean()), 1e-6)), dtype=np.float32)


def lips(patch: Patch, window: Window) -> Array32:
    """3: mean colour of the lips (the mouth between them counted in)."""
    weight = coverage(patch.landmarks[OUTER_LIPS], window)[..., None]
    total = (patch.crop(window).pixels * weight).sum(axis=(0, 1))
    return np.asarray(total / max(float(weight.sum()), 1e-6), dtype=np.float32)


def grain(pixels: Array32) -> float:
    """Standard deviation of the noise in a picture (H×W×3): Immerkær (1996), by the median: edges don't count."""
    grey = pixels.mean(axis=2)
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], dtype=np.float32)
    response = np.abs(cv2.filter2D(grey, -1, kernel)[1:-1, 1:-1])
    return float(np.median(response) / 0.6745 / 6) if response.size else 0.0


def with_grain(pixels: Array32, sigma: float, seed: tuple[int, ...]) -> Array32:
    """A picture (H×W×3) with monochrome noise added; the same seed gives the same grain."""
    noise = np.random.default_rng(seed).standard_normal(pixels.shape[:2], dtype=np.float32)
    return np.asarray(pixels + (noise * np.float32(sigma))[..., None], dtype=np.float32)
