"""A geometry ready to be photographed in any identity and expression: only what pictures of its face show of it."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..face.geometry import Geometry
from .embedding import Embedding
from .makeup import Sitter, sitter
from .studio import Covering, Image, Room, photograph, visible
from .view import Framing, View

SEEN_FROM = ((0, 0), (-30, 0), (30, 0), (0, 18), (0, -18))
"""Yaw and pitch, degrees, from which it is decided what pictures show."""


@dataclass(frozen=True)
class Subject:
    """Part of a geometry, with its landmarks."""

    geometry: Geometry
    """Of the shown triangles and their vertices only."""
    embedding: Embedding
    framing: Framing
    sitter: Sitter

    def posed(self, identity: Array, weights: Array, gaze: Array | None = None) -> Array:
        """V×3 m (geometry.shape)."""
        return self.geometry.shape(identity.astype(np.float32), weights.astype(np.float32), gaze)

    def landmarks(self, posed: Array | Array32) -> Array:
        """…×478×3 m: the true places on posed vertices, or displacements of them."""
        return self.embedding.places(posed, self.geometry.triangles)

    def picture(self, posed: Array, covering: Covering, view: View, room: Room) -> Image:
        return photograph(posed, self.geometry.triangles, covering, view, room)


def subject(geometry: Geometry, embedding: Embedding) -> Subject:
    """The part of a geometry that is seen in its own expressions from about the front."""
    places = embedding.places(geometry.mean, geometry.triangles)
    framing = Framing.of(places)
    shown = np.union1d(_shown(geometry, framing), embedding.triangle)
    part = _part(geometry, shown)
    own = replace(embedding, triangle=np.searchsorted(shown, embedding.triangle).astype(np.int32))
    return Subject(part, own, framing, sitter(part, places, framing))


def _shown(geometry: Geometry, framing: Framing) -> NDArray[np.int64]:
    """Triangles that some expression shows from some view, and those that touch them."""
    views = [framing.view(yaw, pitch) for yaw, pitch in SEEN_FROM]
    mean = geometry.mean.astype(np.float64)
    found = [visible(mean, geometry.triangles, views)]
    for index, expression in enumerate(geometry.expression):
        some = views[index % len(views) :][:1]
        found.append(visible(mean + expression, geometry.triangles, some))
    touched = np.zeros(len(mean), dtype=np.bool_)
    touched[geometry.triangles[np.unique(np.concatenate(found))]] = True
    return np.flatnonzero(touched[geometry.triangles].any(axis=1))


def _part(geometry: Geometry, chosen: NDArray[np.int64]) -> Geometry:
    """The geometry of some triangles and the vertices that they use."""
    used, corners = np.unique(geometry.triangles[chosen], return_inverse=True)
    return replace(
        geometry,
        mean=geometry.mean[used],
        identity=geometry.identity[:, used],
        expression=geometry.expression[:, used],
        triangles=corners.reshape(-1, 3).astype(np.int32),
        uv_triangles=geometry.uv_triangles[chosen],
        part=geometry.part[chosen],
        eyes=replace(geometry.eyes, member=geometry.eyes.member[used]),
    )
