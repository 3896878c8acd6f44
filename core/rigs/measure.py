"""What a character's shape keys do, and what action units would do on its face: both at the same places.

The built-in head is laid over the character's (heads.registration) by the landmarks that the detector finds on it; its
own expressions, carried along, are what every action unit is expected to do there. Each place of the built-in head has
a nearest place on the character, whichever mesh it is of, that the keys move.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from ..errors import InputError
from ..face.geometry import Eyeballs, Geometry, no_codes
from ..face.model import FaceModel
from ..facs.tables import GAZE_RANGE, GAZE_SHAPES, UNIT_SHAPES
from ..heads.calibration import SEED, landmarks_of, surfaces_of
from ..heads.carry import moved_by_warp
from ..heads.embedding import Embedding, Sitting, embedded, find_face
from ..heads.nearest import nearest_places
from ..heads.observer import Observer
from ..heads.registration import TURN_COST, Surface, registered
from ..heads.spline import Warp
from ..heads.view import Framing
from ..reporting import Reporter
from .covering import Textured
from .eyeballs import find_eyeballs
from .facing import Frame, find_frame, near
from .scan import Scan

NEAR, FAR = 0.004, 0.012
"""m: a place on the character as near to the built-in head's counts whole; one farther than the second not at all."""
TURNED = 0.2
"""Cosine between the surfaces' normals below which two places aren't the same."""
SKIN, BALLS = ("skin", "lips", "lid", "teeth", "tongue"), ("pupil", "iris", "eyeball")
"""Beginnings of the names of the built-in head's parts that are compared: with all but eyeballs, and with these. Where
no key turns the eyeballs (bones do), they say nothing."""


@dataclass(frozen=True)
class Motions:
    """N places of a face that C channels (mapping.CHANNELS) and K keys move."""

    channels: Array
    """C×N×3 m: what each channel is expected to do there at 1."""
    keys: Array
    """K×N×3 m: what each key does there at 1."""
    weight: Array
    """N, 0–1: how surely the places are the same on both heads."""
    mesh: NDArray[np.intp]
    """N: index into the scan's meshes: the one that has the place."""
    place: Array
    """N×3 m: where they are on the built-in mean head."""


def measure(scan: Scan, builtin: FaceModel, observer: Observer, reporter: Reporter) -> Motions:
    """The motions of a scanned character. Raises InputError where no face is found on it."""
    frame = find_frame(scan, builtin, observer)
    face = Framing.of(builtin.response.mean.astype(np.float64)).size
    chosen = near(scan, frame, face)
    head = _head(scan, frame, chosen, builtin)
    placed = _placed(scan, head, chosen, observer, reporter)
    return _motions(scan, frame, head, scan.mesh[chosen], registered(builtin, head, placed), builtin)


def _head(scan: Scan, frame: Frame, chosen: NDArray[np.intp], builtin: FaceModel) -> Geometry:
    """Some of a scan's triangles as a head in face space."""
    count, mean, triangles = len(scan.vertices), frame.to_face(scan.vertices), scan.triangles[chosen]
    guess = Eyeballs(
        builtin.eyes.centre, np.zeros((0, 2, 3), dtype=np.float32), builtin.eyes.radius, np.zeros(count, dtype=np.int8)
    )
    eyes = find_eyeballs(mean, triangles, guess)
    return Geometry(
        name=scan.name,
        licence="",
        mean=mean.astype(np.float32),
        identity=np.zeros((0, count, 3), dtype=np.float32),
        expression=np.zeros((0, count, 3), dtype=np.float32),
        expressions=(),
        triangles=triangles,
        uv=np.zeros((0, 2), dtype=np.float32),
        uv_triangles=np.zeros_like(triangles),
        part=eyes.member[triangles[:, 0]],
        parts=("skin", "eyeball_left", "eyeball_right"),
        eyes=eyes,
        codes=no_codes(0)[0],
        code_names=(),
    )


def _placed(scan: Scan, head: Geometry, chosen: NDArray[np.intp], observer: Observer, reporter: Reporter) -> Embedding:
    """The landmarks on a head: in its own colours, or painted where it has none."""
    try:
        if not scan.textured:
            return landmarks_of(head, observer, reporter, np.random.default_rng(SEED))
        sitting = Sitting(head.mean.astype(np.float64), head.triangles, Textured.of(scan, chosen))
        return embedded([sitting], find_face(sitting, observer), observer, reporter, surfaces_of(head))
    except InputError as error:
        raise InputError(f"{scan.name}: {error}") from error


def _motions(
    scan: Scan, frame: Frame, head: Geometry, mesh: NDArray[np.int16], warp: Warp, builtin: FaceModel
) -> Motions:
    """`mesh`: of each of the head's triangles."""
    laid = warp(builtin.mean.astype(np.float64))
    samples, keys, weights, meshes = [], [], [], []
    for parts, chosen in ((SKIN, head.part == 0), (BALLS, head.part > 0)):
        triangles = head.triangles[chosen]
        if len(triangles):
            names = tuple(part for part in builtin.parts if part.startswith(parts))
            source = Surface.of(builtin, names, laid)
            some = np.unique(source.triangles)
            places = nearest_places(
                source.vertices[some], source.normals[some], head.mean.astype(np.float64), triangles, TURN_COST
            )
            moved = np.array([places.of(each, triangles) for each in _displacements(scan, frame)])
            weight = np.clip((FAR - places.distance) / (FAR - NEAR), 0, 1) * (places.facing > TURNED)
            samples.append(some)
            meshes.append(mesh[chosen][places.triangle])
            keys.append(moved)
            weights.append(weight if parts == SKIN or np.any(moved) else np.zeros_like(weight))
    sample = np.concatenate(samples)
    return Motions(
        expected(builtin, warp)[:, sample],
        np.concatenate(keys, axis=1),
        np.concatenate(weights),
        np.concatenate(meshes).astype(np.intp),
        builtin.mean[sample].astype(np.float64),
    )


def _displacements(scan: Scan, frame: Frame) -> Iterator[Array]:
    """Key by key V×3 m in face space: a heavy character's all at once would fill the memory."""
    for key in range(len(scan.keys)):
        vertices, offset = scan.displacement(key)
        moved = np.zeros((len(scan.vertices), 3))
        moved[vertices] = frame.directions(offset)
        yield moved


def expected(builtin: FaceModel, warp: Warp) -> Array:
    """C×V×3: what each channel does to the built-in head laid over another."""
    moved = moved_by_warp(builtin, warp)
    shapes = (*UNIT_SHAPES.values(), *GAZE_SHAPES)
    channels = moved[[builtin.expressions.index(shape) for shape in shapes]]
    mean = builtin.mean.astype(np.float64)
    for index, shape in enumerate(shapes):
        if shape in GAZE_SHAPES:
            eye = "LR".index(shape[-1])
            ball = builtin.eyes.member == eye + 1
            turned = builtin.shape(np.zeros(len(builtin.identity)), np.zeros(len(builtin.expressions)), gaze(shape))
            channels[index, ball] = warp(turned[ball]) - warp(mean[ball])
    return channels


def gaze(shape: str) -> Array:
    """2×2 rad, per eye yaw to the subject's left and pitch downwards: an eyeLook… shape's own at 1."""
    out = np.zeros((2, 2))
    way, eye = shape[len("eyeLook") : -2], "LR".index(shape[-1])
    sign = {"Down": 1, "Up": -1, "In": -1 if eye == 0 else 1, "Out": 1 if eye == 0 else -1}[way]
    out[eye, int(way in ("Down", "Up"))] = sign * GAZE_RANGE[way]
    return out
