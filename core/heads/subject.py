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
SEEN_AT = 384
"""px of the pictures that decide it."""
OPENING = "jawOpen"
"""The expression that shows the inside of the mouth, of which each view sees another part."""


@dataclass(frozen=True)
class Subject:
    """Part of a geometry, with its landmarks."""

    geometry: Geometry
    """Of the shown triangles and their vertices only."""
    marks: Geometry
    """The landmarks as a geometry of 478 vertices of their own: what they are where nothing is drawn is cheap."""
    framing: Framing
    sitter: Sitter

    def picture(self, posed: Array, covering: Covering, view: View, room: Room) -> Image:
        """Of posed vertices (V×3 m) of `geometry`."""
        return photograph(posed, self.geometry.triangles, covering, view, room)


def subject(geometry: Geometry, embedding: Embedding) -> Subject:
    """The part of a geometry that is seen in its own expressions from about the front."""
    places = embedding.places(geometry.mean, geometry.triangles)
    framing = Framing.of(places)
    part = _part(geometry, _shown(geometry, framing))
    return Subject(part, _marks(geometry, embedding), framing, sitter(part, places, framing))


def _marks(geometry: Geometry, embedding: Embedding) -> Geometry:
    def at(values: Array32) -> Array32:
        return embedding.places(values, geometry.triangles).astype(np.float32)

    first = geometry.triangles[embedding.triangle, 0]
    return replace(
        geometry,
        mean=at(geometry.mean),
        identity=at(geometry.identity),
        expression=at(geometry.expression),
        eyes=replace(geometry.eyes, member=geometry.eyes.member[first]),
    )


def _shown(geometry: Geometry, framing: Framing) -> NDArray[np.int64]:
    """Triangles that some expression shows from some view, and those that touch them."""
    views = [framing.view(yaw, pitch, side=SEEN_AT) for yaw, pitch in SEEN_FROM]
    mean = geometry.mean.astype(np.float64)
    found = [visible(mean, geometry.triangles, views, backs=True)]
    for index, (name, expression) in enumerate(zip(geometry.expressions, geometry.expression, strict=True)):
        some = views if name == OPENING else [views[index % len(views)]]
        found.append(visible(mean + expression, geometry.triangles, some, backs=True))
    touched = np.zeros(len(mean), dtype=np.bool_)
    touched[geometry.triangles[np.unique(np.concatenate(found))]] = True
    return np.flatnonzero(touched[geometry.triangles].any(axis=1))


def _part(geometry: Geometry, chosen: NDArray[np.int64]) -> Geometry:
    """The geometry of some triangles and the vertices that they use."""
    used, corners = np.unique(geometry.triangles[chosen], return_inverse=True)
    return replace(
        geometry,
        mean=geometry.mean[used],
        identity=np.ascontiguousarray(geometry.identity[:, used]),
        expression=np.ascontiguousarray(geometry.expression[:, used]),
        triangles=corners.reshape(-1, 3).astype(np.int32),
        uv_triangles=geometry.uv_triangles[chosen],
        part=geometry.part[chosen],
        eyes=replace(geometry.eyes, member=geometry.eyes.member[used]),
    )
