"""Where each piece lies in the texture: the charts and islands (each 0–1) packed side by side, nothing overlapping."""

from dataclasses import replace

from .pieces import Piece

Box = tuple[float, float, float, float]
"""u0, v0, u1, v1."""

FACE: Box = (0.10, 0.27, 0.90, 1.0)
"""ICT's face chart: skin, lids, mouth, ears, throat. In the middle, so that the layout's halves mirror each other."""
BACK: Box = (0.345, -0.038, 0.655, 0.262)
"""ICT's head chart, of which only the upper three quarters and the middle are used."""
EYES: dict[str, Box] = {"right": (0.01, 0.04, 0.20, 0.23), "left": (0.80, 0.04, 0.99, 0.23)}
TONGUE: Box = (0.22, 0.01, 0.33, 0.25)
TEETH: dict[str, Box] = {"upper": (0.005, 0.30, 0.060, 0.79), "lower": (0.940, 0.30, 0.995, 0.79)}
GUMS: dict[str, Box] = {"upper": (0.066, 0.30, 0.096, 0.79), "lower": (0.904, 0.30, 0.934, 0.79)}
"""Rows of teeth, and their gums, stand upright beside the face."""


def onto(piece: Piece, box: Box) -> Piece:
    """The piece with its UVs (0–1) moved into a box."""
    u0, v0, u1, v1 = box
    return replace(piece, uv=piece.uv * [u1 - u0, v1 - v0] + [u0, v0])


def upright(piece: Piece) -> Piece:
    """The piece with its UVs' axes exchanged."""
    return replace(piece, uv=piece.uv[:, ::-1])
