"""A guess at the whole texture, for what no frame shows: the face's other half, paint for eyes and mouth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array32
from ..face.model import FaceModel
from ..face.paint import Complexion, painted
from .fill import matched, padded, push_pull
from .layout import Layout

PAINTED = 1024
"""Side of the painted texture at most: it is smooth."""
SYMMETRIC = 5e-3
"""m: a texel whose mirror image in the layout is this close to its mirror image on the head has a counterpart."""
INSIDE = ("eyeball", "iris", "pupil", "teeth", "tongue", "gums", "mouth")
"""What the names of parts begin with that are painted where they aren't seen; the rest is skin."""
FEW = 0.02
"""Weight of paint's own brightness against what was seen of a part."""


@dataclass(frozen=True)
class Mended:
    light: Array32
    """S×S×3, everywhere."""
    coverage: Array32


def completed(model: FaceModel, layout: Layout, light: Array32, coverage: Array32) -> Array32:
    """S×S×3 linear light: what was seen (N×3, with coverage N), and where little or nothing was, a guess that meets it.

    Skin is mirrored from the other half where that was seen and the layout is symmetric; eyes, teeth and the inside of
    the mouth are painted; what remains continues smoothly.
    """
    inside = _inside(model)[layout.triangle]
    whole = np.zeros((layout.size, layout.size, 3), dtype=np.float32)
    seen, known = layout.grid(light), layout.grid(coverage)
    for chosen, guess in ((~inside, _mirrored(model, layout, seen, known)), (inside, _paint(model, layout, seen, known))):
        place = layout.place[chosen]
        mask = np.zeros(layout.size**2, dtype=np.bool_)
        mask[place] = True
        mask = mask.reshape(layout.size, layout.size)
        own = known * mask
        filled = matched(guess, seen, own) if own.any() else guess
        blend = own[..., None]
        whole[mask] = (seen * blend + filled * (1 - blend))[mask]
    on = layout.grid(np.ones(len(layout), dtype=np.float32)) > 0
    return padded(whole, on)


def _inside(model: FaceModel) -> NDArray[np.bool_]:
    """F: eyes, teeth and the inside of the mouth."""
    return np.array([name.startswith(INSIDE) for name in model.parts])[model.part]


def _mirrored(model: FaceModel, layout: Layout, seen: Array32, known: Array32) -> Array32:
    """S×S×3: a smooth continuation of what is seen, with the detail of the other half where that has any."""
    smooth = push_pull(seen, known)
    everything = np.arange(len(layout))
    place = layout.grid(layout.attributes(model.mean, model.triangles, everything))
    other = place[:, ::-1] * np.array([-1, 1, 1], dtype=np.float32)
    twin = (np.linalg.norm(place - other, axis=-1) < SYMMETRIC) & (place[:, ::-1] != 0).any(axis=-1)
    share = (twin * known[:, ::-1])[..., None]
    return np.asarray(np.maximum(share * seen[:, ::-1] + (1 - share) * smooth, 1e-4), dtype=np.float32)


def _paint(model: FaceModel, layout: Layout, seen: Array32, known: Array32) -> Array32:
    """S×S×3 linear light of a painted texture as bright as the skin that is seen."""
    import cv2

    from ..raster.shade import linear_light

    picture = painted(model, Complexion(), min(layout.size, PAINTED))
    paint = linear_light(np.asarray(np.round(255 * picture), dtype=np.uint8))
    paint = np.asarray(cv2.resize(paint, (layout.size, layout.size), interpolation=cv2.INTER_CUBIC))
    return np.asarray(np.maximum(paint, 1e-3) * 0.6, dtype=np.float32)
