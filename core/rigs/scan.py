"""What Blender hands over of a character: the surface of its meshes as it stands, and what each shape key moves."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array32
from ..storage import Saved

TEXTURE_SIDE = 512
"""px: enough to see irises and brows by."""


@dataclass(frozen=True)
class Scan(Saved):
    """M mesh objects in world space, in whatever unit, pose and place they stand: V vertices, F triangles, K keys.

    A key is one of one mesh: keys of the same name on several meshes are several.
    """

    schema: ClassVar[str] = "rig-scan/1"

    name: str
    """The character's, for reports."""
    meshes: tuple[str, ...]
    """M names of the mesh objects."""
    vertices: Array32
    """V×3, all keys at rest."""
    triangles: NDArray[np.int32]
    """F×3 of all that isn't see-through, counter-clockwise seen from outside."""
    mesh: NDArray[np.int16]
    """F: index into `meshes`."""
    uv: Array32
    """F×3×2 of the triangles' corners, u right, v up."""
    texture: NDArray[np.int16]
    """F: index into `textures`."""
    textures: NDArray[np.uint8]
    """N×TEXTURE_SIDE×TEXTURE_SIDE×3 base colours, sRGB; first row at v = 1."""
    textured: bool
    """Whether any of them is more than one colour."""
    keys: tuple[str, ...]
    """K names."""
    key_mesh: NDArray[np.int16]
    """K: index into `meshes`."""
    first: NDArray[np.int64]
    """K+1: where each key's own begin in `moved` and `offset`, and where the last one's end."""
    moved: NDArray[np.int32]
    """P vertices that keys move."""
    offset: Array32
    """P×3: how far, at value 1."""

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """K times mesh and key by name."""
        return tuple((self.meshes[mesh], key) for mesh, key in zip(self.key_mesh, self.keys, strict=True))

    def displacement(self, key: int) -> tuple[NDArray[np.int32], Array32]:
        """The vertices (P) that a key moves, and how far at value 1 (P×3)."""
        own = slice(self.first[key], self.first[key + 1])
        return self.moved[own], self.offset[own]
