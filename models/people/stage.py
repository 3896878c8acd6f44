"""Pictures of a person: posed, rasterised, covered, lit, with hair and clothes behind."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ...core.conventions import CAMERA_FROM_FACE, Array, Array32, srgb_encoded
from ...core.fit.result import Camera
from ...core.landmarks.places import MOUTH
from ...core.raster.cpu import Fragments, interpolate_at, rasterise
from ...core.raster.guides import unit
from ...core.raster.shade import texture_at
from .chart import SKIN
from .eyes import eye_albedo
from .figure import EYE_PARTS, Figure
from .hollows import in_hollows, in_mouth, under_lids
from .lamps import Lights, lit_share, shade
from .person import Person
from .trim import NECK, dress, paint_behind, volumes

HIDDEN_BY = 0.004
"""m: a landmark that lies this far behind what is seen at its place is hidden."""
PARTED = 0.001
"""m: lips further apart than that may show teeth."""
TEETH, FLESH = ("teeth_upper", "teeth_lower"), ("mouth", "gums", "tongue")
WITHIN = ("gums", "tongue", *TEETH)
EYE_SHINE, WET_SHINE = (0.35, 350.0), (0.06, 60.0)
"""Reflectance and exponent of the highlights of eyes, and of what is in the mouth."""


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


@dataclass(frozen=True)
class Surroundings:
    """How a head stands before the camera in T frames, and in what light."""

    camera: Camera
    rotation: Array
    """T×3×3 from face to camera space."""
    place: Array
    """T×3 m, camera space: where face space's origin is."""
    lights: Lights
    backdrop: Array32
    """H×W×3 linear light."""

    def project(self, row: int, points: Array, *, upright: bool = False) -> Array:
        """N×2 px of N×3 m, of the head in face space or of the body, upright from its neck."""
        rotation = self.rotation[row]
        turned = points @ CAMERA_FROM_FACE.T + NECK @ rotation.T if upright else points @ rotation.T
        return self.camera.project(turned + self.place[row], row)


@dataclass(frozen=True)
class Seen:
    """The N pixels of a head, by flat index into the picture, and where each of some kinds are among them."""

    fragments: Fragments
    place: NDArray[np.intp]
    skin: NDArray[np.intp]
    eye: NDArray[np.intp]
    tooth: NDArray[np.intp]
    flesh: NDArray[np.intp]
    skull: NDArray[np.intp]
    """What continues the skin beyond its texture."""


class Stage:
    """Renders one person."""

    def __init__(self, figure: Figure, person: Person) -> None:
        self._figure, self._person = figure, person
        self._head = figure.head
        self._neutral = figure.neutral(person.identity)
        ahead = figure.ahead(person.identity, self._neutral)
        self._still = np.concatenate([figure.uv, self._neutral[figure.source], ahead[figure.source]], axis=1)
        names = np.array(self._head.parts)
        eye = np.array([name.startswith(EYE_PARTS) for name in names])
        tooth, flesh = np.isin(names, TEETH), np.isin(names, FLESH)
        skin = names == SKIN
        skull = ~(skin | eye | tooth | flesh)
        self._kinds = {"skin": skin, "eye": eye, "tooth": tooth, "flesh": flesh, "skull": skull}
        self._outside = ~np.isin(names, WITHIN)[self._head.part]

        skull = self._neutral[figure.casters]
        self._volumes = volumes(skull[(skull[:, 1] > 0) & (skull[:, 2] < 0)], person.hair)

    def shapes(self, weights: Array, gaze: Array) -> Array32:
        """T×V×3 m, face space."""
        return self._figure.shapes(self._person.identity, self._neutral, weights, gaze)

    def shot(self, shape: Array32, weights: Array, row: int, around: Surroundings) -> Shot:
        """A head's shape (V×3 m, face space) of 53 weights, in row `row` of what is around it."""
        camera, rotation = around.camera, around.rotation[row]
        vertices = shape.astype(np.float64) @ rotation.T + around.place[row]
        texture = self._person.skin.albedo(weights, _slope(around.lights.lamps[0].towards @ rotation))
        pixels = camera.project(vertices, row)
        landmarks = self._head.landmarks(vertices)
        gap = float(np.linalg.norm(landmarks[MOUTH.upper] - landmarks[MOUTH.lower], axis=1).max())
        near = vertices.astype(np.float32)
        facings = self._figure.facings(near)
        seen = self._seen(self._rasterised(near, facings, pixels, camera, gap))
        light = self._light(seen, (near, self._figure.normals(facings)), weights, texture, around.lights)
        picture = around.backdrop.copy()
        hair = around.project(row, self._volumes.hair)
        body = around.project(row, self._volumes.body, upright=True)
        paint_behind(picture, self._person, hair, body, around.lights.mean)
        picture.reshape(-1, 3)[seen.place] = light
        if self._person.glasses is not None:
            self._person.glasses.draw(picture, partial(around.project, row), float(around.lights.mean.mean()))
        places = camera.project(landmarks, row)
        return Shot(
            picture=picture,
            face=float(np.mean(light[seen.skin])) if len(seen.skin) else 1.0,
            landmarks=places,
            visible=self._visible(seen.fragments, places, landmarks[:, 2], pixels),
        )

    def _rasterised(self, vertices: Array32, facings: Array32, pixels: Array, camera: Camera, gap: float) -> Fragments:
        """The triangles (by the head's indices) that show the camera their fronts; `gap`: m between the lips."""
        triangles = self._head.triangles
        front = np.einsum("fi,fi->f", facings, np.take(vertices, triangles[:, 0], axis=0)) < 0
        drawn = np.flatnonzero(front if gap > PARTED else front & self._outside)
        depth = vertices[:, 2].astype(np.float64)
        seen = rasterise(pixels, depth, triangles[drawn], camera.width, camera.height, edges=False)
        return replace(seen, triangle=np.where(seen.seen, drawn[seen.triangle], -1).astype(np.int32))

    def _seen(self, fragments: Fragments) -> Seen:
        place = np.flatnonzero(fragments.triangle.ravel() >= 0)
        part = np.take(self._head.part, fragments.triangle.ravel()[place])
        kinds = {name: np.flatnonzero(np.take(belongs, part)) for name, belongs in self._kinds.items()}
        return Seen(fragments, place, **kinds)

    def _light(
        self, seen: Seen, surface: tuple[Array32, Array32], weights: Array, texture: Array32, lights: Lights
    ) -> Array32:
        """N×3 linear light of a head (V×3 m in camera space, and its normals) with a texture (h×w×3)."""
        vertices, normals = surface
        lit = [lit_share(vertices, normals, self._figure.casters, lamp) for lamp in lights.lamps]
        moving = np.concatenate([normals, np.stack(lit, axis=1)], axis=1)
        attributes = np.concatenate([self._still, moving[self._figure.source]], axis=1)
        layers = interpolate_at(seen.place, seen.fragments, self._figure.triangles, attributes)
        uv, neutral, ahead, normal, lit_here = np.split(layers, (2, 5, 8, 11), axis=1)
        shine = self._shine(seen, lights)
        albedo = self._albedo(seen, uv, ahead, texture)
        for kind in (seen.skin, seen.skull):
            dress(albedo, shine, neutral, kind, self._person)
        open_sky = self._open_sky(seen, neutral[:, 2], weights, lights)
        for kind in (seen.eye, seen.tooth, seen.flesh):
            lit_here[kind] *= open_sky[kind, None]
        return shade(unit(normal), albedo, lit_here, open_sky, shine, lights)

    def _albedo(self, seen: Seen, uv: Array32, ahead: Array32, texture: Array32) -> Array32:
        """N×3 of a bald and naked head."""
        person = self._person
        albedo = _looked_up(texture, uv)
        albedo[seen.skull] = np.median(texture[::16, ::16].reshape(-1, 3), axis=0)
        albedo[seen.tooth], albedo[seen.flesh] = person.teeth, person.flesh
        albedo[seen.eye] = eye_albedo(unit(ahead[seen.eye]), person.eyes)
        return albedo

    def _shine(self, seen: Seen, lights: Lights) -> Array32:
        """N×2."""
        shine = np.empty((len(seen.place), 2), dtype=np.float32)
        shine[:] = lights.gloss, lights.sharpness
        shine[seen.eye] = EYE_SHINE
        shine[seen.tooth] = shine[seen.flesh] = WET_SHINE
        return shine

    def _open_sky(self, seen: Seen, depth: Array32, weights: Array, lights: Lights) -> Array32:
        """N, 0–1: what comes in from all round: less in hollows, under lids and in the mouth."""
        open_sky = 1 - np.float32(lights.occlusion) * in_hollows(seen.fragments, seen.place)
        open_sky[seen.eye] *= under_lids(seen.fragments, seen.place, seen.eye)[seen.eye]
        jaw = float(weights[self._head.expressions.index("jawOpen")])
        for kind in (seen.tooth, seen.flesh):
            open_sky[kind] *= in_mouth(depth[kind], jaw)
        return open_sky

    def _visible(self, seen: Fragments, places: Array, depth: Array, pixels: Array) -> NDArray[np.bool_]:
        """478: landmarks (478×2 px) on triangles that show their front with nothing before them.

        Lids lie closer to the eyeballs than a depth test can tell, so what is on an eyeball must be seen on one.
        """
        height, width = seen.triangle.shape
        own = self._head.landmark_triangle
        column, row = np.floor(places).astype(int).T
        inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        here = np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)
        a, b, c = (pixels[self._head.triangles[own, corner]] for corner in range(3))
        across, down = (b - a).T, (c - a).T
        front = across[0] * down[1] < across[1] * down[0]  # v runs down
        on_eye, eye_seen = (self._kinds["eye"][self._head.part[triangle]] for triangle in (own, seen.triangle[here]))
        return np.asarray(inside & front & (depth < seen.depth[here] + HIDDEN_BY) & (eye_seen | ~on_eye))


def _slope(towards: Array) -> Array:
    """2: the tangents, to the subject's left and up, of the direction to a lamp (3, face space)."""
    return np.asarray(towards[:2] / max(float(towards[2]), FRONTAL))


FRONTAL = 0.3
"""Cosine: light that comes more from the side than that deepens folds no further."""
COLUMNS = 256
"""In which pixels are looked up: OpenCV's maps may not be wider or higher than 32,767."""


def _looked_up(texture: Array32, uv: Array32) -> Array32:
    """N×3 of a texture (h×w×3, first row at v = 1), bilinear, at N places (u right, v up)."""
    rows = -(-len(uv) // COLUMNS)
    grid = np.zeros((rows * COLUMNS, 2), dtype=np.float32)
    grid[: len(uv)] = uv
    return texture_at(texture, grid.reshape(rows, COLUMNS, 2)).reshape(-1, 3)[: len(uv)]


def exposed(picture: Array32, mean: float, wanted: float) -> Array32:
    """sRGB-encoded 0–1 of linear light whose mean over the face is to become `wanted`."""
    return np.asarray(srgb_encoded(np.clip(picture * np.float32(wanted / max(mean, 1e-4)), 0, 1)), dtype=np.float32)
