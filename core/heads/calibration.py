"""Geometry → FaceModel: what the detector makes of a head, measured once and kept."""

import hashlib
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..errors import InputError
from ..face.geometry import Geometry
from ..face.model import FaceModel, Response
from ..landmarks.places import EYES, MOUTH
from ..reporting import Reporter
from ..storage import Saved
from ..userdata import cache_folder
from .embedding import Embedding, Sitting, Surfaces, embedded, find_face
from .makeup import BROW_LIFT, flesh, random_painting, sitter
from .observer import Observer, open_observer
from .response import Measurement, measured_response
from .studio import Plain, evenly_lit, random_room
from .subject import subject
from .view import Framing

SEED = 20261122
VERSION = 6
"""Of the measurement: another one makes kept calibrations void."""
PAINTINGS = 3
"""People painted on the mean head to place its landmarks."""


@dataclass(frozen=True)
class Calibration(Saved):
    """What a FaceModel has and a Geometry lacks."""

    schema: ClassVar[str] = "calibration/1"

    landmark_triangle: NDArray[np.int32]
    """478."""
    landmark_weights: Array32
    """478×3."""
    response: Response


def calibrated(geometry: Geometry, reporter: Reporter) -> FaceModel:
    """The geometry with its landmarks and the detector's response to them; from the cache where it was made before.

    Raises InputError naming the model where the detector finds no face on it.
    """
    with open_observer() as observer:
        kept = cache_folder() / f"calibration-{_fingerprint(geometry, observer.detector)}.npz"
        found = _kept(kept)
        if found is None:
            found = measured(geometry, observer, reporter)
            found.save(kept)
    own = {field.name: getattr(geometry, field.name) for field in fields(Geometry)}
    return FaceModel(**own, **{field.name: getattr(found, field.name) for field in fields(Calibration)})


def measured(geometry: Geometry, observer: Observer, reporter: Reporter) -> Calibration:
    """The calibration, measured anew."""
    rng = np.random.default_rng(SEED)
    reporter.log(
        f"calibrating {geometry.name}, once: the detector is shown some 1,500 renders of it (one to five minutes)"
    )
    try:
        embedding = landmarks_of(geometry, observer, reporter, rng)
    except InputError as error:
        raise InputError(f"{geometry.name}: {error}") from error
    response = measured_response(Measurement(subject(geometry, embedding), observer, reporter, rng))
    return Calibration(embedding.triangle, embedding.weights, response)


def landmarks_of(geometry: Geometry, observer: Observer, reporter: Reporter, rng: np.random.Generator) -> Embedding:
    """The landmarks on a geometry's mean: first as it comes, then painted round where they were found."""
    mean, triangles = geometry.mean.astype(np.float64), geometry.triangles
    surfaces = surfaces_of(geometry)

    def seen(sittings: list[Sitting], near: Array) -> Embedding:
        return embedded(sittings, near, observer, reporter, surfaces)

    bare = Sitting(mean, triangles, Plain())
    rough = find_face(bare, observer)
    places = seen([bare], rough).places(mean, triangles)
    who = sitter(geometry, places, Framing.of(places), BROW_LIFT)
    looks = [(random_painting(who, rng), evenly_lit(random_room(rng))) for _ in range(PAINTINGS)]
    found = seen([Sitting(mean, triangles, *look) for look in looks], places)
    for shapes, weight, landmarks in OPENED:
        chosen = [geometry.expressions.index(name) for name in shapes if name in geometry.expressions]
        if len(chosen) == len(shapes):
            posed = mean + weight * geometry.expression[chosen].sum(axis=0)
            opened = seen([Sitting(posed, triangles, *look) for look in looks], places)
            found = found.with_those_of(opened, landmarks)
    return found


def surfaces_of(geometry: Geometry) -> Surfaces:
    """Skin is what is neither eyeball nor inside the mouth."""
    eyeballs = (geometry.eyes.member[geometry.triangles] > 0).all(axis=1)
    inside = np.isfinite(flesh(geometry)).all(axis=1)
    return Surfaces(~eyeballs & ~inside, eyeballs)


OPENED = (
    (("jawOpen",), 0.4, np.union1d(MOUTH.upper, MOUTH.lower)),
    (("eyeWide_L", "eyeWide_R"), 1.0, np.concatenate([eye.rings[0] for eye in EYES])),
)
"""Expressions, their weight, and landmarks that they tell apart where the neutral face has them on each other."""


def _kept(path: Path) -> Calibration | None:
    """A calibration that was made before; None where there is none or it is damaged."""
    try:
        return Calibration.load(path)
    except InputError:
        return None


def _fingerprint(geometry: Geometry, detector: str) -> str:
    """A short hash of all that a calibration is made from."""
    found = hashlib.blake2b(f"{VERSION} {detector}".encode(), digest_size=8)
    for value in _values(geometry):
        found.update(repr(value).encode() if not isinstance(value, np.ndarray) else np.ascontiguousarray(value).data)
    return found.hexdigest()


def _values(value: Any) -> list[Any]:
    if not is_dataclass(value):
        return [value]
    return [inner for field in fields(value) for inner in _values(getattr(value, field.name))]
