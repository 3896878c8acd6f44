"""Which way a character's face looks, and how large it is, whatever way it stands in its scene."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32, rotation_matrices
from ..errors import InputError
from ..face.model import FaceModel
from ..face.surface import facings
from ..heads.embedding import Sitting
from ..heads.observer import Observer
from ..heads.view import Framing, cast_back
from .covering import Textured
from .scan import Scan

ROLLS = 12
"""Turns about the way that a face may look, in each of which it is tried."""
TILTS = ((0.0, 0.0), (0.35, 0.0), (-0.35, 0.0), (0.0, 0.45), (0.0, -0.45))
"""rad: how far the mean facing of what moves may be off, upwards and sideways."""
ALIKE = 0.16
"""Root mean square difference from the built-in face, in its own size, up to which something seen is a face."""
CERTAIN = 0.1
"""Below it nothing better is looked for."""
ON_SURFACE = 0.75
"""Share of the landmarks that have to lie on the mesh."""
MOST = 0.85
SIDE = 256
"""px of the pictures in which the face is looked for."""
REACH = 1.3
"""What lies farther from the face's middle, in sizes of the face, is left out once it is found."""


@dataclass(frozen=True)
class Frame:
    """Where a face is: face space (conventions, as large as the built-in head) = (world − origin) · turnᵀ · scale."""

    origin: Array
    """3, world."""
    turn: Array
    """3×3: the face's axes in world space, a row each."""
    scale: float

    def to_face(self, points: Array | Array32) -> Array:
        """…×3 m of world points …×3."""
        return self.directions(points - self.origin)

    def directions(self, offsets: Array | Array32) -> Array:
        """…×3 m of displacements in world space."""
        return np.asarray(self.scale * (offsets @ self.turn.T), dtype=np.float64)


@dataclass(frozen=True)
class Fit:
    """How one set of points lies on another."""

    frame: Frame
    rest: float
    """Root mean square distance left, in the size (root mean square distance from its middle) of the other."""


def laid_over(points: Array, other: Array) -> Fit:
    """The similarity that takes points (N×3) onto others (N×3), least squares without mirroring (Umeyama 1991)."""
    middle, target = points.mean(axis=0), other.mean(axis=0)
    away, wanted = points - middle, other - target
    left, strength, right = np.linalg.svd(wanted.T @ away)
    sign = np.array([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    turn = (left * sign) @ right
    scale = float((strength * sign).sum() / np.sum(away**2))
    rest = np.sqrt(np.sum((scale * away @ turn.T - wanted) ** 2) / np.sum(wanted**2))
    return Fit(Frame(middle - target @ turn / scale, turn, scale), float(rest))


def mostly_laid_over(points: Array, other: Array) -> Fit:
    """The same of most of the points: those on the face's outline may lie on an ear or the neck behind it."""
    first = laid_over(points, other).frame
    away = np.linalg.norm(first.to_face(points) - other, axis=1)
    most = away <= np.quantile(away, MOST)
    return laid_over(points[most], other[most])


def find_frame(scan: Scan, builtin: FaceModel, observer: Observer) -> Frame:
    """The frame of a character's face. Raises InputError where the detector finds none."""
    moving = moved_share(scan)
    best: Fit | None = None
    for turn in _turns(scan, moving):
        fit = _tried(scan, turn, moving, builtin, observer)
        if fit is not None and (best is None or fit.rest < best.rest):
            best = fit
        if best is not None and best.rest < CERTAIN:
            break
    if best is None or best.rest > ALIKE:
        raise InputError(
            f"{scan.name}: no face is found on it from any side; show the head's eyes and skin, at rest and unmasked"
        )
    return best.frame


def moved_share(scan: Scan) -> Array:
    """V: how much of all the keys' motion is a vertex's, keys counted alike; 1 is the most."""
    total = np.zeros(len(scan.vertices))
    for key in range(len(scan.keys)):
        vertices, offset = scan.displacement(key)
        length = np.linalg.norm(offset, axis=1)
        total[vertices] += length / max(float(length.max(initial=0.0)), 1e-30)
    return total / max(float(total.max()), 1e-30)


def near(scan: Scan, frame: Frame, size: float) -> NDArray[np.intp]:
    """The triangles that belong to the head, by the face's size in m."""
    away = np.linalg.norm(frame.to_face(scan.vertices), axis=1)
    return np.flatnonzero(away[scan.triangles].max(axis=1) < REACH * size)


def _turns(scan: Scan, moving: Array) -> Iterator[Array]:
    """3×3 turns of the world in which the face may look along +Z with +Y up, the likely ones first."""
    yield from (_looking(np.array(front), np.array(up)) for front, up in USUAL)
    front = _facing(scan, moving)
    upright = _looking(front, np.array([0.0, 0.0, 1.0]) if abs(front[2]) < 0.9 else np.array([0.0, 1.0, 0.0]))
    for pitch, yaw in TILTS:
        for roll in np.arange(ROLLS) * 2 * np.pi / ROLLS:
            x, y, z = (rotation_matrices(np.array(v)) for v in ([pitch, 0.0, 0.0], [0.0, yaw, 0.0], [0.0, 0.0, roll]))
            yield np.linalg.multi_dot([x, y, z, upright])
    for direction in product((-1.0, 0.0, 1.0), repeat=3):
        if any(direction):
            upright = _looking(np.array(direction), np.array([0.1, 0.3, 0.9]))
            for roll in np.arange(0, ROLLS, 2) * 2 * np.pi / ROLLS:
                yield rotation_matrices(np.array([0.0, 0.0, roll])) @ upright


USUAL = (((0.0, -1.0, 0.0), (0.0, 0.0, 1.0)), ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0)))
"""Front and up as Blender's characters have them, and those of files that were not turned."""


def _facing(scan: Scan, moving: Array) -> Array:
    """3: the mean direction that the moving surface faces; of a face it is about its front."""
    corners = scan.vertices.astype(np.float64)[scan.triangles]
    total = (moving[scan.triangles].mean(axis=1)[:, None] * facings(corners)).sum(axis=0)
    length = float(np.linalg.norm(total))
    return total / length if length > 0 else np.array([0.0, -1.0, 0.0])


def _looking(front: Array, up: Array) -> Array:
    """3×3: rows across, up and front."""
    front = front / np.linalg.norm(front)
    across = np.cross(up, front)
    across /= np.linalg.norm(across)
    return np.array([across, np.cross(front, across), front])


def _tried(scan: Scan, turn: Array, moving: Array, builtin: FaceModel, observer: Observer) -> Fit | None:
    """How the face that is seen after a turn lies on the built-in one's; None where none is seen."""
    turned = scan.vertices.astype(np.float64) @ turn.T
    sitting = Sitting(turned, scan.triangles, Textured.of(scan))
    camera = Framing.of(turned[moving > MOVING]).view(0, 0, side=SIDE)
    with np.errstate(divide="ignore", invalid="ignore"):  # of a body that reaches behind the camera
        pixels = observer.search(sitting.picture(camera), levels=1)
        triangle, weights = cast_back(pixels, *sitting.mesh, camera)
    met = triangle >= 0
    if met.mean() < ON_SURFACE:
        return None
    places = np.einsum("nkc,nk->nc", turned[scan.triangles[triangle[met]]], weights[met])
    fit = mostly_laid_over(places, builtin.response.mean[met].astype(np.float64))
    frame = fit.frame
    return replace(fit, frame=Frame(frame.origin @ turn, frame.turn @ turn, frame.scale))


MOVING = 0.1
"""Of the most moved vertex's motion: what has more is looked at."""
