"""A character in its own colours, for the detector."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array32
from ..raster.cpu import Fragments, interpolate
from ..raster.shade import linear_light, texture_at
from .scan import Scan


@dataclass(frozen=True)
class Textured:
    """A covering (studio.Covering) of F triangles."""

    uv: Array32
    """F×3×2."""
    texture: NDArray[np.int16]
    """F."""
    textures: tuple[Array32, ...]
    """Linear light, h×w×3."""

    @classmethod
    def of(cls, scan: Scan, chosen: NDArray[np.intp] | slice = slice(None)) -> "Textured":
        """Of some of a scan's triangles."""
        return cls(scan.uv[chosen], scan.texture[chosen], tuple(linear_light(each) for each in scan.textures))

    def albedo(self, seen: Fragments) -> Array32:
        corners = np.arange(3 * len(self.uv), dtype=np.int32).reshape(-1, 3)
        place = interpolate(seen, corners, self.uv.reshape(-1, 2)) % 1
        which = np.where(seen.seen, self.texture[seen.triangle], -1)
        out = np.zeros((*which.shape, 3), dtype=np.float32)
        for index in np.unique(which[which >= 0]):
            own = which == index
            out[own] = texture_at(self.textures[index], place)[own]
        return out
