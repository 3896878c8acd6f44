"""Where the detector's 478 landmarks lie on a mesh: rendered, detected, cast back on the surface.

The detector is the only judge: of the mesh nothing is taken but its vertices, its triangles and, where it has any, its
colours. The mesh may be in any unit, with face space's axes (conventions.py), and have a body below the face.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..reporting import Reporter
from .observer import Observer
from .studio import Covering, Plain


@dataclass(frozen=True)
class Embedding:
    """478 places on a mesh's surface."""

    triangle: NDArray[np.int32]
    """478: the triangle that each landmark lies on."""
    weights: Array32
    """478×3 barycentric weights in it."""
    confidence: Array32
    """478, 0–1: 1 where every view put the landmark at one place, 0 where none saw it on the surface."""
    spread: Array32
    """478: standard deviation of its place over views, in the mesh's unit."""

    def places(self, vertices: Array, triangles: NDArray[np.int32]) -> Array:
        """478×3: the landmarks on (other) vertices (V×3) of the same triangles (F×3)."""
        return np.asarray(np.einsum("lkc,lk->lc", vertices[triangles[self.triangle]], self.weights))


def embed(
    vertices: Array,
    triangles: NDArray[np.int32],
    observer: Observer,
    reporter: Reporter,
    coverings: Sequence[Covering] = (Plain(),),
) -> Embedding:
    """The landmarks on a mesh (V×3 in any unit, F×3 counter-clockwise seen from outside) at rest.

    `coverings`: what to cover it with, one after the other; all views are taken of each.
    `observer`: from observer.open_observer(). Raises InputError where no face is found on it.
    """
    raise NotImplementedError
