"""Where the detector's 478 landmarks lie on a mesh: rendered, detected, cast back on the surface.

The detector is the only judge: of the mesh nothing is taken but its vertices, its triangles and, where it has any, its
colours. The mesh may be in any unit, with face space's axes (conventions.py), and have a body below the face.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import LANDMARKS, Array, Array32
from ..errors import InputError
from ..reporting import Reporter
from .observer import Observer
from .studio import PLAIN_ROOM, Covering, Plain, Room, photograph, visible
from .view import Framing, View, cast_back, nearest_on_surface

VIEWS = ((0, 0), (-12, 0), (12, 0), (-6, 8), (6, -8), (0, 8), (0, -8))
"""Yaw and pitch, degrees: near the front, because the points along the jaw slide with a wider turn."""
SEARCH_SIDE, SEARCHES = 768, 3
"""px of the pictures in which the face is looked for, and how often, each time from nearer."""
FIRMNESS = 0.02
"""Of the face's size: a landmark whose place spreads so far is half as sure as one that stays."""
MESH, IRISES = slice(0, 468), slice(468, LANDMARKS)
BESIDE = 0.25
"""What lies beside the surface with more of its landmarks than this is no face of it."""


@dataclass(frozen=True)
class Embedding:
    """478 places on a mesh's surface."""

    triangle: NDArray[np.int32]
    """478: the triangle that each landmark lies on."""
    weights: Array32
    """478×3 barycentric weights in it."""
    confidence: Array32
    """478, 0–1: 1 where every view put the landmark at one place, 0 where none saw it on the surface."""
    spread: Array32
    """478: root mean square distance of its places in the views from their middle, in the mesh's unit."""

    def places(self, vertices: Array | Array32, triangles: NDArray[np.int32]) -> Array:
        """…×478×3: the landmarks on vertices (…×V×3), or on their displacements, of the same triangles (F×3)."""
        corners = vertices[..., triangles[self.triangle], :]
        return np.asarray(np.einsum("...lkc,lk->...lc", corners, self.weights), dtype=np.float64)

    def with_those_of(self, other: "Embedding", landmarks: NDArray[np.intp]) -> "Embedding":
        """The same with some landmarks where another embedding has them."""
        mixed = {}
        for name in ("triangle", "weights", "confidence", "spread"):
            mixed[name] = getattr(self, name).copy()
            mixed[name][landmarks] = getattr(other, name)[landmarks]
        return Embedding(**mixed)


@dataclass(frozen=True)
class Sitting:
    """A mesh that sits for its pictures: in one pose and one covering."""

    vertices: Array
    """V×3."""
    triangles: NDArray[np.int32]
    """F×3, counter-clockwise seen from outside."""
    covering: Covering
    room: Room = PLAIN_ROOM

    @property
    def mesh(self) -> tuple[Array, NDArray[np.int32]]:
        return self.vertices, self.triangles

    def picture(self, view: View) -> NDArray[np.uint8]:
        return photograph(self.vertices, self.triangles, self.covering, view, self.room)


def embed(
    vertices: Array,
    triangles: NDArray[np.int32],
    observer: Observer,
    reporter: Reporter,
    coverings: Sequence[Covering] = (Plain(),),
) -> Embedding:
    """The landmarks on a mesh (V×3 in any unit, F×3 counter-clockwise seen from outside) at rest.

    `coverings`: what to cover it with, one after the other; all views are taken of each.
    `observer`: from observer.open_observer(). Raises InputError where no face is found on it.
    """
    sittings = [Sitting(vertices, triangles, covering) for covering in coverings]
    return embedded(sittings, vertices, find_face(sittings[0], observer), observer, reporter)


def embedded(
    sittings: Sequence[Sitting],
    rest: Array,
    landmarks: Array,
    observer: Observer,
    reporter: Reporter,
    eyeballs: NDArray[np.bool_] | None = None,
) -> Embedding:
    """The landmarks on a mesh at rest (V×3), from sittings of it that may be in other poses.

    `landmarks`: 478×3, where they are roughly. `eyeballs`: F, the triangles that irises lie on, and nothing else does.
    """
    framing = Framing.of(landmarks)
    cameras = [framing.view(yaw, pitch) for yaw, pitch in VIEWS]

    def observed(task: tuple[Sitting, View]) -> tuple[NDArray[np.int64], Array]:
        sitting, camera = task
        pixels = observer.look(sitting.picture(camera), camera.project(landmarks))
        return cast_back(pixels, sitting.vertices, sitting.triangles, camera)

    tasks = [(sitting, camera) for sitting in sittings for camera in cameras]
    hits = list(observer.each(observed, tasks, reporter))
    triangles = sittings[0].triangles
    places = np.array([_places(triangle, weights, rest, triangles) for triangle, weights in hits])
    allowed = np.zeros(len(triangles), dtype=np.bool_) if eyeballs is None else eyeballs
    return _settled(places, landmarks, rest, triangles, framing, allowed)


def find_face(sitting: Sitting, observer: Observer) -> Array:
    """478×3: roughly where the landmarks of a mesh's face are. Raises InputError where none is found."""
    framing = Framing.of(sitting.vertices[np.unique(sitting.triangles)])
    for _ in range(SEARCHES):
        camera = framing.view(0, 0, side=SEARCH_SIDE)
        pixels = observer.search(sitting.picture(camera))
        places = _places(*cast_back(pixels, sitting.vertices, sitting.triangles, camera), *sitting.mesh)
        beside = np.isnan(places[:, 0])
        if beside.mean() > BESIDE:
            raise InputError("no face is found on this mesh; it has to look along +Z with +Y up, its eyes open")
        depth = float(np.median(camera.to_camera(places[~beside])[:, 2]))
        places[beside] = camera.unproject(pixels[beside], depth)
        framing = Framing.of(places)
    return places


def _places(triangle: NDArray[np.int64], weights: Array, vertices: Array, triangles: NDArray[np.int32]) -> Array:
    """478×3 places of what cast_back found; NaN where it found nothing."""
    places = np.einsum("nkc,nk->nc", vertices[triangles[triangle]], weights)
    return np.where(triangle[:, None] >= 0, places, np.nan)


def _settled(
    places: Array,
    otherwise: Array,
    rest: Array,
    triangles: NDArray[np.int32],
    framing: Framing,
    eyeballs: NDArray[np.bool_],
) -> Embedding:
    """The middle of the places seen (K×478×3, NaN beside the mesh), on the part of the surface that the views show."""
    seen = np.isfinite(places[..., 0])
    middle = otherwise.copy()
    known = seen.any(axis=0)
    middle[known] = np.nanmedian(places[:, known], axis=0)
    shown = visible(rest, triangles, [framing.view(yaw, pitch) for yaw, pitch in VIEWS])
    triangle, weights = np.zeros(LANDMARKS, dtype=np.int32), np.zeros((LANDMARKS, 3))
    for landmarks, wanted in ((MESH, False), (IRISES, bool(eyeballs.any()))):
        surface = shown[eyeballs[shown] == wanted]
        found, weights[landmarks] = nearest_on_surface(middle[landmarks], rest, triangles[surface])
        triangle[landmarks] = surface[found]
    away = np.where(seen, np.sum((places - middle) ** 2, axis=2), 0.0)
    spread = np.sqrt(away.sum(axis=0) / np.maximum(seen.sum(axis=0), 1))
    confidence = seen.mean(axis=0) / (1 + (spread / (FIRMNESS * framing.size)) ** 2)
    return Embedding(
        triangle,
        weights.astype(np.float32),
        confidence.astype(np.float32),
        spread.astype(np.float32),
    )
