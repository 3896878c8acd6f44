"""Hair and clothes: painted where they lie on the head, and as volumes behind it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ...core.conventions import Array, Array32
from .person import Person

COLLAR = -0.165
"""m: clothes begin below."""
EDGE, SEAM = 0.008, 0.003
"""m: how gradually hair and clothes begin."""


def dress(albedo: Array32, neutral: Array32, skin: NDArray[np.intp], person: Person) -> None:
    """Paint hair on the skull and clothes on the neck where N×3 colours are skin (indices).

    `neutral`: N×2 m, height and depth on the neutral head.
    """
    height, depth = neutral[skin].T
    hair = person.hair
    line = hair.line - hair.slope * (0.04 - depth)
    for colour, share in ((hair.colour, (height - line) / EDGE), (person.cloth, (COLLAR - height) / SEAM)):
        some = np.flatnonzero(share > 0)
        place = skin[some]
        albedo[place] += np.minimum(share[some, None], 1) * (colour - albedo[place])


def behind(backdrop: Array32, person: Person, vertices: Array, pixels: Array) -> Array32:
    """The backdrop (H×W×3)."""
    return backdrop.copy()
