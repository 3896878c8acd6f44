"""Textures baked from plates: what the frames of a fitted shot show of the face, in the model's UV layout."""

from .bake import Baked, bake

__all__ = ["Baked", "bake"]
