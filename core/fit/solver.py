"""What a shot's solve works with: the person, the frames' states, and the step that both halves of the solve take."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from ..face.model import FaceModel
from ..landmarks.track import LandmarkTrack
from .belief import Belief
from .contours import Contours
from .discount import Discount
from .evidence import Evidence
from .lips import LipGap, seen_gap
from .metric import Metric
from .normal import POSE, Pose, Residuals, gradients, normal_matrices, residuals
from .priors import Priors
from .result import Camera
from .start import start_pose

Rows = NDArray[np.int64]

TYPICAL_FOCAL = 1.4
"""Focal length in image heights (larger side) where the footage doesn't say: 39° across, between phone and portrait."""


@dataclass(frozen=True)
class Person:
    """What is shared by the shot."""

    identity: Array
    """I standard deviations."""
    offset: Array
    """478×3 m."""
    focal: float
    """px."""


@dataclass(frozen=True)
class States:
    """What changes from frame to frame."""

    pose: Pose
    expression: Array
    """T×E."""

    def rows(self, select: Rows) -> "States":
        return States(self.pose.rows(select), self.expression[select])

    def stacked(self) -> Array:
        """T×(POSE+E), in the units in which time couples them."""
        translation = self.pose.translation
        distance = np.log(translation[:, 2:])
        return np.column_stack([self.pose.turn, translation[:, :2], distance, self.expression])

    def moved(self, step: Array) -> "States":
        expression = np.clip(self.expression + step[:, POSE:], 0.0, 1.0)
        return States(self.pose.moved(step[:, :POSE]), expression)


class Solver:
    """The shot's fixed parts; its methods are steps of the solve."""

    def __init__(
        self, track: LandmarkTrack, model: FaceModel, priors: Priors, evidence: Evidence | None = None
    ) -> None:
        self.track, self.model, self.priors = track, model, priors
        self.belief = Belief.of(evidence, model.expressions, priors, track.times)
        self.metric = Metric.of(model.response)
        self.lips = LipGap.of(model)
        self.contours = Contours.of(model)
        self.mean = model.response.mean.astype(np.float64)
        self.identity_modes = model.response.identity.astype(np.float64)
        self.expression_modes = model.response.expression.astype(np.float64)
        self.camera = Camera(
            width=track.width,
            height=track.height,
            focal=np.full(len(track), TYPICAL_FOCAL * max(track.width, track.height)),
            principal=np.array([track.width / 2, track.height / 2]),
            distortion=np.zeros(2),
            aspect=1.0,
        )

    def neutral(self, person: Person) -> Array:
        """478×3 m."""
        return np.asarray(self.mean + person.offset + np.tensordot(person.identity, self.identity_modes, 1))

    def points(self, neutral: Array, expression: Array) -> Array:
        """T×478×3 m."""
        flat = expression @ self.expression_modes.reshape(len(self.expression_modes), -1)
        return np.asarray(neutral + flat.reshape(-1, *neutral.shape))

    def start(self, rows: Rows, focal: float) -> States:
        focals = np.full(len(rows), focal)
        seen = self.track.points[rows].astype(np.float64)
        pose = start_pose(seen, self.track.depth[rows], self.mean, self.camera, focals)
        return States(pose, np.clip(self.belief.expected[rows], 0.0, 1.0))

    def compare(self, rows: Rows, person: Person, states: States) -> tuple[Residuals, Array]:
        """Residuals and model points (T×478×3) of visible rows."""
        points = self.points(self.neutral(person), states.expression)
        focals = np.full(len(rows), person.focal)
        seen = self.track.points[rows].astype(np.float64)
        return residuals(points, seen, states.pose, self.camera, focals, self.metric), points

    def gradient(
        self,
        rows: Rows,
        person: Person,
        states: States,
        seen: tuple[Residuals, Array],
        modes: Array,
        discount: Discount | None = None,
    ) -> Array:
        """T×(POSE+n): the data's negative gradient by pose and `modes` (the expressions', then perhaps identity's);
        `seen` is what `compare` gave.
        """
        gradient = gradients(*seen, states.pose, modes, self.metric)
        if discount is not None:
            gradient = discount.gradient(gradient)
        pixels = self.track.points[rows].astype(np.float64)
        gap = seen_gap(pixels, states.pose, person.focal)
        lips = self.lips.pull(self.lips.neutral(person.identity), states.expression, gap)
        gradient[:, POSE : POSE + lips.shape[1]] += lips
        return gradient

    def normal(self, states: States, seen: tuple[Residuals, Array], modes: Array) -> Array:
        """T×(POSE+n)×(POSE+n): the data's normal matrices."""
        return self._with_lips(normal_matrices(*seen, states.pose, modes, self.metric))

    def discounted_normal(
        self, rows: Rows, states: States, seen: tuple[Residuals, Array]
    ) -> tuple[Array, Discount | None]:
        """T×(POSE+E)×(POSE+E), and what was taken off them where an estimator's readings hold the landmarks' already
        (None: there are none).
        """
        normal = normal_matrices(*seen, states.pose, self.expression_modes, self.metric)
        given = self.belief.given[rows]
        if not given.any():
            return self._with_lips(normal), None
        discount = Discount.of(normal, given)
        return self._with_lips(discount.normal(normal)), discount

    def _with_lips(self, normal: Array) -> Array:
        expressions = slice(POSE, POSE + len(self.expression_modes))
        normal[:, expressions, expressions] += self.lips.normal()
        return normal

    def bounded_step(self, rows: Rows, expression: Array, gradient: Array, step: "StepSolver", rounds: int) -> Array:
        """The step (T×(POSE+E)) that `step` gives for the data's gradient with the expression prior added, weights
        kept within 0–1 by an active set: one that would pass a bound is sent to it and held, and the rest solved
        again, `rounds` times in all.
        """
        precision, pull = _with_belief(self.belief.rows(rows), expression, gradient)
        outward = np.where(pull[:, POSE:] < 0, expression <= 0, expression >= 1)
        _hold(precision, pull, outward, 0.0)
        for _ in range(rounds):
            found = step(precision, pull)
            reached = expression + found[:, POSE:]
            low, high = reached < -BOUND_SLACK, reached > 1 + BOUND_SLACK
            if not (low | high).any():
                break
            _hold(precision, pull, low, -expression)
            _hold(precision, pull, high, 1 - expression)
        return found

    def relaxed_step(self, rows: Rows, expression: Array, gradient: Array, step: "StepSolver") -> Array:
        """The step of the weights that are there, freed from the priors that kept the others away (and drew these
        towards 0): as with the relaxed lasso (Meinshausen 2007), sparsity chooses and the data decide how much.
        """
        belief, absent = self.belief.rows(rows).relaxed(expression)
        precision, pull = _with_belief(belief, expression, gradient)
        _hold(precision, pull, absent, np.where(self.belief.slope == 0, -expression, 0.0))
        return step(precision, pull)


def _with_belief(belief: Belief, expression: Array, gradient: Array) -> tuple[Array, Array]:
    """Precisions to add to the data's normal matrices (T×(POSE+E)), and the negative gradient of both."""
    precision, pull = np.ones_like(gradient), gradient.copy()
    precision[:, POSE:], towards = belief.equations(expression)
    pull[:, POSE:] += towards
    return precision, pull


class StepSolver(Protocol):
    """Solves the normal equations with `precision` (T×n) added to their diagonal for the right-hand side `pull`."""

    def __call__(self, precision: Array, pull: Array) -> Array: ...


HELD = 1e10
"""Precision of a weight that is held."""
BOUND_SLACK = 0.02
"""How far a step may pass a bound before the active set grows; less is clipped."""


def _hold(precision: Array, pull: Array, held: NDArray[np.bool_], change: Array | float) -> None:
    precision[:, POSE:][held] = HELD
    pull[:, POSE:][held] = HELD * (np.broadcast_to(change, held.shape)[held])


def diagonals(values: Array) -> Array:
    """T×n×n diagonal matrices of T×n values."""
    matrices = np.zeros((*values.shape, values.shape[1]))
    matrices[:, range(values.shape[1]), range(values.shape[1])] = values
    return matrices
