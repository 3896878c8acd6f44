"""Skull, ears and neck: a mesh of the project's own over ICT's head, hung on the outline of MediaPipe's face.

One side is sampled evenly in space (closer at the ears), triangulated in ICT's charts of face and head (meshing.py),
and mirrored. Along the seam between the two charts both take the same points.
"""

from itertools import pairwise

import numpy as np

from ...core.conventions import Array
from ...core.face.ict import IctHead
from .chart import Chart, Places, mirrored
from .meshing import meshed
from .pieces import Faces, Piece, as_in_chart, placed

CUT_HEIGHT, CUT_SLOPE = -0.125, -0.30
"""The neck ends on the plane y = CUT_HEIGHT + CUT_SLOPE · z (m, ICT's origin): lower in front than behind."""
NECK_AXIS = -0.02
"""m: the depth of the neck's middle where it ends."""
EAR, EAR_REACH = np.array([0.077, 0.008, 0.003]), np.array([0.019, 0.033, 0.024])
"""m, ICT's origin: the left ear's middle and half axes."""
FINE, COARSE = 0.0042, 0.0135
"""m between vertices on the ear and on the skull."""
RIM = 0.0065
"""m between vertices beside the face's outline."""
GROWTH = 0.3
"""How fast spacing grows with the distance from where it is fine."""


class Spacing:
    """How far apart vertices are wanted (m) at places of the neutral head (N×3 m)."""

    def __init__(self, rim: Array) -> None:
        self._rim = rim

    def __call__(self, points: Array) -> Array:
        aside = np.column_stack([np.abs(points[:, 0]), points[:, 1:]])
        from_ear = np.maximum(np.linalg.norm((aside - EAR) / EAR_REACH, axis=1) - 1, 0) * EAR_REACH.mean()
        from_rim = np.min([np.linalg.norm(points - place, axis=1) for place in self._rim], axis=0)
        return np.asarray(np.minimum(COARSE, np.minimum(FINE + GROWTH * from_ear, RIM + GROWTH * from_rim)))


def outer_pieces(
    head: IctHead, face: Chart, back: Chart, oval: Array, rng: np.random.Generator
) -> tuple[list[Piece], list[Piece]]:
    """What lies in the face's chart, right and left, and in the head's. `oval`: N×2 face chart points, all around."""
    right, left = _seams(face)
    spacing = Spacing(face.locate(oval).of(head.neutral))
    joint = _thinned(head, _until_cut(head, right), spacing)
    rim = oval[oval[:, 0] < 0.5 + 1e-9]
    rim = rim[np.argsort(np.arctan2(0.5 - rim[:, 0], rim[:, 1] - rim[:, 1].mean()))]
    pieces = []
    for chart, inner in ((face, [rim]), (back, [])):
        outline = _outline(head, chart, joint, inner, spacing)
        places, triangles = meshed(head.neutral, chart, outline, spacing, rng)
        twin = _mirror_image(chart, places, dict(zip(right, left, strict=True)))
        pieces.append([as_in_chart(_piece(head, chart, side, triangles)) for side in (places, twin)])
    return pieces[0], pieces[1]


def height(points: Array) -> Array:
    """N m above the plane that ends the neck."""
    return np.asarray(points[:, 1] - CUT_HEIGHT - CUT_SLOPE * points[:, 2])


def _seams(face: Chart) -> tuple[list[int], list[int]]:
    """ICT's vertices where the charts of face and head meet, from the top of the head down its right and its left."""
    loop = face.outline()
    u, v = face.vertex_uv[loop].T
    top = int(np.argmax(v - 10 * np.abs(u - 0.5)))
    one = loop[top:] + loop[:top]
    other = [one[0], *one[:0:-1]]
    return (one, other) if face.vertex_uv[one[1], 0] < 0.5 else (other, one)


def _until_cut(head: IctHead, side: list[int]) -> Places:
    """The seam's vertices above the neck's end, and its point on it."""
    above = height(head.neutral[side])
    last = int(np.argmax(above < 0))
    share = above[last - 1] / (above[last - 1] - above[last])
    corners = [[vertex] * 3 for vertex in side[:last]] + [[side[last - 1], side[last], side[last]]]
    weights = [[1.0, 0.0, 0.0]] * last + [[1 - share, share, 0.0]]
    return Places(np.array(corners, dtype=np.int32), np.array(weights))


def _thinned(head: IctHead, line: Places, spacing: Spacing) -> Places:
    """Some of a line's points, about as far apart as is wanted; both ends stay."""
    points = line.of(head.neutral)
    step = np.linalg.norm(np.diff(points, axis=0), axis=1) / spacing((points[1:] + points[:-1]) / 2)
    along = np.concatenate([[0.0], np.cumsum(step)])
    count = max(round(float(along[-1])), 1)
    return line[np.unique(np.abs(along - np.linspace(0, along[-1], count + 1)[:, None]).argmin(axis=1))]


def _outline(head: IctHead, chart: Chart, joint: Places, inner: list[Array], spacing: Spacing) -> Places:
    """The right half of a chart's part as a closed polygon: down its middle, around `inner`, and up the seam again."""
    seam = joint.of(chart.vertex_uv)
    end = _neck_end(head, chart)
    stops = [seam[:1], *inner, end[:1]]
    down = [chart.locate(_line(above[-1], below[0])) for above, below in pairwise(stops)]
    lines = [_thinned(head, line, spacing)[:-1] for line in down]
    for place, rim in enumerate(inner):
        lines.insert(2 * place + 1, chart.locate(rim[:-1]))
    lines.append(_thinned(head, chart.locate(np.vstack([end[:-1], seam[-1:]])), spacing)[:-1])
    return Places.joined([*lines, joint[:0:-1]])


def _line(start: Array, end: Array) -> Array:
    """Points between two chart points, both included."""
    return np.asarray(start + np.linspace(0, 1, 200)[:, None] * (end - start))


def _neck_end(head: IctHead, chart: Chart) -> Array:
    """N×2 chart points on the neck's end, on the right side, from the middle (front or back) to the seam."""
    sides = np.concatenate([chart.triangles[:, [k, (k + 1) % 3]] for k in range(3)])
    edges = np.unique(np.sort(sides, axis=1), axis=0)
    above = height(head.neutral[edges.ravel()]).reshape(-1, 2)
    crossing = (above[:, 0] > 0) != (above[:, 1] > 0)
    share = (above[:, 0] / (above[:, 0] - above[:, 1]))[crossing, None]
    start, stop = edges[crossing].T
    points = (1 - share) * head.neutral[start] + share * head.neutral[stop]
    uv = (1 - share) * chart.vertex_uv[start] + share * chart.vertex_uv[stop]
    right = points[:, 0] < 1e-6
    points, uv = points[right], uv[right]
    ahead = points[:, 2] - NECK_AXIS
    in_front = np.sign(ahead[np.abs(points[:, 0]).argmin()])
    return np.asarray(uv[np.argsort(np.arctan2(np.abs(points[:, 0]), in_front * ahead))])


def _mirror_image(chart: Chart, places: Places, twin: dict[int, int]) -> Places:
    """The same places on the left: on the seam (`twin`: right vertex → left one) and off it."""
    on_seam = np.array([all(vertex in twin for vertex in corners) for corners in places.corners.tolist()])
    image = chart.locate(mirrored(places.of(chart.vertex_uv)))
    image.corners[on_seam] = [[twin[vertex] for vertex in corners] for corners in places.corners[on_seam].tolist()]
    image.weights[on_seam] = places.weights[on_seam]
    return image


def _piece(head: IctHead, chart: Chart, places: Places, triangles: Faces) -> Piece:
    mean, motion = placed(head, places)
    return Piece(mean, motion, triangles, chart.layout(places), triangles, ("head",) * len(triangles))
