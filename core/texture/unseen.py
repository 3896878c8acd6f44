"""A guess at the whole texture, for what no frame shows: the face's other half, paint for eyes and mouth."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array32
from ..face.model import FaceModel
from ..face.paint import Complexion, painted
from ..raster.shade import linear_light
from .eyes import eyeballs
from .fill import TINY, distance, padded
from .layout import Layout
from .look import rise
from .skin import Spread, skin_and_hair

PAINTED = 1024
"""Side of the painted texture at most: it is smooth."""
SYMMETRIC = 5e-3
"""m: a texel whose mirror image in the layout is this close to its mirror image on the head has a counterpart."""
INSIDE = ("eyeball", "iris", "pupil", "teeth", "tongue", "gums", "mouth")
"""What the names of parts begin with that are painted where they aren't seen; the rest is skin."""
LARGEST = 1.5
"""Natural log of the largest change in light between a texel and its mirror image."""
MIRRORED = 0.01, 0.03
"""Of the texture's side, from what was seen: where the mirror image begins and is all. Small gaps (eyelids' folds,
nostrils) have none: there the two halves differ most.
"""
SURE, RIM = 0.6, 0.004
"""Coverage that filling starts from, and how far inside its border (of the texture's side)."""
FEW = 0.02
"""Share of a part that must be seen for its light to count as much as the usual one."""
SKIN = np.array([0.83, 0.66, 0.56], dtype=np.float32) ** np.float32(2.2)
"""A usual reflectance: from it and the skin that is seen, the light on the face and its colour."""
SHADED = 0.6
"""Of that light, what there is in an eye or a mouth."""


def completed(model: FaceModel, layout: Layout, light: Array32, coverage: Array32) -> Array32:
    """S×S×3 linear light: what was seen (N×3, with coverage N), and where little or nothing was, a guess that meets it.

    Skin is mirrored from the other half where that was seen and the layout is symmetric, and continues smoothly
    over the surface elsewhere, as hair does over the scalp; irises are completed around their axis; the rest of
    eyes and mouth is painted.
    """
    part = model.part[layout.triangle]
    inside = is_inside(model)[layout.triangle]
    outside = _skin(model, layout, light, coverage * ~inside)
    painted_inside = _painted(model, layout)
    guess = np.where(inside[:, None], painted_inside, outside)
    usual = SHADED * _usual_light(light, coverage * ~inside)
    for index in np.unique(part[inside]):
        own = part == index
        guess[own] *= _exposure(light[own], painted_inside[own], coverage[own], usual)
    guess = eyeballs(model, layout, light, coverage, guess)
    whole = coverage[:, None] * light + (1 - coverage[:, None]) * guess
    on = layout.grid(np.ones(len(layout), dtype=np.float32)) > 0
    return padded(layout.grid(np.clip(whole, light.min(), light.max())), on)


def is_inside(model: FaceModel) -> NDArray[np.bool_]:
    """F: eyes, teeth and the inside of the mouth; the rest is skin."""
    return np.asarray(np.array([name.startswith(INSIDE) for name in model.parts])[model.part])


def _skin(model: FaceModel, layout: Layout, light: Array32, coverage: Array32) -> Array32:
    """N×3: what is seen, away from it the other half's mirror image where that was seen, and what continues both."""
    known = _inner(layout.grid(coverage))
    other = np.ascontiguousarray(known[:, ::-1])
    spread, on_skin, twins = Spread(model, layout, ~is_inside(model)), layout.texels(known), _twins(model, layout)
    mirrored = layout.texels(np.ascontiguousarray(layout.grid(light)[:, ::-1]))
    ratio = np.log(np.maximum(light, TINY)) - np.log(np.maximum(mirrored, TINY))
    lit = spread.over(np.clip(ratio, -LARGEST, LARGEST), on_skin * layout.texels(other * twins))
    share = layout.texels(rise(distance(known < 0.5), MIRRORED) * rise(distance(other > 0.5), MIRRORED) * twins)
    mirrored *= np.exp(lit)
    near = np.where(on_skin[:, None] > 0, light, mirrored)
    smooth = skin_and_hair(spread, near, np.maximum(on_skin, share))
    return np.asarray(smooth + share[:, None] * (mirrored - smooth))


def _inner(coverage: Array32) -> Array32:
    """S×S, 0–1: coverage without its rim, where lashes, teeth and shadows of the mouth are mixed with the skin."""
    full = (coverage > SURE).astype(np.uint8)
    side = 2 * round(RIM * len(coverage)) + 1
    inner = cv2.erode(full, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    return np.asarray(inner if inner.any() else coverage, dtype=np.float32)


def _twins(model: FaceModel, layout: Layout) -> Array32:
    """S×S, 0 or 1: the layout's mirror image shows the other half's same place there."""
    place = layout.grid(layout.attributes(model.mean, model.triangles, np.arange(len(layout))))
    on = layout.grid(np.ones(len(layout), dtype=np.float32)) > 0
    other = place[:, ::-1] * np.array([-1, 1, 1], dtype=np.float32)
    return np.asarray((np.linalg.norm(place - other, axis=-1) < SYMMETRIC) & on & on[:, ::-1], dtype=np.float32)


def _painted(model: FaceModel, layout: Layout) -> Array32:
    """N×3 linear light of paint under a light of 1."""
    small = min(layout.size, PAINTED)
    paint = linear_light(np.asarray(np.round(255 * painted(model, Complexion(), small)), dtype=np.uint8))
    return layout.texels(np.asarray(cv2.resize(paint, (layout.size, layout.size)), dtype=np.float32))


def _usual_light(light: Array32, coverage: Array32) -> Array32:
    """3: the light on the skin that is seen."""
    seen = coverage >= min(SURE, float(coverage.max()))
    return np.asarray(np.median(light[seen], axis=0) / SKIN, dtype=np.float32)


def _exposure(light: Array32, paint: Array32, coverage: Array32, usual: Array32) -> Array32:
    """3: from paint to the plate's light, of one part; the usual where little of it was seen."""
    weight = coverage[:, None]
    prior = FEW * len(coverage)
    seen, guess = (light * weight).sum(axis=0), (paint * weight).sum(axis=0)
    mean = paint.mean(axis=0)
    return np.asarray((seen + prior * usual * mean) / np.maximum(guess + prior * mean, TINY), dtype=np.float32)
