"""Where each piece lies in the texture: the charts and islands (each 0–1) packed side by side, nothing overlapping."""

from dataclasses import replace

from .pieces import Piece

Box = tuple[float, float, float, float]
"""u0, v0, u1, v1."""

FACE: Box = (0.0, 0.27, 0.80, 1.0)
"""ICT's face chart: skin, lids, mouth, ears, throat."""
BACK: Box = (0.48, -0.038, 0.79, 0.262)
"""ICT's head chart, of which only the upper three quarters and the middle are used."""
EYES: dict[str, Box] = {"right": (0.805, 0.81, 0.995, 1.0), "left": (0.805, 0.61, 0.995, 0.80)}
TONGUE: Box = (0.815, 0.30, 0.985, 0.59)
TEETH: dict[str, Box] = {"upper": (0.01, 0.20, 0.50, 0.26), "lower": (0.01, 0.075, 0.50, 0.135)}
GUMS: dict[str, Box] = {"upper": (0.01, 0.145, 0.50, 0.19), "lower": (0.01, 0.02, 0.50, 0.065)}


def onto(piece: Piece, box: Box) -> Piece:
    """The piece with its UVs (0–1) moved into a box."""
    u0, v0, u1, v1 = box
    return replace(piece, uv=piece.uv * [u1 - u0, v1 - v0] + [u0, v0])
