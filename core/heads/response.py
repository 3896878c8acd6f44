"""What the detector reports for a head's geometry: its own gain, pattern and noise, apart from the geometry.

Random people of the geometry's own identity modes are painted, lit, photographed and looked at. What is seen is
compared with where the landmarks truly are, so that what was not seen well falls back on the geometry.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..conventions import LANDMARKS, Array, Array32
from ..face.model import Response
from ..facs.tables import GAZE_RANGE
from ..landmarks.mirror import MIRROR
from ..reporting import Reporter
from .explain import explain, noise_model, regressed
from .makeup import Painting, random_painting
from .observer import Observer
from .studio import Image, Room, random_room
from .subject import Subject
from .view import View

IDENTITY_PEOPLE, IDENTITY_SPREAD = 120, 0.8
"""People rendered, and their standard deviations: few are stranger than real ones."""
IDENTITY_VIEWS = ((0, 0), (-22, 5), (22, -5))
PAINTINGS = 24
"""Colourings that the people share."""
EXPRESSION_PEOPLE, EXPRESSION_SPREAD = 3, 0.7
EXPRESSION_VIEWS = ((0, 0), (-25, 0), (25, 0), (-13, 13), (13, -13))
NOISE_PEOPLE, NOISE_FRAMES = 24, 12
NOISE_TURN, NOISE_NEARNESS = (12.0, 7.0, 6.0), (0.8, 1.2)
"""Standard deviation of yaw, pitch and roll (degrees), and the range of nearness (view.Framing.view)."""
COMMON = 14
"""Rank of the common noise."""
DEPTH_RIDGE, IMAGE_RIDGE = 0.15, 0.002
"""Of the information along the image: how strongly depth, and what the image shows, keep to the geometry's."""
UPON = {"mouthClose": "jawOpen", "tongueOut": "jawOpen"}
"""Shapes that mean nothing alone, and upon which other they are measured: lips that are kept together while the jaw
opens would go through each other on a closed one, and so would a tongue."""
IRISES = slice(468, LANDMARKS)

Pose = tuple[Array, Array | None]
"""Weights (E) and gaze (2×2 rad, or None: ahead)."""


@dataclass(frozen=True)
class Person:
    """One identity with one painting in one room."""

    identity: Array
    painting: Painting
    room: Room


@dataclass(frozen=True)
class Shot:
    """One picture to be taken."""

    person: Person
    pose: Pose
    view: View


class Measurement:
    """Photographs a subject and looks at the pictures. All that is random comes from `rng`, in the caller's thread."""

    def __init__(
        self,
        subject: Subject,
        observer: Observer,
        reporter: Reporter,
        rng: np.random.Generator,
        upon: Mapping[str, str] = UPON,
    ) -> None:
        self.subject, self.observer, self.reporter, self.rng, self.upon = subject, observer, reporter, rng, upon
        self.paintings = [random_painting(subject.sitter, rng) for _ in range(PAINTINGS)]
        self.shapes = len(subject.marks.expressions)
        self.rest: Pose = (np.zeros(self.shapes), None)

    def person(self, spread: float) -> Person:
        identity = spread * self.rng.normal(size=len(self.subject.marks.identity))
        painting = self.paintings[self.rng.integers(PAINTINGS)]
        return Person(identity, painting, random_room(self.rng))

    def true(self, person: Person, pose: Pose) -> Array:
        """478×3 m: where the landmarks are."""
        return self.subject.marks.shape(person.identity, *pose)

    def seen(self, shots: list[Shot], stage: str) -> Array:
        """K×478×2 px; NaN where no face is believed."""
        out = []
        for pixels in self.observer.each(self._look, shots, self.reporter):
            out.append(pixels)
            self.reporter.progress(stage, len(out), len(shots))
        return np.array(out)

    def picture(self, shot: Shot) -> Image:
        """What the detector is shown."""
        person, (weights, gaze) = shot.person, shot.pose
        posed = self.subject.geometry.shape(person.identity.astype(np.float32), weights.astype(np.float32), gaze)
        return self.subject.picture(posed, person.painting, shot.view, person.room)

    def _look(self, shot: Shot) -> Array:
        return self.observer.look(self.picture(shot), shot.view.project(self.true(shot.person, shot.pose)))


def measured_response(work: Measurement) -> Response:
    """The response to all identity modes and expressions, and the noise that it leaves."""
    mean, identity = _identity_response(work)
    expression = _expression_response(work)
    nothing = np.zeros((LANDMARKS, 2))
    response = Response(_single(mean), _single(identity), _single(expression), _single(nothing), _single(nothing[None]))
    sigma, common = noise_model(_noise(work, response), COMMON)
    return replace(response, sigma=_single(sigma), common=_single(common))


def _identity_response(work: Measurement) -> tuple[Array, Array]:
    """Mean (478×3 m) and identity (I×478×3 m): the geometry's own, and what the detector adds."""
    marks, framing = work.subject.marks, work.subject.framing
    people = [work.person(IDENTITY_SPREAD) for _ in range(IDENTITY_PEOPLE)]
    views = [framing.view(yaw, pitch) for yaw, pitch in IDENTITY_VIEWS]
    seen = work.seen([Shot(person, work.rest, view) for person in people for view in views], "calibrate 1/3: people")
    added = []
    for person, pixels in zip(people, seen.reshape(len(people), len(views), LANDMARKS, 2), strict=True):
        true = work.true(person, work.rest)
        jacobians = np.array([view.jacobian(true) for view in views])
        residuals = pixels - np.array([view.project(true) for view in views])
        added.append(explain(jacobians, residuals, np.zeros_like(true), depth_ridge(jacobians)))
    own = marks.identity.astype(np.float64)
    reach = np.sqrt(np.mean(np.sum(own**2, axis=2), axis=1))
    codes = np.array([person.identity for person in people]) * reach
    constant, modes = regressed(np.array(added), codes)
    return marks.mean + constant, own + modes * reach[:, None, None]


def _expression_response(work: Measurement) -> Array:
    """E×478×3 m: displacement of the detected landmarks at weight 1, over people and views."""
    marks, framing = work.subject.marks, work.subject.framing
    people = [work.person(EXPRESSION_SPREAD * (index > 0)) for index in range(EXPRESSION_PEOPLE)]
    pairs = [(person, framing.view(yaw, pitch)) for person in people for yaw, pitch in EXPRESSION_VIEWS]
    names = marks.expressions
    under = [names.index(work.upon[name]) if work.upon.get(name) in names else None for name in names]
    poses = [work.rest, *(_alone(names, index, base) for index, base in enumerate(under))]
    shots = [Shot(person, pose, view) for pose in poses for person, view in pairs]
    seen = work.seen(shots, "calibrate 2/3: expressions").reshape(len(poses), len(pairs), LANDMARKS, 2)
    still = {id(person): work.true(person, work.rest) for person in people}
    truth = marks.expression.astype(np.float64)
    out = np.zeros_like(truth)
    for index, (name, base) in enumerate(zip(names, under, strict=True)):
        before, start = (0, 0.0) if base is None else (base + 1, truth[base])
        jacobians = np.array([view.jacobian(still[id(person)] + start + truth[index] / 2) for person, view in pairs])
        out[index] = explain(jacobians, seen[index + 1] - seen[before], truth[index], depth_ridge(jacobians))
        if name.startswith("eyeLook"):
            out[index, IRISES] = truth[index, IRISES]  # the irises follow gaze, which is no expression
        out[index, IRISES, 0] = truth[index, IRISES, 0]  # under a closed lid they are guessed, nearer to the nose
    return symmetric(out, names)


def _alone(names: tuple[str, ...], index: int, base: int | None) -> Pose:
    """An expression at weight 1, with nothing but what it stands on."""
    weights = np.eye(len(names))[index]
    return weights + (0 if base is None else np.eye(len(names))[base]), gaze_of(names[index])


def symmetric(response: Array, names: tuple[str, ...]) -> Array:
    """E×478×3: each shape averaged with the mirror image of the shape that mirrors it."""
    other = {"_L": "_R", "_R": "_L", "Left": "Right", "Right": "Left"}
    partner = [
        next((name.removesuffix(end) + to for end, to in other.items() if name.endswith(end)), name) for name in names
    ]
    both = [names.index(twin) if twin in names else index for index, twin in enumerate(partner)]
    return np.asarray((response + mirrored(response[both])) / 2)


def mirrored(points: Array) -> Array:
    """Landmarks' places or displacements (…×478×3) of the face in a mirror."""
    return np.asarray(points[..., MIRROR, :] * [-1, 1, 1])


def gaze_of(name: str) -> Array | None:
    """2×2 rad: how the eyes turn with an eyeLook… shape at weight 1; None for other shapes."""
    if not name.startswith("eyeLook"):
        return None
    way, side = name.removeprefix("eyeLook").split("_")
    outwards = 1 if side == "L" else -1
    gaze = np.zeros((2, 2))
    gaze[int(side == "R")] = {
        "In": (-outwards * GAZE_RANGE["In"], 0),
        "Out": (outwards * GAZE_RANGE["Out"], 0),
        "Up": (0, -GAZE_RANGE["Up"]),
        "Down": (0, GAZE_RANGE["Down"]),
    }[way]
    return gaze


def depth_ridge(jacobians: Array) -> Array:
    """3 (px/m)²: the ridge of `explain` per face axis, for views near the front."""
    information = float(np.mean(np.sum(jacobians**2, axis=(2, 3)))) / 2
    return np.array([IMAGE_RIDGE, IMAGE_RIDGE, DEPTH_RIDGE]) * information


def _noise(work: Measurement, response: Response) -> Array:
    """N×478×2 m at the face: what is left unexplained within a person, over expressions, poses and lights."""
    people = [work.person(IDENTITY_SPREAD) for _ in range(NOISE_PEOPLE)]
    shots = [_random_shot(work, person) for person in people for _ in range(NOISE_FRAMES)]
    seen = work.seen(shots, "calibrate 3/3: noise")
    left = np.array([_unexplained(work, response, shot, pixels) for shot, pixels in zip(shots, seen, strict=True)])
    own = left.reshape(len(people), NOISE_FRAMES, LANDMARKS, 2)
    found = np.isfinite(own).all(axis=(2, 3))
    out = [frames[kept] - frames[kept].mean(axis=0) for frames, kept in zip(own, found, strict=True) if kept.sum() > 1]
    return np.asarray(np.concatenate(out) * np.sqrt(NOISE_FRAMES / (NOISE_FRAMES - 1)))


def _random_shot(work: Measurement, person: Person) -> Shot:
    yaw, pitch, roll = work.rng.normal(size=3) * NOISE_TURN
    view = work.subject.framing.view(yaw, pitch, roll, work.rng.uniform(*NOISE_NEARNESS))
    relit = replace(person, room=random_room(work.rng))
    return Shot(relit, random_pose(work.subject.marks.expressions, work.rng), view)


def random_pose(names: tuple[str, ...], rng: np.random.Generator) -> Pose:
    """A random mixture of two to six shapes, left and right mostly together, and where the eyes look."""
    stems = sorted({name.removesuffix("_L").removesuffix("_R") for name in names if not name.startswith("eyeLook")})
    weights = np.zeros(len(names))
    for stem in rng.choice(stems, size=min(int(rng.integers(2, 7)), len(stems)), replace=False):
        both = rng.beta(1.2, 1.8)
        for index, name in enumerate(names):
            if name in (stem, f"{stem}_L", f"{stem}_R"):
                weights[index] = np.clip(both * rng.uniform(0.7, 1.3), 0, 1)
    for name, base in UPON.items():
        if name in names and base in names:
            weights[names.index(name)] *= weights[names.index(base)]
    return weights, np.tile(rng.normal(size=2) * [0.2, 0.12], (2, 1))


def _unexplained(work: Measurement, response: Response, shot: Shot, pixels: Array) -> Array:
    """478×2 m: detected minus predicted, at the face's distance; the irises against the turned eyeballs."""
    weights, gaze = shot.pose
    identity = shot.person.identity
    moved = np.tensordot(identity, response.identity, 1) + np.tensordot(weights, response.expression, 1)
    predicted: Array = np.asarray(response.mean + moved, dtype=np.float64)
    predicted += work.true(shot.person, (weights, gaze)) - work.true(shot.person, (weights, None))
    depth = shot.view.to_camera(predicted)[:, 2:]
    return np.asarray((pixels - shot.view.project(predicted)) * depth / shot.view.focal)


def _single(values: Array) -> Array32:
    return np.asarray(values, dtype=np.float32)
