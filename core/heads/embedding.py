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
class Surfaces:
    """Which of a mesh's triangles landmarks may lie on."""

    skin: NDArray[np.bool_]
    """F: all but the irises do."""
    eyeballs: NDArray[np.bool_]
    """F: the irises do; none where eyes are part of the skin."""

    @classmethod
    def all_of(cls, triangles: NDArray[np.int32]) -> "Surfaces":
        """Of a mesh (F×3) of which nothing is known."""
        return cls(np.ones(len(triangles), dtype=np.bool_), np.zeros(len(triangles), dtype=np.bool_))

    @property
    def of_landmarks(self) -> tuple[tuple[slice, NDArray[np.bool_]], ...]:
        """Groups of landmarks, and the triangles (F) that they may lie on."""
        return (MESH, self.skin), (IRISES, self.eyeballs if self.eyeballs.any() else self.skin)


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
    return embedded(sittings, find_face(sittings[0], observer), observer, reporter)


def embedded(
    sittings: Sequence[Sitting],
    landmarks: Array,
    observer: Observer,
    reporter: Reporter,
    surfaces: Surfaces | None = None,
) -> Embedding:
    """The landmarks on a mesh from sittings of it, all in one pose. `landmarks`: 478×3, where they are roughly."""
    framing = Framing.of(landmarks)
    cameras = [framing.view(yaw, pitch) for yaw, pitch in VIEWS]
    vertices, triangles = sittings[0].mesh
    allowed = surfaces or Surfaces.all_of(triangles)

    def observed(task: tuple[Sitting, View]) -> tuple[NDArray[np.int64], Array]:
        sitting, camera = task
        pixels = observer.look(sitting.picture(camera), camera.project(landmarks))
        return _drawn_onto(allowed, *cast_back(pixels, *sitting.mesh, camera), sitting, camera)

    tasks = [(sitting, camera) for sitting in sittings for camera in cameras]
    hits = list(observer.each(observed, tasks, reporter))
    places = np.array([_places(triangle, weights, vertices, triangles) for triangle, weights in hits])
    return _settled(places, landmarks, sittings[0], framing, allowed)


def _drawn_onto(
    surfaces: Surfaces, triangle: NDArray[np.int64], weights: Array, sitting: Sitting, camera: View
) -> tuple[NDArray[np.int64], Array]:
    """What cast_back found, moved to the nearest place seen of the surface that each landmark may lie on.

    A lid's rim that is reported a pixel too far in meets the eyeball: its place is on the lid as it was photographed,
    not where the eyeball's point is when the lid has moved away.
    """
    for landmarks, allowed in surfaces.of_landmarks:
        met = triangle[landmarks]
        wrong = np.flatnonzero((met >= 0) & ~allowed[met]) + landmarks.start
        if wrong.size:
            shown = visible(*sitting.mesh, [camera])
            surface = shown[allowed[shown]]
            points = _places(triangle[wrong], weights[wrong], *sitting.mesh)
            found, weights[wrong] = nearest_on_surface(points, sitting.vertices, sitting.triangles[surface])
            triangle[wrong] = surface[found]
    return triangle, weights


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


def _settled(places: Array, otherwise: Array, sitting: Sitting, framing: Framing, surfaces: Surfaces) -> Embedding:
    """The middle of the places seen (K×478×3, NaN beside the mesh), on the part of the surface that the views show."""
    seen = np.isfinite(places[..., 0])
    middle = otherwise.copy()
    known = seen.any(axis=0)
    middle[known] = np.nanmedian(places[:, known], axis=0)
    shown = visible(*sitting.mesh, [framing.view(yaw, pitch) for yaw, pitch in VIEWS])
    triangle, weights = np.zeros(LANDMARKS, dtype=np.int32), np.zeros((LANDMARKS, 3))
    for landmarks, allowed in surfaces.of_landmarks:
        surface = shown[allowed[shown]]
        found, weights[landmarks] = nearest_on_surface(middle[landmarks], sitting.vertices, sitting.triangles[surface])
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
