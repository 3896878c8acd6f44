"""What heads look like: plain colours by part, or a texture that was baked from footage."""

from typing import Any

import bpy

from . import compat

_COLOURS = {
    "lips": (0.45, 0.16, 0.14),
    "eye": (0.85, 0.85, 0.83),
    "iris": (0.10, 0.06, 0.04),
    "pupil": (0.005, 0.005, 0.005),
    "mouth": (0.12, 0.02, 0.02),
    "teeth": (0.75, 0.72, 0.62),
    "tongue": (0.45, 0.14, 0.14),
}
"""Base colour (linear) by the first word found in a part's name; anything else is skin."""
_SKIN = (0.52, 0.31, 0.23)


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
    colour = next((value for word, value in _COLOURS.items() if word in part), _SKIN)
    surface.inputs["Base Color"].default_value = (*colour, 1.0)
    surface.inputs["Roughness"].default_value = 0.15 if "eye" in part or "iris" in part else 0.5
    material.diffuse_color = (*colour, 1.0)
    return material
