"""What heads look like: plain colours by part, or a texture that was baked from footage."""

from typing import Any

import bpy

from ..core.face import look
from . import compat

_PART = "expression_transfer_part"
"""Custom property: which part of a head the material is for."""


def plain(part: str) -> Any:
    """The material that all heads share for a part."""
    name = f"Expression {part}"
    return bpy.data.materials.get(name) or _new(name, part)


def textured(former: Any, image: Any) -> Any:
    """A head's material with a texture in the place of its plain colour; the same where it has that one already."""
    if any(getattr(node, "image", None) == image for node in former.node_tree.nodes):
        return former
    material = _new(f"{former.name} {image.name}", former[_PART])
    surface, tree = compat.principled(material), material.node_tree
    picture = tree.nodes.new("ShaderNodeTexImage")
    picture.image, picture.location = image, (-400, 300)
    tree.links.new(picture.outputs["Color"], surface.inputs["Base Color"])
    tree.nodes.active = picture  # what the viewport shows as texture, and baking writes to
    return material


def _new(name: str, part: str) -> Any:
    material = bpy.data.materials.new(name)
    material[_PART] = part
    surface = compat.principled(material)
    shown = (*look.colour(part), 1.0)
    surface.inputs["Base Color"].default_value = shown
    surface.inputs["Roughness"].default_value = look.roughness(part)
    material.diffuse_color = shown
    return material
