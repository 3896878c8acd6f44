"""A flat chart of a face and what is round it, on which every frame of a shot looks nearly the same.

The shape-free frame of active appearance models (Cootes, Edwards & Taylor 2001): all landmarks have their place, mouth
and eyes are triangles between their rims, and a ring of points round the face goes with the head.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import CV_PIXEL_CENTRE, Array, Array32
from ..face.model import FaceModel
from ..fit.result import Fit
from ..landmarks.places import EYES, MOUTH, RIGID
from ..raster.cpu import Fragments, interpolate, rasterise
from ..raster.windows import Window
from .geometry import landmarks_only

SIDE = 176
"""Texels of the chart along each side."""
FACE = 0.66
"""Of the side: the face's larger extent. What is left is round it."""
BELOW = 0.02
"""Of the side that the face lies under the middle: there is more to see over a face than under its chin."""
GAPE = 0.5
"""Weight of the jaw on the chart: the inside of a shut mouth would have no room."""
MESH = 468
"""Landmarks of the skin."""
RING = 40
"""Points round the face."""
BEHIND = 0.05
"""m that the ring lies behind the face's rearmost landmark: where both are on one pixel, the face is in front."""
SQUEEZED = 0.12
"""Of the usual area: triangles that a frame shows smaller, or from behind, tell nothing."""
OVERSAMPLED = 1.5
"""px per texel from which on a frame is averaged before it is looked up."""
AFAR = 10.0
"""Widths of a face that a camera is away which nothing is known of."""
COARSE = 1.0
"""Texels of the chart a px, at which a frame's places on the chart are worked out; in between they are interpolated."""


@dataclass(frozen=True)
class Placed:
    """The chart's points on one frame."""

    points: Array
    """N×2 px."""
    depth: Array
    """N m."""


class FaceChart:
    """The chart of one person in one shot."""

    def __init__(self, model: FaceModel, fit: Fit) -> None:
        self._fit = fit
        marks = landmarks_only(model)
        still = np.zeros(len(fit.expressions)), np.zeros((2, 2))
        self._neutral = marks.shape(fit.identity, *still)
        ajar = np.array([GAPE * (name == "jawOpen") for name in fit.expressions])
        mesh = self._neutral[:MESH]
        flat = marks.shape(fit.identity, ajar, still[1])[:MESH, :2] * [1, -1]
        low, high = flat.min(axis=0), flat.max(axis=0)
        self._scale = FACE * SIDE / float((high - low).max())
        self._origin = np.array([0.5, 0.5 + BELOW]) * SIDE - self._scale * (low + high) / 2
        angle = np.linspace(0, 2 * np.pi, RING, endpoint=False)
        ring = SIDE / 2 + (SIDE / 2 - 1) * np.clip(1.3 * np.column_stack([np.cos(angle), np.sin(angle)]), -1, 1)
        self._places = np.concatenate([self._scale * flat + self._origin, ring])
        height = np.full(RING, mesh[:, 2].min() - BEHIND)
        self._ring = np.column_stack([(ring - self._origin) / self._scale * [1, -1], height])
        self._triangles = delaunay(self._places)
        self._fragments: Fragments = rasterise(
            self._places, np.ones(len(self._places)), self._triangles, SIDE, SIDE, edges=False
        )
        self._area = _areas(self._places, self._triangles)
        self.face: NDArray[np.bool_] = (self._triangles < MESH).all(axis=1)[self._fragments.triangle]
        """SIDE×SIDE: the texel is between landmarks."""
        self.face &= self._fragments.seen

    def placed(self, landmarks: Array, row: int) -> Placed:
        """The chart on a frame of the shot; `landmarks`: 478×2 px, where they are on it."""
        own, ring = (self._fit.project(points, row) for points in (self._neutral, self._ring))
        ring = ring + (landmarks[RIGID] - own[RIGID]).mean(axis=0)
        depth = self._fit.to_camera(np.concatenate([self._neutral[:MESH], self._ring]), row)[:, 2]
        return Placed(np.concatenate([landmarks[:MESH], ring]), depth)

    def seen_as(self, points: Array) -> Placed:
        """The chart on a face of which no fit is known; points: 478×3 px, as detected."""
        corners = np.column_stack([self._neutral[:MESH], np.ones(MESH)])
        turn = np.linalg.lstsq(corners, points[:MESH], rcond=None)[0]
        places = np.concatenate([points[:MESH], np.column_stack([self._ring, np.ones(RING)]) @ turn])
        return Placed(places[:, :2], places[:, 2] - places[:, 2].min() + AFAR * np.ptp(places[:, 0]))

    def on_frame(self, placed: Placed) -> Array32:
        """SIDE×SIDE×2 px: where each texel lies."""
        return interpolate(self._fragments, self._triangles, placed.points)

    def texture(self, pixels: Array32, window: Window, placed: Placed) -> tuple[Array32, Array32]:
        """SIDE×SIDE×3: what a window of a frame shows at each texel; and SIDE×SIDE, 0 or 1: whether it shows it."""
        at = self.on_frame(placed) - np.asarray(window[:2], dtype=np.float32)
        fineness = float(np.sqrt(np.prod(np.ptp(placed.points[:MESH], axis=0)))) / (FACE * SIDE)
        if fineness > OVERSAMPLED:
            pixels = cv2.blur(pixels, (round(fineness), round(fineness)))
        found = cv2.remap(pixels, at - np.float32(CV_PIXEL_CENTRE), None, cv2.INTER_LINEAR,
                          borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
        area = _areas(placed.points, self._triangles) / self._area
        shown = np.append(area > SQUEEZED * np.median(area), False)[self._fragments.triangle]
        shown &= (at > 0.5).all(axis=-1) & (at < np.array(pixels.shape[1::-1], dtype=np.float32) - 0.5).all(axis=-1)
        return np.asarray(found, dtype=np.float32), shown.astype(np.float32)

    def lookup(self, placed: Placed, window: Window) -> Array32:
        """H×W×2: where each pixel of a window lies on the chart, texels (centres at +0.5); far outside where it isn't
        on it.
        """
        width, height = window[2] - window[0], window[3] - window[1]
        across = float(np.sqrt(np.prod(np.ptp(placed.points[:MESH], axis=0))))
        step = max(across / (FACE * SIDE * COARSE), 1.0)
        small = max(round(width / step), 1), max(round(height / step), 1)
        points = (placed.points - np.asarray(window[:2])) * [small[0] / width, small[1] / height]
        fragments = rasterise(points, placed.depth, self._triangles, *small, cull=False, edges=False)
        places = interpolate(fragments, self._triangles, self._places)
        places[~fragments.seen] = -SIDE
        return np.asarray(cv2.resize(places, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)

    def openings(self) -> Array32:
        """SIDE×SIDE, 0–1: mouth and eyes, and the lids."""
        mask = np.zeros((SIDE, SIDE), np.uint8)
        for contour in (*(eye.rings[0] for eye in EYES), np.concatenate([MOUTH.upper, MOUTH.lower[::-1]])):
            hull = cv2.convexHull(self._places[contour].astype(np.float32))
            cv2.fillConvexPoly(mask, np.round(16 * hull).astype(np.int32), 1, shift=4)
        grown = cv2.dilate(mask, np.ones((5, 5), np.uint8)).astype(np.float32)
        return np.asarray(cv2.GaussianBlur(grown, (0, 0), 1.5), dtype=np.float32)


def delaunay(points: Array) -> NDArray[np.int32]:
    """F×3: Delaunay's triangles of N×2 points inside the chart, all wound alike."""
    kept = points.astype(np.float32)
    plane = cv2.Subdiv2D((-SIDE, -SIDE, 3 * SIDE, 3 * SIDE))
    number = {}
    for index, (x, y) in enumerate(kept.tolist()):
        plane.insert((x, y))
        number[x, y] = index
    corners = np.asarray(plane.getTriangleList()).reshape(-1, 3, 2).tolist()
    known = [[number.get((x, y), -1) for x, y in triangle] for triangle in corners]
    triangles = np.array([triangle for triangle in known if min(triangle) >= 0], dtype=np.int32)
    turned = _areas(points, triangles) > 0
    triangles[turned] = triangles[turned][:, [0, 2, 1]]
    return triangles


def _areas(points: Array, triangles: NDArray[np.int32]) -> Array:
    """F: twice the signed areas."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    return np.asarray((b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0]))
