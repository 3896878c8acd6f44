"""A procedural skin for a face model with MediaPipe's landmarks: brows, lashes, lips, irises, hair, the mouth's inside.

Painted in the model's own UV layout, so that any renderer can put it on the head; no photograph is involved.
Colours are display-encoded sRGB, 0–1.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..easing import smoothstep
from ..landmarks.places import EYES
from .brushes import FRACTION_BITS, blend, filled, fixed, line, noise
from .model import FaceModel
from .texels import Texels, hollowness

Colour = tuple[float, float, float]

SIZE = 1024

BROWS = (
    ((70, 63, 105, 66, 107), (46, 53, 52, 65, 55)),
    ((300, 293, 334, 296, 336), (276, 283, 282, 295, 285)),
)
"""The upper and lower edge of each brow, outer end first: right, left."""
BROW_HAIRS = 260
NOSTRILS = ((237, 218, 79, 166, 60, 20, 125), (457, 438, 309, 392, 290, 250, 354))
"""Around each nostril's rim."""
BLOOD = ((50, 0.017), (280, 0.017), (4, 0.011), (205, 0.016), (425, 0.016))
"""Landmarks where blood shows, and how far around (m)."""
EYE_HOLLOWS = ((230, 0.010), (450, 0.010), (190, 0.006), (414, 0.006), (27, 0.007), (257, 0.007))

HAIRLINE = ((0.03, 0.074), (0.0, 0.066), (-0.030, 0.046), (-0.046, 0.030), (-0.058, -0.014), (-0.066, -0.014),
            (-0.070, 0.008), (-0.098, 0.008), (-0.112, -0.045), (-0.14, -0.085), (-0.2, -0.085))  # fmt: skip
"""(depth, height), m from between the eyes: hair grows above; down the temples, over the ear, down to the nape."""
HAIR_EDGE = 0.011
"""m over which it gets thick."""
FOLDS = ((2, 1.3, 0.42), (10, 0.9, 0.30))
"""Rounds of hollowness, how fast it darkens, and at most how much."""
SHADE = (0.75, 1.05, 1.10)
"""How much of a fold's darkness red, green and blue take: light comes back from skin redder."""
THROAT, FLOOR = 0.018, 0.10
"""m behind the lips over which light in the mouth falls to 1 / e, and what is left of it at last."""
TONGUE_LIGHT = 0.72
"""The least on the tongue, which comes out into the light."""


@dataclass(frozen=True)
class Complexion:
    """A person's colours."""

    skin: Colour = (0.83, 0.66, 0.56)
    lips: Colour = (0.70, 0.42, 0.40)
    hair: Colour = (0.20, 0.13, 0.10)
    iris: Colour = (0.33, 0.24, 0.16)
    seed: int = 0
    """Of the blotches and hairs."""


def random_complexion(rng: np.random.Generator) -> Complexion:
    """A plausible person: skin from dark to fair, lips redder than it, hair and irises on their own."""
    skin = np.array([0.84, 0.66, 0.56]) * rng.uniform(0.5, 1.08) * rng.uniform(0.96, 1.04, 3)
    lips = skin * rng.uniform([0.80, 0.55, 0.58], [0.95, 0.72, 0.76])
    hair = np.array([0.23, 0.16, 0.12]) * rng.uniform(0.4, 1.9)
    blue = rng.uniform()
    iris = (1 - blue) * np.array([0.30, 0.19, 0.10]) + blue * np.array([0.30, 0.38, 0.43])
    return Complexion(_colour(skin), _colour(lips), _colour(hair), _colour(iris), int(rng.integers(2**31)))


def painted(model: FaceModel, complexion: Complexion, size: int = SIZE) -> Array32:
    """size×size×3 texture, first row at v = 1."""
    return _Painter(model, complexion, size).texture()


class _Painter:
    def __init__(self, model: FaceModel, complexion: Complexion, size: int) -> None:
        self.model, self.size = model, size
        self.skin, self.lips, self.hair, self.iris = (
            np.array(colour, dtype=np.float32)
            for colour in (complexion.skin, complexion.lips, complexion.hair, complexion.iris)
        )
        self.rng = np.random.default_rng(complexion.seed)
        self.texels = Texels(model, size)
        self.place = self.texels.at(model.mean)
        """size×size×3 m."""
        self.marks = model.landmarks(model.mean.astype(np.float64))
        """478×3 m."""
        pixels = model.uv[model.uv_triangles] * [size, -size] + [0, size]
        self.landmarks = np.einsum("lkc,lk->lc", pixels[model.landmark_triangle], model.landmark_weights)
        """478×2 px."""

    def texture(self) -> Array32:
        out = np.tile(self.skin, (self.size, self.size, 1))
        self._blood_and_hollows(out)
        out *= 1 + noise(self.rng, self.size, ((10, 0.018), (60, 0.014), (300, 0.022)))
        blend(out, 0.96 * self._mask("lips", 0.0035), self._lip_colours())
        for nostril in NOSTRILS:
            rim = self.landmarks[list(nostril)]
            hole = filled(0.75 * rim + 0.25 * rim.mean(axis=0), self.size, 0.003 * self.size)
            blend(out, 0.8 * hole, 0.22 * self.skin)
        self._scalp(out)
        self._folds(out)
        for brow in BROWS:
            self._brow(out, brow)
        self._lids(out)
        self._mouth(out)
        self._eyes(out)
        return np.clip(out, 0, 1)

    def _blood_and_hollows(self, out: Array32) -> None:
        for landmark, reach in BLOOD:
            out *= 1 - self._spot(landmark, reach) * np.array([0.0, 0.055, 0.05], dtype=np.float32)
        for landmark, reach in EYE_HOLLOWS:
            out *= 1 - self._spot(landmark, reach) * np.array([0.07, 0.11, 0.09], dtype=np.float32)

    def _lip_colours(self) -> Array32:
        """size×size×3: finely lined."""
        return np.asarray(self.lips * (1 + noise(self.rng, self.size, ((80, 0.03), (350, 0.06)))), dtype=np.float32)

    def _scalp(self, out: Array32) -> None:
        """Hair cut short: no strands, but a line that isn't sharp."""
        depth, height = np.array(HAIRLINE[::-1]).T
        above = self.place[..., 1] - np.interp(self.place[..., 2], depth, height).astype(np.float32)
        ragged = above / HAIR_EDGE + noise(self.rng, self.size, ((60, 0.15), (250, 0.2), (500, 0.25)))[..., 0]
        thick = np.clip(ragged, 0, 1) * self._is("skin", "head")
        blend(out, 0.94 * thick, self.hair * (1 + noise(self.rng, self.size, ((30, 0.06), (400, 0.16)))))

    def _folds(self, out: Array32) -> None:
        """What the sky hardly reaches is darker and redder."""
        outside = self.model.triangles[self._of("skin", "lips", "head", "lid")]
        vertices = self.model.mean.astype(np.float64)
        for rounds, steep, most in FOLDS:
            fold = self.texels.at(hollowness(vertices, outside, rounds)[:, None])
            dark = most * np.clip(steep * fold, -0.15, 1)
            out *= 1 - dark * np.array(SHADE, dtype=np.float32)

    def _brow(self, out: Array32, brow: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
        """Single hairs that lean outwards, over a soft ground."""
        upper, lower = (self.landmarks[list(edge)] for edge in brow)
        ground = filled(np.concatenate([upper, lower[::-1]]), self.size, 0.005 * self.size)
        hairs = np.zeros((self.size, self.size), dtype=np.uint8)
        from_outside = 1 - self.rng.uniform(size=BROW_HAIRS) ** 0.9
        across = self.rng.beta(1.6, 1.6, size=BROW_HAIRS)
        for along, height in zip(from_outside, across, strict=True):
            low, high = (_along(edge, along) for edge in (lower, upper))
            root = low + height * (high - low)
            way = _along(lower, max(along - 0.12, 0)) - low + (0.25 + 0.9 * along**3) * (high - low) * (0.8 - height)
            way *= self.rng.uniform(0.010, 0.019) * self.size / max(float(np.linalg.norm(way)), 1e-6)
            hair = np.stack([root - way / 2, root + way / 2 + 0.1 * (upper[2] - lower[2]) * (height - 0.7)])
            cv2.polylines(hairs, [fixed(hair)], False, 255, 1, cv2.LINE_AA, FRACTION_BITS)
        colour = 0.85 * self.hair + 0.15 * self.skin
        blend(out, 0.42 * ground, colour)
        blend(out, 0.8 * cv2.GaussianBlur(hairs, (0, 0), 0.5).astype(np.float32) / 255, colour)

    def _lids(self, out: Array32) -> None:
        blend(out, self._mask("lid", 0.0), self.skin * np.array([0.86, 0.60, 0.56], dtype=np.float32))
        dark = 0.4 * self.hair
        for lids in (eye.aperture for eye in EYES):
            crease = self.landmarks[lids.upper]
            shade = cv2.GaussianBlur(line(crease, self.size, 0.006 * self.size), (0, 0), 0.004 * self.size)
            blend(out, 0.30 * shade, dark)
            blend(out, 0.85 * line(crease, self.size, 0.0035 * self.size), dark)
            blend(out, 0.35 * line(self.landmarks[lids.lower], self.size, 0.0018 * self.size), dark)

    def _eyes(self, out: Array32) -> None:
        for eye in (0, 1):
            ball = (self.model.eyes.member == eye + 1)[self.model.triangles].all(axis=1)[self.texels.triangle]
            if ball.any():
                away = self.place[ball] - self.model.eyes.centre[eye]
                limbus = self.marks[EYES[eye].limbus] - self.model.eyes.centre[eye]
                out[ball] = self._eye_colour(away, float(np.linalg.norm(limbus[:, :2], axis=1).mean()))

    def _eye_colour(self, place: Array32, radius: float) -> Array:
        """N×3 of places on an eyeball, m from its centre; `radius` of the iris, m."""
        x, y = place[:, 0] / radius, place[:, 1] / radius
        behind = place[:, 2] <= 0
        away, around = np.where(behind, 9.0, np.hypot(x, y)), np.arctan2(y, x)
        streaks = 1 + 0.18 * np.sin(31 * around + 2 * np.sin(7 * around)) * np.sin(np.pi * np.clip(away, 0, 1))
        # light that enters above falls on the iris's lower half
        lit = 1.05 + 0.35 * np.clip(-y, -0.6, 0.8) * np.clip(away, 0, 1)
        iris = self.iris * (streaks * lit)[:, None] * (1 - 0.6 * smoothstep(away, 0.74, 1.0))[:, None]
        side = smoothstep(np.abs(x), 1.2, 2.4)
        white = np.array([0.84, 0.82, 0.80]) * (1 - side[:, None] * np.array([0.06, 0.16, 0.16]))
        outside = smoothstep(away, 0.93, 1.08)[:, None]
        pupil = smoothstep(-away, -0.44, -0.36)[:, None]
        colour = (iris * (1 - outside) + white * outside) * (1 - pupil) + 0.02 * pupil
        # the upper lid's shadow, and the light that the cornea mirrors
        colour = colour * (1 - 0.42 * smoothstep(y, 0.35, 1.1) - 0.15 * smoothstep(-y, 0.7, 1.2))[:, None]
        glint = np.exp(-(((x + 0.30) / 0.16) ** 2) - ((y - 0.38) / 0.16) ** 2) * ~behind
        return np.asarray(colour + 0.85 * glint[:, None] * (1 - colour))

    def _mouth(self, out: Array32) -> None:
        """What lies behind the lips, darker towards the throat."""
        behind = np.maximum(self.marks[[0, 17], 2].min() - self.place[..., 2:] - 0.010, 0)
        light = FLOOR + (1 - FLOOR) * np.exp(-behind / THROAT)
        fine, coarse = noise(self.rng, self.size, ((300, 0.05),)), noise(self.rng, self.size, ((90, 0.05),))
        wet = 0.5 * self.lips + np.array([0.30, 0.12, 0.12], dtype=np.float32)
        for part, colour in (
            ("mouth", wet),
            ("gums", np.array([0.78, 0.44, 0.43]) * (1 + fine)),
            ("tongue", np.array([0.74, 0.42, 0.41]) * (1 + coarse)),
            ("teeth_upper", np.array([0.90, 0.87, 0.80])),
            ("teeth_lower", np.array([0.86, 0.83, 0.75])),
        ):
            inside = self._is(part) > 0
            if inside.any():
                reached = np.maximum(light, TONGUE_LIGHT) if part == "tongue" else light
                shaded = colour * (1 - self._between(part)) * reached
                out[inside] = np.broadcast_to(shaded, out.shape)[inside]

    def _between(self, part: str) -> Array32:
        """size×size×1: darkness of clefts and folds."""
        own = self.model.triangles[self._of(part)]
        fold = self.texels.at(hollowness(self.model.mean.astype(np.float64), own, 1)[:, None])
        return np.asarray(np.clip(1.6 * fold, -0.05, 0.55), dtype=np.float32)

    def _of(self, *names: str) -> NDArray[np.bool_]:
        """F: the triangle belongs to one of these parts."""
        return np.isin(np.array(self.model.parts)[self.model.part], names)

    def _is(self, *names: str) -> Array32:
        """size×size, 0 or 1: the texel belongs to one of these parts."""
        return np.asarray(self._of(*names)[self.texels.triangle], dtype=np.float32)

    def _mask(self, part: str, blur: float) -> Array32:
        """size×size: 1 on a part; softened over `blur` of the size."""
        mask = self._is(part)
        return np.asarray(cv2.GaussianBlur(mask, (0, 0), blur * self.size) if blur else mask)

    def _spot(self, landmark: int, reach: float) -> Array32:
        """size×size×1: a soft round spot on the head."""
        squared = np.sum((self.place - self.marks[landmark].astype(np.float32)) ** 2, axis=2)
        return np.asarray(np.exp(-squared / np.float32(reach**2)), dtype=np.float32)[..., None]


def _along(points: Array, share: float) -> Array:
    """A place on a line of N points, 0 at its first and 1 at its last."""
    at = share * (len(points) - 1)
    before = min(int(at), len(points) - 2)
    return np.asarray(points[before] + (at - before) * (points[before + 1] - points[before]))


def _colour(values: Array) -> Colour:
    red, green, blue = np.clip(values, 0, 1).tolist()
    return red, green, blue
