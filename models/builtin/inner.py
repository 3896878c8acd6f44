"""The mouth's inside, the project's own shapes: teeth, gums, tongue and the cavity; placed and moved by ICT's teeth."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...core.conventions import Array
from ...core.face.ict import QUAD_PARTS, IctHead
from .pieces import Piece, facing, grid_triangles, motions

Jaw = Literal["upper", "lower"]
JAWS: tuple[Jaw, Jaw] = ("upper", "lower")

TOOTH_WIDTHS = {"upper": (8.5, 6.6, 7.6, 7.0, 6.8, 10.0, 9.5), "lower": (5.4, 6.0, 6.9, 7.0, 7.1, 11.0, 10.0)}
TOOTH_HEIGHTS = {"upper": (10.2, 9.0, 10.0, 8.4, 8.0, 7.4, 7.0), "lower": (8.8, 9.2, 10.2, 8.6, 8.0, 7.4, 7.0)}
"""mm of the crowns from the middle outwards: means of the permanent teeth (Wheeler's dental anatomy)."""
TOOTH_DEPTHS = (2.2, 2.2, 3.5, 6.5, 7.0, 9.0, 9.0)
ACROSS = (-1.0, -0.62, 0.0, 0.62)
"""Columns of vertices on a tooth, in half its width; the next tooth's first closes it."""
ROWS = ((1.0, 0.5, 0.0), (0.72, -0.1, 0.0), (0.35, -0.15, 0.0), (0.06, 0.25, 0.0), (0.0, 0.5, 0.7), (0.5, 0.3, 1.0))
"""Rows of a tooth from the gum over the biting edge and behind: height of the crown, mm inwards, share of the depth."""
NOTCH, PAPILLA, CLEFT = 0.10, 0.20, 0.7
"""Between two teeth: how much of the height the edge and the gum draw back, and mm that the surface does."""
GUM_ROWS = ((-0.8, 0.9), (0.8, -0.2), (4.0, -0.5), (7.5, 0.3))
"""mm beyond the gum line, and mm inwards."""
SPEE = 0.0018
"""m at 3 cm from the middle: how far the upper row rises towards the back."""
ARCH_MIDDLE = np.array([0.0, 0.062])
"""x and z, m, ICT's origin: inside the dental arches."""
WIDEST = 1.45
"""rad from the front: where the arches end."""

CAVITY = (
    (0.0335, 0.0250, 0.1060, 0.040),
    (0.0375, 0.0275, 0.0950, 0.045),
    (0.0350, 0.0255, 0.0620, 0.015),
    (0.0270, 0.0200, 0.0340, 0.0),
    (0.0140, 0.0120, 0.0160, 0.0),
    (0.0010, 0.0010, 0.0080, 0.0),
)
"""The cavity behind the lips, row by row: half width, half height, depth of its middle and how far its sides fall
back from there at 3 cm; m, ICT's origin."""
CAVITY_HEIGHT = -0.0325


@dataclass(frozen=True)
class Arch:
    """A dental arch: places by arc length from its middle."""

    length: Array
    """N m."""
    place: Array
    """N×2: x and z."""
    edge: float
    """y of the biting edge in front."""

    def at(self, along: Array) -> tuple[Array, Array]:
        """Places (M×2) and unit normals outwards (M×2) at `along` (M m, positive to the subject's left)."""
        side = np.sign(along)
        x, z = (np.interp(np.abs(along), self.length, self.place[:, k]) for k in range(2))
        slope = [np.gradient(self.place[:, k], self.length) for k in range(2)]
        dx, dz = (np.interp(np.abs(along), self.length, values) for values in slope)
        normal = np.stack([-dz * np.where(side == 0, 0, side), dx], axis=1)
        return np.stack([x * side, z], axis=1), normal / np.linalg.norm(normal, axis=1, keepdims=True)


def arch(head: IctHead, jaw: Jaw) -> Arch:
    """The outside of ICT's teeth, smoothed and symmetric."""
    points = _teeth(head, jaw)
    flat = points[:, [0, 2]] - ARCH_MIDDLE
    turn, angle = np.arctan2(np.abs(flat[:, 0]), flat[:, 1]), np.linspace(0, WIDEST, 60)
    reach = np.array([np.linalg.norm(flat[np.abs(turn - a) < 0.1], axis=1).max() for a in angle])
    reach = np.polyval(np.polyfit(angle**2, reach, 3), angle**2)
    place = reach[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1) + ARCH_MIDDLE
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(place, axis=0), axis=1))])
    front = points[points[:, 2] > 0.09, 1]
    return Arch(length, place, float(front.min() if jaw == "upper" else front.max()))


def _teeth(head: IctHead, jaw: Jaw) -> Array:
    return np.asarray(head.neutral[np.unique(head.quads[QUAD_PARTS[f"teeth_{jaw}"]])])


def carried(head: IctHead, jaw: Jaw, at: Array) -> Array:
    """M×N×3: how the affine motion nearest to that of a row of ICT's teeth moves other places (N×3)."""
    points, moved = _teeth(head, jaw), motions(head)[:, np.unique(head.quads[QUAD_PARTS[f"teeth_{jaw}"]])]
    system = np.concatenate([points, np.ones((len(points), 1))], axis=1)
    maps = np.linalg.pinv(system) @ moved.astype(np.float64)
    return np.asarray(np.concatenate([at, np.ones((len(at), 1))], axis=1) @ maps)


def teeth_pieces(head: IctHead, jaw: Jaw) -> list[Piece]:
    """A row of teeth, and the gum that they stand in."""
    dental = arch(head, jaw)
    widths, heights = (np.array(table[jaw]) * 1e-3 for table in (TOOTH_WIDTHS, TOOTH_HEIGHTS))
    ends = np.concatenate([[0.0], np.cumsum(widths)]) * min(1.0, dental.length[-1] / widths.sum())
    along, number, local = _columns(ends)
    height, depth = heights[number], np.array(TOOTH_DEPTHS)[number] * 1e-3
    between = local**2
    crown = [
        (height * (share * (1 - PAPILLA * between * share) + NOTCH * between * (1 - share) ** 2),
         (inward + CLEFT * between * (share > 0)) * 1e-3 + behind * depth)
        for share, inward, behind in ROWS
    ]  # fmt: skip
    line = height * (1 - PAPILLA * between)
    gum = [(line * (beyond < 0) + (beyond >= 0) * height.mean() + beyond * 1e-3, (inward + 0.4 * between) * 1e-3)
           for beyond, inward in GUM_ROWS]  # fmt: skip
    return [_strip(head, jaw, dental, along, crown, f"teeth_{jaw}"), _strip(head, jaw, dental, along, gum, "gums")]


def _columns(ends: Array) -> tuple[Array, NDArray[np.intp], Array]:
    """Along the arch from right to left: m from its middle, which tooth, and where on it (−1 … 1)."""
    middle, half = (ends[1:] + ends[:-1]) / 2, np.diff(ends) / 2
    along = np.concatenate([m + h * np.array(ACROSS) for m, h in zip(middle, half, strict=True)] + [ends[-1:]])
    number = np.append(np.repeat(np.arange(len(half)), len(ACROSS)), len(half) - 1)
    local = np.append(np.tile(ACROSS, len(half)), 1.0)
    return (
        np.concatenate([-along[:0:-1], along]),
        np.concatenate([number[:0:-1], number]),
        np.concatenate([-local[:0:-1], local]),
    )


def _strip(head: IctHead, jaw: Jaw, dental: Arch, along: Array, rows: list[tuple[Array, Array]], part: str) -> Piece:
    """A grid along an arch; `rows`: m from the biting edge towards the gum, and m inwards, of each column."""
    place, outwards = dental.at(along)
    way = 1 if jaw == "upper" else -1
    rise = SPEE * (place[:, 0] / 0.03) ** 2
    flat = [place - inward[:, None] * outwards for _, inward in rows]
    mean = np.concatenate(
        [
            np.stack([at[:, 0], dental.edge + way * height + rise, at[:, 1]], axis=1)
            for at, (height, _) in zip(flat, rows, strict=True)
        ]
    )
    triangles = grid_triangles(len(rows), len(along), closed=False)
    u, v = np.meshgrid(np.linspace(0, 1, len(along)), np.linspace(1, 0, len(rows)))
    uv = np.stack([u.ravel(), v.ravel()], axis=1)
    piece = Piece(mean, carried(head, jaw, mean), triangles, uv, triangles, (part,) * len(triangles))
    return facing(piece, mean[triangles].mean(axis=1) - [0, dental.edge, ARCH_MIDDLE[1]])


def tongue_piece(head: IctHead) -> Piece:
    """A flattened tube behind the lower teeth that follows them: rows from its tip, columns around from below."""
    around, along = np.linspace(-np.pi, np.pi, 15), np.linspace(0, 1, 12) ** 1.7
    turn, t = (values.ravel() for values in np.meshgrid(around, along))
    swell = np.sqrt(np.clip(1 - (1 - np.clip(t / 0.34, 0, 1)) ** 2, 0.0004, 1)) * (0.80 + 0.20 * np.clip(t / 0.6, 0, 1))
    side, top = np.sin(turn), np.cos(turn)
    across = np.sign(side) * np.abs(side) ** 0.8
    groove = 0.0014 * np.exp(-((across / 0.2) ** 2)) * (top > 0) * np.clip(t / 0.25, 0, 1)
    thick = np.where(top > 0, 0.0045, 0.0060) * swell
    mean = np.stack(
        [
            0.0180 * swell * across,
            -0.0450 + 0.0050 * np.sin(np.pi * np.clip(t / 0.9, 0, 1)) + thick * top - groove,
            0.0945 - 0.054 * t,
        ],
        axis=1,
    )
    triangles = grid_triangles(len(along), len(around), closed=False)
    uv = np.stack([(turn / np.pi + 1) / 2, 1 - t], axis=1)
    piece = Piece(mean, carried(head, "lower", mean), triangles, uv, triangles, ("tongue",) * len(triangles))
    rows = mean.reshape(len(along), len(around), 3)
    middle = np.repeat(rows.mean(axis=1), len(around), axis=0)
    return facing(piece, (mean - middle)[triangles].mean(axis=1))


def tongue_out(tongue: Piece) -> Array:
    """V×3 m: the tongue's own movement of tongueOut: forward, arched over the lower lip, its tip down."""
    from_root = np.clip((tongue.mean[:, 2] - 0.0405) / 0.054, 0, 1)
    out = np.clip(from_root / 0.8, 0, 1) ** 2 * (3 - 2 * np.clip(from_root / 0.8, 0, 1))
    arched = 0.0125 * np.exp(-(((from_root - 0.6) / 0.26) ** 2)) - 0.008 * np.clip((from_root - 0.65) / 0.35, 0, 1)
    return np.stack([-0.10 * tongue.mean[:, 0] * out, arched, 0.004 + 0.036 * out], axis=1)


def cavity(head: IctHead, contour: Array) -> tuple[Array, Array]:
    """Means (R·N×3) and motion (M×R·N×3) of rows behind a ring of the mouth's lining (N×3), closing in the throat.

    The roof stays with the upper teeth, the floor goes with the lower ones.
    """
    centre = (contour.max(axis=0) + contour.min(axis=0)) / 2
    way = (contour - centre) / np.maximum(np.ptp(contour, axis=0) / 2, 1e-9)
    turn = np.arctan2(way[:, 0], way[:, 1])
    # a superellipse: nearly a rounded box
    across, upward = (np.sign(f) * np.abs(f) ** 0.75 for f in (np.sin(turn), np.cos(turn)))
    rows = [
        np.stack([wide * across, CAVITY_HEIGHT + high * upward, deep - fall * (wide * across / 0.03) ** 2], axis=1)
        for wide, high, deep, fall in CAVITY
    ]
    mean = np.concatenate(rows)
    lower = np.tile(np.clip(0.5 - 0.8 * upward, 0, 1), len(rows))[:, None]
    back = np.clip((mean[:, 2:] - 0.008) / 0.04, 0.3, 1)
    floor, roof = carried(head, "lower", mean), carried(head, "upper", mean)
    return mean, roof + lower * back * (floor - roof)
