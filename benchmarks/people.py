"""People who are known to the last vertex, filmed: ICT heads with photographed faces that move, act and blink."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..core.clip import VideoWriter
from ..core.conventions import Array, Array32
from ..core.demo.script import Keys, keyed
from ..core.face.geometry import Geometry
from ..core.face.surface import vertex_normals
from ..core.fit.result import Camera
from ..core.raster.cpu import Fragments, interpolate, rasterise
from ..core.raster.guides import unit
from ..core.raster.shade import Light, display, shade, texture_at
from ..models.people.chart import SKIN
from ..models.people.figure import EYE_PARTS
from ..models.people.take import head_rotations

SIZE, FPS, FRAMES = 512, 30, 60
LOOK_AT = np.array([0.0, -0.025, 0.02])
"""m from between the eyes: this point of the head stays near the middle of the picture."""
FACE_HEIGHT = 0.25
"""m across the picture at the head's distance."""
HAIRLINE, HAIR_SLOPE = (0.055, 0.04), 0.45
"""m: height and depth of the hair's edge above the forehead; it falls towards the back."""
IRISES = np.array([(0.08, 0.035, 0.015), (0.03, 0.015, 0.008), (0.10, 0.16, 0.24), (0.10, 0.12, 0.06)])
"""Linear light."""
ACTS = (
    "jawOpen", "mouthSmile", "browInnerUp", "browDown", "mouthPucker", "mouthFunnel", "noseSneer", "mouthFrown",
    "mouthStretch", "cheekSquint", "mouthUpperUp", "mouthLowerDown", "browOuterUp", "mouthLeft", "jawLeft",
)  # fmt: skip
"""Stems of the expressions that may be acted."""


@dataclass(frozen=True)
class Person:
    """Somebody and how she was filmed; everything is drawn from the seed."""

    seed: int
    photo: str
    """A file of the shared footage: the face's texture."""

    def identity(self, modes: int) -> Array:
        """Standard deviations, normally distributed."""
        return np.random.default_rng([self.seed, 0]).normal(size=modes)


@dataclass(frozen=True)
class Film:
    """Camera, light and performance of T frames."""

    focal: float
    """px."""
    weights: Array
    """T×E."""
    gaze: Array
    """T×2×2 rad."""
    turn: Array
    """T×3 rad: yaw to the subject's left, pitch downwards, roll to the subject's right."""
    middle: Array
    """T×3 m, camera space: where LOOK_AT is."""
    light: Light
    background: Array
    """3, linear light."""
    iris: Array
    hair: Array
    noise: float
    """Standard deviation, 8-bit code values."""
    quality: int
    """Of the JPEG that each frame goes through before the video's own compression."""


def film(person: Person, expressions: tuple[str, ...]) -> Film:
    """What is filmed of a person: the head turns ±25° and nods, some expressions come and go, the eyes blink."""
    rng = np.random.default_rng([person.seed, 1])
    times = np.arange(FRAMES) / FPS
    focal = SIZE * float(np.exp(rng.uniform(np.log(1.0), np.log(3.0))))
    sway = [_sway(rng, amount, times) for amount in np.radians([25, 12, 6])]
    drift = [_sway(rng, amount, times) for amount in (0.008, 0.008, 0.012)]
    gaze = np.repeat(np.stack([_sway(rng, 0.2, times), _sway(rng, 0.1, times)], axis=1)[:, None], 2, axis=1)
    bright = rng.uniform(0.35, 0.8)
    return Film(
        focal=focal,
        weights=_acting(rng, expressions, times),
        gaze=gaze,
        turn=np.stack(sway, axis=1),
        middle=np.stack(drift, axis=1) + np.array([0, 0, focal * FACE_HEIGHT / SIZE]),
        light=_light(rng, bright),
        background=rng.uniform(0.02, 0.5, 3),
        iris=IRISES[rng.integers(len(IRISES))] * rng.uniform(0.6, 1.3),
        hair=np.array([0.05, 0.035, 0.025]) * rng.uniform(0.3, 2.5),
        noise=float(rng.uniform(1, 4)),
        quality=int(rng.integers(60, 95)),
    )


def _sway(rng: np.random.Generator, amount: float, times: Array) -> Array:
    """A slow to and fro that reaches ±amount."""
    wave = np.sin(2 * np.pi * (rng.uniform(0.45, 0.7) * times + rng.uniform()))
    wave += 0.3 * np.sin(2 * np.pi * (rng.uniform(0.9, 1.4) * times + rng.uniform()))
    return np.asarray(amount * wave / np.abs(wave).max())


def _acting(rng: np.random.Generator, expressions: tuple[str, ...], times: Array) -> Array:
    """T×E: four acts, both sides nearly alike, and two blinks."""
    weights = np.zeros((len(times), len(expressions)))
    for stem in rng.choice(ACTS, 4, replace=False):
        at, strength = rng.uniform(0.3, 1.7), rng.uniform(0.4, 0.9)
        for side in ("", "_L", "_R"):
            if stem + side in expressions:
                keys: Keys = ((at - 0.35, 0.0), (at - 0.1, 1.0), (at + 0.1, 1.0), (at + 0.35, 0.0))
                weights[:, expressions.index(stem + side)] = strength * rng.uniform(0.85, 1.1) * keyed(keys, times)
    for at in rng.uniform(0.1, 1.9, 2):
        for side in "LR":
            blink = keyed(((at - 0.07, 0.0), (at, 1.0), (at + 0.10, 0.0)), times)
            column = weights[:, expressions.index(f"eyeBlink_{side}")]
            np.maximum(column, blink, out=column)
    return weights


def _light(rng: np.random.Generator, bright: float) -> Light:
    direction = rng.normal(size=3) * [0.6, 0.35, 0] + [0, -0.45, -1]
    lamp, sky = bright * rng.uniform(0.85, 1.0, 3), (1.15 - bright) * rng.uniform(0.85, 1.0, 3)
    return Light(tuple(direction), tuple(lamp), tuple(sky), tuple(0.6 * sky), gloss=0.02)


class Stage:
    """Renders frames of one person."""

    def __init__(self, head: Geometry, identity: Array, texture: Array32, shown: Film) -> None:
        self._head, self._identity, self._texture, self._film = head, identity, texture, shown
        self._camera = Camera(SIZE, SIZE, np.array([shown.focal]), np.full(2, SIZE / 2), np.zeros(2), 1.0)
        neutral = head.neutral(identity)
        centres = head.eye_centres(identity)
        self._out_of_eye = np.where((head.eyes.member > 0)[:, None], neutral - centres[head.eyes.member - 1], 0.0)
        self._neutral = neutral
        skin = np.median(texture.reshape(-1, 3), axis=0)
        self._flat = np.array([self._paint(name, skin) for name in head.parts], dtype=np.float32)

    def frame(self, row: int, rng: np.random.Generator) -> NDArray[np.uint8]:
        """SIZE×SIZE×3 sRGB."""
        head, shown = self._head, self._film
        vertices = self._posed(row)
        seen = rasterise(
            self._camera.project(vertices, 0), vertices[:, 2], head.triangles, SIZE, SIZE, cull=True, edges=False
        )
        normals = unit(interpolate(seen, head.triangles, vertex_normals(vertices, head.triangles)))
        lit = shade(seen, normals, self._albedo(seen), shown.light)
        lit[~seen.seen] = shown.background
        picture = cv2.GaussianBlur(display(lit), (0, 0), 0.7) + shown.noise * rng.normal(size=lit.shape)
        stored = cv2.imencode(
            ".jpg", np.clip(picture, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, shown.quality]
        )[1]
        return np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR), dtype=np.uint8)

    def _posed(self, row: int) -> Array:
        """V×3 m, camera space."""
        shown = self._film
        rotation = head_rotations(shown.turn[row : row + 1])[0]
        vertices = self._head.shape(self._identity, shown.weights[row], shown.gaze[row])
        return np.asarray((vertices - LOOK_AT) @ rotation.T + shown.middle[row])

    def _paint(self, part: str, skin: Array) -> Array:
        """One colour (linear light) of a part that no photograph shows."""
        white = [0.72, 0.69, 0.66]
        colours = {"teeth": [0.72, 0.68, 0.58], "gum": [0.4, 0.1, 0.1]} | dict.fromkeys(EYE_PARTS, white)
        known = next((colour for stem, colour in colours.items() if stem in part), None)
        dark = 0.25 if "mouth" in part or "tongue" in part else 0.6 if "socket" in part else 1.0
        return np.asarray(skin * dark if known is None else known)

    def _albedo(self, seen: Fragments) -> Array32:
        """H×W×3 linear light: the photograph on the skin, hair on the skull, irises on the eyeballs."""
        head = self._head
        part = np.where(seen.seen, head.part[seen.triangle], 0)
        albedo = self._flat[part]
        on_skin = seen.seen & (part == head.parts.index(SKIN))
        photo = texture_at(self._texture, interpolate(seen, head.uv_triangles, head.uv))
        albedo[on_skin] = photo[on_skin]
        place = interpolate(seen, head.triangles, self._neutral)
        ahead = interpolate(seen, head.triangles, unit(self._out_of_eye))
        skull = on_skin | np.isin(part, [k for k, name in enumerate(head.parts) if name == "head"])
        height, depth = HAIRLINE
        edge = height - HAIR_SLOPE * (depth - place[..., 2])
        hair = np.clip((place[..., 1] - edge) / 0.008, 0, 1)
        hair = (hair * skull)[..., None]
        albedo = albedo * (1 - hair) + self._film.hair * hair
        return self._with_irises(albedo.astype(np.float32), ahead)

    def _with_irises(self, albedo: Array32, ahead: Array32) -> Array32:
        angle = np.arccos(np.clip(ahead[..., 2], -1, 1))
        eye = np.linalg.norm(ahead, axis=2) > 0.5
        iris = (np.clip((0.49 - angle) / 0.05, 0, 1) * eye)[..., None]
        pupil = (np.clip((0.19 - angle) / 0.04, 0, 1) * eye)[..., None]
        return np.asarray(
            (albedo * (1 - iris) + self._film.iris * iris) * (1 - pupil) + 0.004 * pupil, dtype=np.float32
        )


def render(head: Geometry, person: Person, texture: Array32, path: Path) -> None:
    """Film a person (FRAMES frames of mp4)."""
    shown = film(person, head.expressions)
    stage = Stage(head, person.identity(len(head.identity)), texture, shown)
    rng = np.random.default_rng([person.seed, 2])
    with VideoWriter(path, SIZE, SIZE, Fraction(FPS)) as movie:
        for row in range(FRAMES):
            movie.write(stage.frame(row, rng))
