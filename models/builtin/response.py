"""What MediaPipe reports for the built-in head's geometry: its own gain, pattern and noise, apart from the geometry."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...core.conventions import LANDMARKS, Array, Array32
from ...core.face.model import FaceModel, Response
from ...core.facs.tables import GAZE_RANGE
from ...core.heads.explain import explain, explain_linear, gain_and_correlation, noise_model
from ...core.heads.view import View
from .assemble import Basis
from .embedding import Embedding
from .pieces import single
from .studio import Detector, Look, Studio, view
from .topology import MESH_LANDMARKS

EXPRESSION_VIEWS = ((0, 0), (-25, 0), (25, 0), (-13, 13), (13, -13), (0, 14), (0, -14))
EXPRESSION_PEOPLE = 3
IDENTITY_VIEWS = ((0, 0), (-22, 5), (22, -5), (0, 12))
IDENTITY_PEOPLE = 90
NOISE_PEOPLE, NOISE_FRAMES = 24, 14
COMMON = 14
IDENTITY_SPREAD = 0.8
"""Standard deviations of the people rendered, so that few are stranger than real ones."""
IDENTITY_RIDGE = 2.0
DEPTH_RIDGE = 0.15
"""Of the information along the image: how strongly depth keeps to the geometry's."""

IRIS_MIRROR = (473, 476, 475, 474, 477, 468, 471, 470, 469, 472)
"""Of landmarks 468–477: the rings run right, top, left, bottom in the image on both sides."""

Say = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Gains:
    """Per expression: how strongly and how similarly the detector answers the geometry's motion."""

    gain: dict[str, float]
    correlation: dict[str, float]
    landmark_bias: float
    """m: root mean square of the mean response's distance from the geometry's landmarks."""
    noise: float
    """m: root mean square of the detector's noise within a person."""


@dataclass(frozen=True)
class Sitter:
    """One person with one painting under one light."""

    identity: Array
    """Identity weights of the built-in model (I)."""
    vertices: Callable[[dict[str, float]], Array]
    look: Look


class Measurement:
    """Renders ICT's head for a built-in model's weights and compares what is detected with the model's geometry."""

    def __init__(
        self,
        model: FaceModel,
        basis: Basis,
        places: Embedding,
        studio: Studio,
        detector: Detector,
        rng: np.random.Generator,
    ) -> None:
        self.model, self.mix, self.studio, self.detector, self.rng = model, basis.mix, studio, detector, rng
        self.mirror = np.concatenate([places.mirror, IRIS_MIRROR])

    def answering(self, model: FaceModel) -> "Measurement":
        """The same with another model."""
        other = copy(self)
        other.model = model
        return other

    def sitter(self, spread: float) -> Sitter:
        identity = spread * self.rng.normal(size=len(self.model.identity))
        weights = identity @ self.mix
        return Sitter(identity, lambda pose: self.studio.person(weights, pose), self.studio.look(self.rng))

    def seen(self, sitter: Sitter, pose: dict[str, float], gaze: Array, camera: View) -> Array:
        """478×2 px; NaN where the detector finds no face."""
        drawn = {name: weight for name, weight in pose.items() if name in self.studio.head.expressions}
        pixels = self.detector(self.studio.image(sitter.vertices(drawn), camera, sitter.look, gaze))
        return np.full((LANDMARKS, 2), np.nan) if pixels is None else pixels

    def places(self, identity: Array, pose: dict[str, float], gaze: Array | None = None) -> Array:
        """478×3 m: the landmarks' true places."""
        weights = np.array([pose.get(name, 0.0) for name in self.model.expressions])
        return self.model.landmarks(self.model.shape(identity, weights, gaze))


def measured_response(work: Measurement, say: Say) -> tuple[Response, Gains]:
    mean, identity = _identity_response(work, say)
    mean = single((mean + mirrored(mean, work.mirror)) / 2)
    expression = single(symmetric(_expression_response(work, say), work.model.expressions, work.mirror))
    model = replace(
        work.model, response=replace(work.model.response, mean=mean, identity=identity, expression=expression)
    )
    residuals = _noise(work.answering(model), say)
    sigma, common = noise_model(residuals, COMMON)
    response = Response(mean, identity, expression, single(sigma), single(common))
    return response, _gains(work.model, response, residuals)


def _identity_response(work: Measurement, say: Say) -> tuple[Array32, Array32]:
    """Mean (478×3) and identity (I×478×3): the geometry's own plus what the detector adds."""
    jacobians, residuals, codes = [], [], []
    for person in range(IDENTITY_PEOPLE):
        sitter = work.sitter(IDENTITY_SPREAD)
        true = work.places(sitter.identity, {})
        for yaw, pitch in IDENTITY_VIEWS:
            camera = view(yaw, pitch)
            pixels = work.seen(sitter, {}, np.zeros((2, 2)), camera)
            if np.isfinite(pixels).all():
                jacobians.append(camera.jacobian(true))
                residuals.append(pixels - camera.project(true))
                codes.append(sitter.identity)
        say("identity response", person + 1, IDENTITY_PEOPLE)
    bias, modes = explain_linear(np.array(jacobians), np.array(residuals), np.array(codes), IDENTITY_RIDGE)
    response = work.model.response
    return single(response.mean + bias), single(response.identity + modes)


def _expression_response(work: Measurement, say: Say) -> Array:
    """E×478×3: displacement of the detected landmarks at weight 1, over people and views."""
    sitters = [work.sitter(0.7 * (person > 0)) for person in range(EXPRESSION_PEOPLE)]
    cameras = [view(yaw, pitch) for yaw, pitch in EXPRESSION_VIEWS]
    pairs = [(sitter, camera) for sitter in sitters for camera in cameras]
    still = [work.seen(sitter, {}, np.zeros((2, 2)), camera) for sitter, camera in pairs]
    out = []
    for index, name in enumerate(work.model.expressions):
        truth = work.model.response.expression[index].astype(np.float64)
        if name not in work.studio.head.expressions:  # the renderer has no tongue to stick out
            out.append(np.zeros_like(truth))
            continue
        moved = [work.seen(sitter, {name: 1.0}, gaze_of(name), camera) for sitter, camera in pairs]
        points = [work.places(sitter.identity, {}) + truth / 2 for sitter, _ in pairs]
        jacobians = np.array([camera.jacobian(at) for (_, camera), at in zip(pairs, points, strict=True)])
        displacement = explain(jacobians, np.array(moved) - np.array(still), truth, _depth_ridge(jacobians))
        if name.startswith("eyeLook"):
            displacement[MESH_LANDMARKS:] = 0  # the irises follow gaze, which is no expression
        out.append(displacement)
        say("expression response", index + 1, len(work.model.expressions))
    return np.array(out)


def symmetric(response: Array, names: tuple[str, ...], mirror: NDArray[np.intp]) -> Array:
    """E×478×3: each shape averaged with the mirror image of the shape that mirrors it."""
    other = {"_L": "_R", "_R": "_L", "Left": "Right", "Right": "Left"}
    partner = [
        next((name.removesuffix(end) + to for end, to in other.items() if name.endswith(end)), name) for name in names
    ]
    return np.stack(
        [(response[k] + mirrored(response[names.index(twin)], mirror)) / 2 for k, twin in enumerate(partner)]
    )


def mirrored(points: Array | Array32, mirror: NDArray[np.intp]) -> Array:
    """Landmarks' places or displacements (L×3) of the face in a mirror."""
    return np.asarray(points[mirror] * [-1, 1, 1])


def gaze_of(name: str) -> Array:
    """2×2 rad: how the eyes turn with an eyeLook… shape at weight 1 (zero for other shapes)."""
    gaze = np.zeros((2, 2))
    if name.startswith("eyeLook"):
        way, side = name.removeprefix("eyeLook").split("_")
        eye = int(side == "R")
        outwards = 1 if side == "L" else -1
        gaze[eye] = {
            "In": (-outwards * GAZE_RANGE["In"], 0),
            "Out": (outwards * GAZE_RANGE["Out"], 0),
            "Up": (0, -GAZE_RANGE["Up"]),
            "Down": (0, GAZE_RANGE["Down"]),
        }[way]
    return gaze


def _depth_ridge(jacobians: Array) -> Array:
    information = float(np.mean(np.sum(jacobians**2, axis=(2, 3)))) / 2
    return np.array([0.002, 0.002, DEPTH_RIDGE]) * information


def _noise(work: Measurement, say: Say) -> Array:
    """N×478×2 m at the face: what is left unexplained within a person, over expressions, poses and lights."""
    out = []
    for person in range(NOISE_PEOPLE):
        sitter = work.sitter(IDENTITY_SPREAD)
        own = []
        for _ in range(NOISE_FRAMES):
            sitter = replace(sitter, look=replace(sitter.look, light=work.studio.look(work.rng).light))
            yaw, pitch, roll = work.rng.normal(size=3) * [12, 7, 6]
            camera = view(yaw, pitch, roll, work.rng.uniform(0.5, 0.75))
            pose, gaze = random_pose(work.model.expressions, work.rng)
            pixels = work.seen(sitter, pose, gaze, camera)
            if np.isfinite(pixels).all():
                own.append(_unexplained(work, sitter, pose, gaze, camera, pixels))
        out.extend(np.array(own) - np.mean(own, axis=0))
        say("detector noise", person + 1, NOISE_PEOPLE)
    return np.asarray(out) * float(np.sqrt(NOISE_FRAMES / (NOISE_FRAMES - 1)))


def random_pose(names: tuple[str, ...], rng: np.random.Generator) -> tuple[dict[str, float], Array]:
    """A random mixture of two to six shapes, left and right mostly together, and where the eyes look."""
    stems = sorted({name.removesuffix("_L").removesuffix("_R") for name in names if not name.startswith("eyeLook")})
    chosen = rng.choice(stems, size=rng.integers(2, 7), replace=False)
    pose = {}
    for stem in chosen:
        both = rng.beta(1.2, 1.8)
        for name in (name for name in names if name in (stem, f"{stem}_L", f"{stem}_R")):
            pose[name] = float(np.clip(both * rng.uniform(0.7, 1.3), 0, 1))
    return pose, np.tile(rng.normal(size=2) * [0.2, 0.12], (2, 1))


def _unexplained(
    work: Measurement, sitter: Sitter, pose: dict[str, float], gaze: Array, camera: View, pixels: Array
) -> Array:
    """478×2 m: detected minus predicted, at the face's distance; the irises against the turned eyeballs."""
    response = work.model.response
    weights = np.array([pose.get(name, 0.0) for name in work.model.expressions])
    predicted: Array = np.asarray(
        response.mean
        + np.tensordot(sitter.identity, response.identity, 1)
        + np.tensordot(weights, response.expression, 1)
    )
    turned = work.places(sitter.identity, {}, gaze) - work.places(sitter.identity, {})
    depth = camera.to_camera(predicted)[:, 2:]
    return np.asarray((pixels - camera.project(predicted + turned)) * depth / camera.focal)


def _gains(model: FaceModel, response: Response, residuals: Array) -> Gains:
    pairs = {
        name: gain_and_correlation(response.expression[k], model.response.expression[k])
        for k, name in enumerate(model.expressions)
        if name != "tongueOut"
    }
    bias = response.mean - model.response.mean
    return Gains(
        {name: pair[0] for name, pair in pairs.items()},
        {name: pair[1] for name, pair in pairs.items()},
        float(np.sqrt(np.mean(np.sum(bias**2, axis=1)))),
        float(np.sqrt(np.mean(residuals**2))),
    )
