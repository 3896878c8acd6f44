"""What covers a person's face: photographed, mixed of two photographs, or painted; then recoloured, hairy, creased."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ...core.conventions import Array, Array32
from ...core.landmarks.places import OPEN_SKIN
from .chart import Chart
from .complexion import draw_tone, painted_skin, retouched
from .hair import BEARDED, brow_mask, draw_brow, draw_colour, paint_beard, paint_brows, paint_lashes
from .photo import filled_in
from .wrinkles import Folds, draw_folds, modulation

PHOTO, MIXED = 0.5, 0.3
"""Shares of people; all others are painted."""
GAIN = 1.2
"""Logarithm of the most that a photograph is recoloured by."""
FROM_ABOVE: Array = np.array([0.0, 0.5])
OWN_BROWS = 0.5
"""Share of photographs that keep theirs as they are."""


@dataclass(frozen=True)
class Skin:
    """One person's."""

    texture: Array32
    """size×size×3 linear light without folds."""
    folds: Folds
    hair: Array32
    """3, linear light: of the brows; mostly of all hair."""

    def albedo(self, weights: Array, light: Array = FROM_ABOVE) -> Array32:
        """size×size×3 linear light with the folds of 53 weights (in the order of the chart's expressions).

        `light`: 2, towards the lamp, right and up in the chart (the subject's left and up); its length is the tangent
        of the angle between the lamp and the direction the face looks in.
        """
        out = self.texture.copy()
        pressed = modulation(self.folds, weights, light)
        if pressed is not None:
            rows, columns, factors = pressed
            out[rows, columns] *= factors
        return out


def draw_skin(rng: np.random.Generator, chart: Chart, photos: Sequence[Array32]) -> Skin:
    """Somebody's skin; without photographs, a painted one."""
    tone = draw_tone(rng)
    kind = rng.uniform() if photos else 1.0
    if kind > PHOTO + MIXED:
        texture, bare = painted_skin(rng, chart, tone), True
    else:
        texture = photos[rng.integers(len(photos))]
        if kind > PHOTO:
            texture = _mixed(rng, texture, photos[rng.integers(len(photos))])
        texture, bare = _recoloured(rng, chart, texture, tone), rng.uniform() > OWN_BROWS
        texture = _without_brows(chart, texture) if bare else texture
        texture = retouched(rng, chart, texture)
    if rng.uniform() < 0.5:
        texture = texture[:, ::-1]
    texture = np.array(texture, dtype=np.float32, order="C")
    hair = draw_colour(rng, _middle(chart, texture))
    if bare or rng.uniform() < 0.3:
        paint_brows(texture, rng, chart, draw_brow(rng), hair)
    if rng.uniform() < BEARDED:
        paint_beard(texture, rng, chart, hair)
    paint_lashes(texture, rng, chart, hair)
    return Skin(np.clip(texture, 0.003, 1), draw_folds(rng, chart), hair)


def _middle(chart: Chart, texture: Array32) -> Array32:
    """3: the colour of open skin."""
    x, y = np.clip(chart.marks[OPEN_SKIN], 0, chart.size - 1).astype(int).T
    return np.asarray(np.median(cv2.blur(texture, (9, 9))[y, x], axis=0))


def _mixed(rng: np.random.Generator, one: Array32, other: Array32) -> Array32:
    """Colours between the two, details here of the one, there of the other."""
    size = len(one)
    width = rng.uniform(0.02, 0.06) * size
    parts = []
    for texture in (one, other):
        smooth = _blurred(texture, width) + np.float32(0.01)
        parts.append((np.log(smooth), np.log((texture + 0.01) / smooth)))
    share = rng.uniform()
    field = cv2.resize(rng.normal(0, 3, (3, 3)).astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC)
    here = (1 / (1 + np.exp(-field)))[..., None]
    low = share * parts[0][0] + (1 - share) * parts[1][0]
    return np.asarray(np.exp(low + here * parts[0][1] + (1 - here) * parts[1][1]) - 0.01, dtype=np.float32)


def _blurred(texture: Array32, width: float) -> Array32:
    """A wide blur, of a quarter's size."""
    size = texture.shape[1::-1]
    small = cv2.resize(texture, (size[0] // 4, size[1] // 4), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(cv2.GaussianBlur(small, (0, 0), width / 4), size, interpolation=cv2.INTER_LINEAR))


def _recoloured(rng: np.random.Generator, chart: Chart, texture: Array32, tone: Array32) -> Array32:
    """Another tone, saturation and contrast of the details."""
    middle = np.maximum(_middle(chart, texture), 0.01)
    gain = np.clip(rng.uniform(0.55, 1.0) * np.log(tone / middle), -GAIN, GAIN)
    coloured = texture * np.exp(gain).astype(np.float32)
    grey = coloured.mean(axis=2, keepdims=True)
    return np.asarray(np.clip(grey + np.float32(rng.uniform(0.8, 1.15)) * (coloured - grey), 0.002, 1))


def _without_brows(chart: Chart, texture: Array32) -> Array32:
    """Skin from around the brows, with the grain of the skin above them."""
    mask = brow_mask(chart)
    plain = filled_in(texture, 1 - mask)
    grain = texture / (_blurred(texture, 0.012 * chart.size) + np.float32(1e-3))
    above = np.roll(grain, int(0.16 * chart.unit), axis=0).clip(0.85, 1.15)
    return np.asarray(texture + mask[..., None] * (plain * above - texture))
