"""What a character's surface looks like to the detector: base colours and their textures, small."""

from collections.abc import Iterator
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from ..core.conventions import Array32, srgb_encoded
from ..core.rigs.scan import TEXTURE_SIDE

_GREY = (0.45, 0.45, 0.45)
_SEE_THROUGH = 0.5
"""Opacity below which a surface isn't there for the detector: corneas, tear lines, the cards' edges of lashes."""


class Palette:
    """The materials that were met, as textures."""

    def __init__(self) -> None:
        self._index: dict[str, int] = {}
        self._textures: list[Array32] = []
        """Side×side×4, display-encoded, first row at v = 1."""
        self.textured = False

    @property
    def textures(self) -> NDArray[np.uint8]:
        """N×TEXTURE_SIDE×TEXTURE_SIDE×3."""
        return np.asarray(np.round(255 * np.clip(np.array(self._textures)[..., :3], 0, 1)), dtype=np.uint8)

    def of(self, owner: Any, slots: NDArray[np.int32]) -> NDArray[np.intp]:
        """F textures of triangles by their material slots (F)."""
        materials = [slot.material for slot in owner.material_slots] or [None]
        indices = np.array([self._add(material) for material in materials])
        return np.asarray(indices[np.minimum(slots, len(indices) - 1)])

    def opaque(self, uv: Array32, texture: NDArray[np.intp]) -> NDArray[np.bool_]:
        """F: whether a triangle with such corners (F×3×2) hides what is behind; all of them where none does."""
        middle = np.concatenate([uv, uv.mean(axis=1, keepdims=True)], axis=1) % 1
        column, row = (middle * [1, -1] % 1 * TEXTURE_SIDE).astype(int).clip(0, TEXTURE_SIDE - 1).transpose(2, 0, 1)
        opacity = np.array(self._textures)[texture[:, None], row, column, 3].mean(axis=1)
        shown = opacity >= _SEE_THROUGH
        return shown if shown.any() else np.ones(len(uv), dtype=np.bool_)

    def _add(self, material: Any) -> int:
        name = material.name_full if material else ""
        if name not in self._index:
            self._index[name] = len(self._textures)
            picture = _picture(material)
            self.textured |= picture.shape[0] > 1
            self._textures.append(np.broadcast_to(picture, (TEXTURE_SIDE, TEXTURE_SIDE, 4)))
        return self._index[name]


def _picture(material: Any) -> Array32:
    """Side×side×4, or 1×1×4 of a material of one colour."""
    colour, opacity, image = _GREY, 1.0, None
    surface = _surface(material)
    if surface is not None:
        base, alpha = surface.inputs["Base Color"], surface.inputs["Alpha"]
        colour, image = tuple(base.default_value)[:3], _image(base)
        opacity = 1.0 if alpha.is_linked else alpha.default_value
        picture = None if image is None else _small(image)
        if picture is not None:
            picture[..., 3] = picture[..., 3] if alpha.is_linked else opacity
            return picture
    elif material is not None:
        colour = tuple(material.diffuse_color)[:3]
    return np.array([[[*srgb_encoded(np.clip(colour, 0, 1)), opacity]]], dtype=np.float32)


def _surface(material: Any) -> Any:
    """The principled node of a material; None where it has none."""
    nodes = material.node_tree.nodes if material is not None and material.node_tree is not None else ()
    return next((node for node in nodes if node.type == "BSDF_PRINCIPLED"), None)


def _image(socket: Any) -> Any:
    """The nearest image that feeds a socket, through whatever nodes."""
    return next((node.image for node in _upstream(socket) if node.type == "TEX_IMAGE" and node.image), None)


def _upstream(socket: Any) -> Iterator[Any]:
    """Nodes behind a socket, nearest first."""
    waiting, met = [link.from_node for link in socket.links], set()
    while waiting:
        node = waiting.pop(0)
        if node.name not in met:
            met.add(node.name)
            yield node
            waiting += [link.from_node for each in node.inputs for link in each.links]


def _small(image: Any) -> Array32 | None:
    """TEXTURE_SIDE×TEXTURE_SIDE×4 of an image, first row at the top; None where its file can't be read."""
    try:
        picture = _read(image) if image.is_dirty else _scaled(image)
    except RuntimeError:  # Blender's, for pixels that aren't there
        return None
    if picture is None:
        return None
    colours = picture[..., :3] if picture.shape[2] >= 3 else np.repeat(picture[..., :1], 3, axis=2)
    opacity = picture[..., 3:] if picture.shape[2] > 3 else np.ones_like(picture[..., :1])
    if image.is_float:
        colours = srgb_encoded(np.clip(colours, 0, 1))
    return np.concatenate([colours, opacity], axis=2, dtype=np.float32)


def _scaled(image: Any) -> Array32 | None:
    """Scaled on a copy, so that the pixels of a large one never come over whole."""
    copy = image.copy()
    try:
        if not len(copy.pixels):
            return None
        copy.scale(TEXTURE_SIDE, TEXTURE_SIDE)
        return _read(copy)
    finally:
        bpy.data.images.remove(copy)


def _read(image: Any) -> Array32:
    """The pixels nearest to a texture's; a copy wouldn't have those painted since the file was read."""
    width, height = image.size
    pixels = np.empty(width * height * image.channels, dtype=np.float32)
    image.pixels.foreach_get(pixels)
    rows, columns = ((np.arange(TEXTURE_SIDE) + 0.5) * side // TEXTURE_SIDE for side in (height, width))
    return pixels.reshape(height, width, -1)[::-1][np.ix_(rows.astype(int), columns.astype(int))]
