"""Pictures of a person: posed, rasterised finer than the picture, covered, lit, with hair and clothes behind."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...core.clip.proxy import srgb_encoded
from ...core.conventions import Array, Array32
from ...core.fit.result import Camera
from ...core.raster.cpu import Fragments, interpolate, rasterise
from ...core.raster.guides import unit
from ...core.raster.shade import texture_at
from .eyes import eye_albedo
from .figure import Figure
from .lamps import Lights, lit_share, shade
from .person import Person

SAMPLES = 1.5
"""Rendered pixels per pixel of the picture, along u and along v."""
HIDDEN_BY = 0.004
"""m: a landmark that lies this far behind what is seen at its place is hidden."""
TEETH, FLESH = ("teeth_upper", "teeth_lower"), ("mouth", "gums", "tongue")
DEPTHS = (-0.03, 0.03)
"""m, face space: in the mouth it is dark behind the first and light before the second (the front teeth)."""
COLLAR = -0.165
"""m: clothes begin below."""
EYE_SHINE, TOOTH_SHINE = (0.35, 350.0), (0.06, 60.0)
"""Reflectance and exponent of highlights."""
LID_SHADE = 0.035
"""Of the picture's side: how far lids shade eyeballs."""
HOLLOWS = ((0.012, 0.010), (0.035, 0.03))
"""Of the picture's side, and m: a place this far behind the mean depth round it is in the dark."""


@dataclass(frozen=True)
class Shot:
    """One frame as rendered."""

    picture: Array32
    """H×W×3 linear light, not yet exposed."""
    face: float
    """Mean light on the skin."""
    landmarks: Array
    """478×2 px."""
    visible: NDArray[np.bool_]
    """478."""


class Stage:
    """Renders one person with one figure."""

    def __init__(self, figure: Figure, person: Person) -> None:
        self._figure, self._person = figure, person
        self._head = figure.head
        self._neutral = figure.neutral(person.identity)
        ahead = figure.ahead(person.identity, self._neutral)
        self._still = np.concatenate([self._neutral[:, 1:], ahead], axis=1)[figure.source]
        names = np.array(self._head.parts)
        self._is_eye = np.array([name.startswith(("eyeball", "iris", "pupil")) for name in names])
        self._is_tooth, self._is_flesh = np.isin(names, TEETH), np.isin(names, FLESH)
        self._is_skin = names == "skin"

    def shapes(self, weights: Array, gaze: Array) -> Array32:
        """T×V×3 m, face space."""
        return self._figure.shapes(self._person.identity, self._neutral, weights, gaze)

    def shot(self, vertices: Array, weights: Array, camera: Camera, row: int, lights: Lights, backdrop: Array32) -> Shot:
        """A posed head (V×3 m, camera space) with 53 weights in row `row` of a camera's shot."""
        size = (round(SAMPLES * camera.width), round(SAMPLES * camera.height))
        pixels = camera.project(vertices, row)
        seen = self._rasterised(SAMPLES * pixels, vertices[:, 2], size)
        linear = cv2.resize(backdrop, size, interpolation=cv2.INTER_LINEAR)
        light = self._light(seen, vertices.astype(np.float32), weights, lights)
        linear[seen.seen] = light
        part = self._part(seen)
        skin = self._is_skin[part]
        landmarks = self._head.landmarks(vertices)
        places = camera.project(landmarks, row)
        return Shot(
            picture=cv2.resize(linear, (camera.width, camera.height), interpolation=cv2.INTER_AREA),
            face=float(np.mean(light[skin])) if skin.any() else 1.0,
            landmarks=places,
            visible=self._visible(seen, SAMPLES * places, landmarks[:, 2], pixels),
        )

    def _rasterised(self, pixels: Array, depth: Array, size: tuple[int, int]) -> Fragments:
        source = self._figure.source
        return rasterise(pixels[source], depth[source], self._figure.triangles, *size, cull=True, edges=False)

    def _part(self, seen: Fragments) -> NDArray[np.int8]:
        return self._head.part[seen.triangle[seen.seen]]

    def _light(self, seen: Fragments, vertices: Array32, weights: Array, lights: Lights) -> Array32:
        """N×3 linear light of the N pixels seen."""
        normals = self._figure.normals(vertices)
        lit = [lit_share(vertices, self._figure.casters, lamp) for lamp in lights.lamps]
        moving = np.concatenate([normals, np.stack(lit, axis=1)], axis=1)
        attributes = np.concatenate([self._figure.uv, self._still, moving[self._figure.source]], axis=1)
        layers = interpolate(seen, self._figure.triangles, attributes)
        part = self._part(seen)
        texture = texture_at(self._person.skin.albedo(weights), layers[..., :2])[seen.seen]
        place, ahead, normal, lit_here = np.split(layers[seen.seen], (4, 7, 10), axis=1)
        albedo = self._albedo(part, texture, place[:, 2:], ahead)
        open_sky = self._open_sky(seen, part, place[:, 2:], weights, lights)
        lit_here = lit_here * np.where(self._is_skin[part], 1, open_sky)[:, None]
        return shade(unit(normal), albedo, lit_here, open_sky, self._shine(part, lights), lights)

    def _albedo(self, part: NDArray[np.int8], texture: Array32, place: Array32, ahead: Array32) -> Array32:
        """N×3; `place`: N×2 m, height and depth on the neutral head."""
        person, albedo = self._person, texture.copy()
        albedo[~self._is_skin[part]] = np.median(texture[self._is_skin[part]], axis=0) if len(texture) else 0
        albedo[self._is_tooth[part]] = person.teeth
        albedo[self._is_flesh[part]] = person.flesh
        eye = self._is_eye[part]
        albedo[eye] = eye_albedo(unit(ahead[eye]), person.eyes)
        return _dressed(albedo, place, person, ~eye & ~self._is_tooth[part] & ~self._is_flesh[part])

    def _shine(self, part: NDArray[np.int8], lights: Lights) -> Array32:
        """N×2."""
        shine = np.tile(np.array([lights.gloss, lights.sharpness], dtype=np.float32), (len(part), 1))
        shine[self._is_eye[part]] = EYE_SHINE
        shine[self._is_tooth[part] | self._is_flesh[part]] = TOOTH_SHINE
        return shine

    def _open_sky(
        self, seen: Fragments, part: NDArray[np.int8], place: Array32, weights: Array, lights: Lights
    ) -> Array32:
        """N, 0–1: what comes in from all round: less in hollows, under lids and in the mouth."""
        size = len(seen.triangle)
        depth = np.where(seen.seen, seen.depth, 0)
        mask = seen.seen.astype(np.float32)
        open_sky = np.ones(len(part), dtype=np.float32)
        for reach, behind in HOLLOWS:
            width = 2 * int(reach * size) + 1
            near = cv2.blur(cv2.blur(depth, (width, width)), (width, width))
            share = cv2.blur(cv2.blur(mask, (width, width)), (width, width))
            hollow = (depth * share - near)[seen.seen] / (behind * np.maximum(share[seen.seen], 0.2))
            open_sky *= 1 - np.float32(lights.occlusion) * np.clip(hollow, 0, 0.8)
        eye, inner = self._is_eye[part], self._is_tooth[part] | self._is_flesh[part]
        open_sky[eye] *= self._under_lids(seen, part)[eye]
        jaw = float(weights[self._head.expressions.index("jawOpen")])
        deep = np.clip((place[inner, 1] - DEPTHS[0]) / (DEPTHS[1] - DEPTHS[0]), 0.02, 1)
        open_sky[inner] *= (0.45 + 0.45 * min(jaw, 1.0)) * deep**2
        return open_sky

    def _under_lids(self, seen: Fragments, part: NDArray[np.int8]) -> Array32:
        """N, 0–1: the lids, above all the upper one and its lashes, shade the eyeballs next to them."""
        size = len(seen.triangle)
        lids = np.zeros(seen.triangle.shape, dtype=np.float32)
        lids[seen.seen] = ~self._is_eye[part]
        width = 2 * int(LID_SHADE * size / 2) + 1
        near = cv2.blur(lids, (width, width), anchor=(width // 2, width - 1))
        return np.clip(1.1 - 0.9 * near[seen.seen], 0.25, 1)

    def _visible(self, seen: Fragments, places: Array, depth: Array, pixels: Array) -> NDArray[np.bool_]:
        """478: landmarks (478×2 rendered px) on triangles that show their front with nothing before them."""
        height, width = seen.triangle.shape
        column, row = np.floor(places).astype(int).T
        inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        shown = seen.depth[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)]
        a, b, c = (pixels[self._head.triangles[self._head.landmark_triangle, corner]] for corner in range(3))
        across, down = (b - a).T, (c - a).T
        front = across[0] * down[1] < across[1] * down[0]  # v runs down
        return np.asarray(inside & front & (depth < shown + HIDDEN_BY))


def _dressed(albedo: Array32, place: Array32, person: Person, skin: NDArray[np.bool_]) -> Array32:
    """Hair on the skull and clothes on the neck."""
    height, depth = place.T
    hair = person.hair
    edge = hair.line - hair.slope * (0.04 - depth)
    share = (np.clip((height - edge) / 0.008, 0, 1) * skin)[:, None]
    albedo = albedo * (1 - share) + hair.colour * share
    cloth = (np.clip((COLLAR - height) / 0.003, 0, 1) * skin)[:, None]
    return np.asarray(albedo * (1 - cloth) + person.cloth * cloth, dtype=np.float32)


def exposed(picture: Array32, mean: float, wanted: float) -> Array32:
    """sRGB-encoded 0–1 of linear light whose mean over the face is to become `wanted`."""
    return np.asarray(srgb_encoded(np.clip(picture * np.float32(wanted / max(mean, 1e-4)), 0, 1)), dtype=np.float32)
