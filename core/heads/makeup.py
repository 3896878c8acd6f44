"""A painted person for any head that has landmarks: skin, brows, lashes, lips, irises, hair.

The paint lies in a chart of its own, the head seen straight from the front without perspective, so the mesh needs no
UVs; as the chart is tied to the vertices, the paint moves with them. Parts that the head's reader has told apart
(teeth, inside of the mouth, eyeballs) get colours of their own.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..face.brushes import blend, filled, line, noise
from ..face.geometry import Geometry
from ..face.paint import BROWS, NOSTRILS, Complexion, random_complexion
from ..landmarks.places import EYES, MOUTH, OUTER_LIPS, eye_distance
from ..raster.cpu import Fragments, interpolate
from ..raster.shade import linear_light, texture_at
from .view import Framing

CHART = 384
"""px of the chart's side."""
EXTENT = 1.5
"""Side of the chart in sizes of the face."""
BROW_LIFT = 0.055
"""In distances of the outer eye corners: on a bare head the detector takes the ridge of the bone for the brow, which
grows above it (5 mm on ICT-FaceKit, whose brows are annotated)."""
BROW_AT_MOST = 0.65
"""How bright a brow may be beside the skin."""
IRIS_RADIUS, PUPIL_RADIUS = 0.0059, 0.0023
"""m, of a grown-up's eye (they hardly vary) and of its pupil in a room."""
LID_SHADE, LIP_SHADE = 0.006, 0.026
"""Of a picture's side, some 2 and 9 mm: how far lids shade the eyeballs, lips what lies in the mouth."""
HAIRLINE, TEMPLES, NAPE = 0.54, -0.45, -0.4
"""In sizes of the face from its middle: hair grows above the first height, and behind the depth down to the last."""
BLOOD = ((50, 0.3), (280, 0.3), (4, 0.2), (205, 0.28), (425, 0.28))
"""Landmarks where blood shows, and how far around, in distances of the outer eye corners."""
HOLLOWS = ((230, 0.15), (450, 0.15), (190, 0.1), (414, 0.1), (27, 0.13), (257, 0.13))
LASHES = (
    ((384, 385, 386, 387, 388, 466, 263), (381, 380, 374, 373, 390, 249)),
    ((157, 158, 159, 160, 161, 246, 33), (154, 153, 145, 144, 163, 7)),
)
"""The lids' edges where lashes grow, upper and lower: not at the tear duct, whose corner paint would hide."""

FLESH: dict[str, tuple[float, float, float]] = {
    "mouth": (0.25, 0.11, 0.10),
    "gums": (0.45, 0.22, 0.22),
    "tongue": (0.48, 0.24, 0.23),
    "teeth": (0.80, 0.77, 0.70),
}
"""Display-encoded colours of parts inside the mouth, by the beginning of their names."""


@dataclass(frozen=True)
class Sitter:
    """What of a head the paint needs to know; the same for all its paintings."""

    triangles: NDArray[np.int32]
    """F×3, as rasterised."""
    chart: Array32
    """V×2, u right, v up, 0–1."""
    hairiness: Array32
    """V×1: above 0 where hair grows."""
    eye: Array32
    """V×2 m: across and upwards from the eyeball's axis, on its front; far away where there is no eyeball."""
    flesh: Array32
    """F×3 linear light of parts with their own colour; NaN elsewhere."""
    landmarks: Array
    """478×2 px in the chart."""
    brow_lift: float
    """How far above the landmarks brows are painted, in distances of the outer eye corners."""
    eyeballs: bool
    """Whether eyes are balls apart from the skin, or part of it."""


def sitter(geometry: Geometry, landmarks: Array, framing: Framing, brow_lift: float = 0.0) -> Sitter:
    """A geometry with landmarks (478×3 m) on its mean."""
    mean, size = geometry.mean.astype(np.float64), framing.size
    away = (mean - framing.centre) / size
    hairiness = np.maximum(away[:, 1] - HAIRLINE, np.minimum(TEMPLES - away[:, 2], away[:, 1] - NAPE))
    place = (landmarks - framing.centre)[:, :2] / (EXTENT * size)
    return Sitter(
        geometry.triangles,
        (away[:, :2] / EXTENT + 0.5).astype(np.float32),
        hairiness[:, None].astype(np.float32),
        _from_axis(geometry),
        flesh(geometry),
        (place * [1, -1] + 0.5) * CHART,
        brow_lift,
        bool((geometry.eyes.member > 0).any()),
    )


def _from_axis(geometry: Geometry) -> Array32:
    """V×2 m."""
    out = np.full((len(geometry.mean), 2), 1.0, dtype=np.float32)
    for eye, centre in enumerate(geometry.eyes.centre):
        ball = geometry.eyes.member == eye + 1
        away = geometry.mean[ball] - centre
        front = away[:, 2] > 0
        out[ball] = np.where(front[:, None], away[:, :2], 1.0)
    return out


def flesh(geometry: Geometry) -> Array32:
    """F×3 linear light of triangles inside the mouth; NaN on all others."""
    colours = np.full((len(geometry.parts), 3), np.nan, dtype=np.float32)
    for index, part in enumerate(geometry.parts):
        for name, colour in FLESH.items():
            if part.startswith(name):
                colours[index] = _linear(np.array(colour))
    return colours[geometry.part]


@dataclass(frozen=True)
class Painting:
    """A covering (studio.Covering): one person's colours on a sitter."""

    sitter: Sitter
    texture: Array32
    """CHART×CHART×3 linear light."""
    complexion: Complexion

    def albedo(self, seen: Fragments) -> Array32:
        who = self.sitter
        layers = interpolate(seen, who.triangles, np.concatenate([who.chart, who.hairiness, who.eye], axis=1))
        out = texture_at(self.texture, np.ascontiguousarray(layers[..., :2]))
        out[layers[..., 2] > 0] = _linear(np.array(self.complexion.hair))
        flesh = who.flesh[seen.triangle]
        own = np.isfinite(flesh[..., 0])
        out[own] = flesh[own]
        ball = seen.seen & (np.hypot(layers[..., 3], layers[..., 4]) < 0.9)
        out[ball] = _eye_colours(layers[ball][:, 3:], np.array(self.complexion.iris))
        for within, reach in ((ball, LID_SHADE), (own, LIP_SHADE)):
            out[within] *= openness(within, reach)[within, None]
        return out


def openness(within: NDArray[np.bool_], reach: float) -> Array32:
    """H×W, 0–1: how much of the light reaches what lies within lids or lips (H×W), which shade what is near them.

    Through a gap as narrow as closed lids and lips of a mesh leave, nothing shines.
    """
    around = cv2.GaussianBlur(within.astype(np.float32), (0, 0), reach * len(within))
    return np.asarray(np.clip((around - 0.2) / 0.6, 0.05, 1))


def random_painting(who: Sitter, rng: np.random.Generator) -> Painting:
    return painting(who, random_complexion(rng))


def painting(who: Sitter, complexion: Complexion) -> Painting:
    return Painting(who, _Painter(who, complexion).texture(), complexion)


def _eye_colours(from_axis: Array32, iris: Array) -> Array32:
    """N×3 linear light of places on an eyeball (N×2 m from its axis)."""
    away = np.hypot(*from_axis.T)[:, None] / IRIS_RADIUS
    around = np.arctan2(*from_axis.T)[:, None]
    streaks = 1 + 0.2 * np.sin(23 * around + 2 * np.sin(7 * around)) * np.clip(away, 0, 1)
    coloured = iris * streaks * (1.15 - 0.35 * away) * (1 - 0.6 * np.clip((away - 0.8) / 0.2, 0, 1))
    white = np.array([0.80, 0.78, 0.765]) * (1 - 0.12 * np.clip(away - 1.3, 0, 2))
    outside = np.clip((away - 0.97) / 0.09, 0, 1)
    pupil = np.clip((PUPIL_RADIUS / IRIS_RADIUS + 0.05 - away) / 0.06, 0, 1)
    return _linear((coloured * (1 - outside) + white * outside) * (1 - pupil) + 0.03 * pupil)


def _linear(encoded: Array) -> Array32:
    return linear_light(np.asarray(np.round(255 * np.clip(encoded, 0, 1)), dtype=np.uint8))


class _Painter:
    """Paints one person into the chart."""

    def __init__(self, who: Sitter, complexion: Complexion) -> None:
        self.who, self.landmarks = who, who.landmarks
        self.unit = float(eye_distance(who.landmarks))
        self.skin, self.lips, self.hair, self.iris = (
            np.array(colour, dtype=np.float32)
            for colour in (complexion.skin, complexion.lips, complexion.hair, complexion.iris)
        )
        self.rng = np.random.default_rng(complexion.seed)

    def texture(self) -> Array32:
        """CHART×CHART×3 linear light."""
        out = np.tile(self.skin, (CHART, CHART, 1))
        for landmark, reach in BLOOD:
            out *= 1 - self._spot(landmark, reach) * np.array([0.0, 0.06, 0.06], dtype=np.float32)
        for landmark, reach in HOLLOWS:
            out *= 1 - self._spot(landmark, reach) * np.array([0.10, 0.14, 0.12], dtype=np.float32)
        out *= 1 + noise(self.rng, CHART, ((8, 0.02), (60, 0.018), (250, 0.025)))
        self._mouth(out)
        for upper, lower in BROWS:
            outline = np.concatenate([self.landmarks[list(upper)], self.landmarks[list(lower[::-1])]])
            self._brow(out, outline - [0, self.who.brow_lift * self.unit])
        for nostril in NOSTRILS:
            rim = self.landmarks[list(nostril)]
            blend(out, 0.8 * self._filled(0.7 * rim + 0.3 * rim.mean(axis=0), 0.015), 0.22 * self.skin)
        if not self.who.eyeballs:
            self._flat_eyes(out)
        for above, below in LASHES:
            thickness = self.rng.uniform(0.015, 0.035)
            blend(out, 0.9 * self._line(self.landmarks[list(above)], thickness), 0.4 * self.hair)
            blend(out, 0.5 * self._line(self.landmarks[list(below)], 0.4 * thickness), 0.5 * self.hair)
        return _linear(cv2.GaussianBlur(out, (0, 0), 0.7))

    def _mouth(self, out: Array32) -> None:
        blend(out, self._filled(self.landmarks[OUTER_LIPS], 0.01), self.lips)
        gap = (self.landmarks[MOUTH.upper] + self.landmarks[MOUTH.lower]) / 2
        blend(out, 0.5 * self._line(gap, 0.01), 0.45 * self.lips)

    def _brow(self, out: Array32, outline: Array) -> None:
        hairs = np.clip(0.9 + 2.0 * noise(self.rng, CHART, ((200, 0.12), (400, 0.12)))[..., 0], 0, 1)
        strength = self.rng.uniform(0.6, 0.9)
        dark = np.minimum(0.8 * self.hair + 0.2 * self.skin, BROW_AT_MOST * self.skin)
        blend(out, strength * self._filled(outline, 0.02) * hairs, dark)

    def _flat_eyes(self, out: Array32) -> None:
        """Eyes that are part of the skin: white between the lids, an iris where the detector sees one."""
        for eye in EYES:
            outline = np.concatenate([self.landmarks[eye.aperture.upper], self.landmarks[eye.aperture.lower[::-1]]])
            rows, columns = np.nonzero(self._filled(outline, 0.004) > 0.5)
            metres = IRIS_RADIUS / np.linalg.norm(self.landmarks[eye.limbus] - self.landmarks[eye.iris], axis=1).mean()
            away = (np.stack([columns, rows], axis=1) + 0.5 - self.landmarks[eye.iris]) * metres
            out[rows, columns] = _eye_colours(away.astype(np.float32), self.iris.astype(np.float64))

    def _filled(self, outline: Array, blur: float) -> Array32:
        """CHART×CHART: 1 inside a polygon (N×2 px), softened over `blur` eye distances."""
        return filled(outline, CHART, max(blur * self.unit, 0.3))

    def _line(self, points: Array, thickness: float) -> Array32:
        """CHART×CHART: 1 on a line (N×2 px), `thickness` in eye distances."""
        return line(points, CHART, thickness * self.unit)

    def _spot(self, landmark: int, reach: float) -> Array32:
        """CHART×CHART×1: a soft round spot."""
        u, v = self.landmarks[landmark]
        across = (np.arange(CHART, dtype=np.float32) + 0.5 - u) / (reach * self.unit)
        down = (np.arange(CHART, dtype=np.float32) + 0.5 - v) / (reach * self.unit)
        return np.asarray(np.exp(-(down[:, None] ** 2) - across**2, dtype=np.float32)[..., None])
