"""Footage's landmarks → Fit: the maximum a posteriori solve of a whole shot.

1. The person (identity, focal length, landmark bias) from frames spread over the shot, by Gauss–Newton on
   everything at once with the frames' own states eliminated (Schur complement).
2. Every frame's pose and expression given the person, coupled in time by second differences, in windows that
   overlap so far that their joins don't show; memory does not grow with the shot.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from ..errors import InputError
from ..face.model import FaceModel
from ..landmarks.track import LandmarkTrack
from ..reporting import Reporter
from .banded import smoothness_gradient, solve_coupled
from .gaze import eye_directions, steady_gaze
from .metric import Metric
from .normal import POSE, Pose, Residuals, gradients, normal_matrices, residuals
from .priors import Priors, stiffness
from .result import Camera, Fit
from .segments import bridge, bridged, segments
from .start import start_pose

Rows = NDArray[np.int64]
Item = TypeVar("Item")
Result = TypeVar("Result")

WINDOW, MARGIN = 240, 40
"""Frames solved together, and frames to either side that are solved with them and thrown away."""

SAMPLES = 64
"""Frames from which the person is learnt."""

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

    def __init__(self, track: LandmarkTrack, model: FaceModel, priors: Priors) -> None:
        self.track, self.model, self.priors = track, model, priors
        self.metric = Metric.of(model.response)
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
        return States(pose, np.zeros((len(rows), len(self.expression_modes))))

    def compare(self, rows: Rows, person: Person, states: States) -> tuple[Residuals, Array]:
        """Residuals and model points (T×478×3) of visible rows."""
        points = self.points(self.neutral(person), states.expression)
        focals = np.full(len(rows), person.focal)
        seen = self.track.points[rows].astype(np.float64)
        return residuals(points, seen, states.pose, self.camera, focals, self.metric), points

    def bounded_step(self, expression: Array, gradient: Array, step: "StepSolver", rounds: int) -> Array:
        """The step (T×(POSE+E)) that `step` gives for the data's gradient with the expression prior added, weights
        kept within 0–1 by an active set: one that would pass a bound is sent to it and held, and the rest solved
        again, `rounds` times in all.
        """
        ridge = 1.0 / self.priors.spread**2
        pull = gradient.copy()
        pull[:, POSE:] -= ridge * expression + self.priors.sparsity
        precision = np.ones_like(pull)
        precision[:, POSE:] = ridge
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


def solve_person(solver: Solver, rows: Rows, focal: float, reporter: Reporter) -> tuple[Person, float]:
    """The person seen in `rows` at a given focal length, and the cost per frame (to compare focal lengths)."""
    person = Person(np.zeros(len(solver.identity_modes)), np.zeros_like(solver.mean), focal)
    states = solver.start(rows, focal)
    evidence = min(1.0, solver.priors.frames / len(rows))
    for iteration in range(PERSON_STEPS):
        reporter.check()
        change, states = person_step(solver, rows, person, states, evidence)
        person = replace(person, identity=person.identity + change)
        if iteration >= PERSON_STEPS - 3:
            person = replace(person, offset=person.offset + offset_step(solver, rows, person, states, evidence))
    res, _ = solver.compare(rows, person, states)
    errors = np.sqrt(res.robust)[..., None] * res.errors
    return person, float(np.mean(np.sum(errors * solver.metric.precision(errors), axis=(1, 2))))


def person_step(solver: Solver, rows: Rows, person: Person, states: States, evidence: float) -> tuple[Array, States]:
    """One Gauss–Newton step of identity and all frames at once: the change of identity (I) and the frames' states."""
    modes = np.concatenate([solver.expression_modes, solver.identity_modes])
    own = POSE + len(solver.expression_modes)
    res, points = solver.compare(rows, person, states)
    normal = normal_matrices(res, points, states.pose, modes, solver.metric)
    gradient = gradients(res, points, states.pose, modes, solver.metric)
    prior = 1.0 / solver.priors.identity**2
    change = np.zeros(len(person.identity))

    def step(precision: Array, pull: Array) -> Array:
        nonlocal change
        inner = normal[:, :own, :own] + diagonals(precision)
        solved = np.linalg.solve(inner, np.concatenate([normal[:, :own, own:], pull[..., None]], axis=2))
        link = normal[:, own:, :own]
        shared = evidence * np.sum(normal[:, own:, own:] - link @ solved[:, :, :-1], axis=0)
        push = evidence * np.sum(gradient[:, own:] - (link @ solved[:, :, -1:])[..., 0], axis=0)
        change = np.linalg.solve(shared + prior * np.eye(len(shared)), push - prior * person.identity)
        return np.asarray(solved[:, :, -1] - solved[:, :, :-1] @ change)

    frames = solver.bounded_step(states.expression, gradient[:, :own], step, rounds=3)
    return change, states.moved(frames)


PERSON_STEPS = 9


def offset_step(solver: Solver, rows: Rows, person: Person, states: States, evidence: float) -> Array:
    """478×3 m: change of the person's landmark bias, each landmark on its own, shrunk towards none."""
    res, _ = solver.compare(rows, person, states)
    weight = res.robust[..., None] * solver.metric.weight * evidence
    normal = np.einsum("tlia,tli,tlib->lab", res.view, weight, res.view)
    pull = -np.einsum("tlia,tli,tli->la", res.view, weight, res.errors)
    prior = 1.0 / solver.priors.offset**2
    solved = np.linalg.solve(normal + prior * np.eye(3), (pull - prior * person.offset)[..., None])
    return np.asarray(solved[..., 0])


def find_person(solver: Solver, rows: Rows, focal: float | None, reporter: Reporter) -> Person:
    """The person, and the focal length where it isn't given: the best of a few, with a prior about the typical."""
    if focal is not None:
        return solve_person(solver, rows, focal, reporter)[0]
    side = max(solver.track.width, solver.track.height)
    few = rows[:: max(1, len(rows) // FOCAL_SAMPLES)]
    costs = []
    for candidate in FOCALS:
        cost = solve_person(solver, few, candidate * side, reporter)[1] * min(len(few), solver.priors.frames)
        costs.append(cost / 2 + 0.5 * (np.log(candidate / TYPICAL_FOCAL) / FOCAL_SPREAD) ** 2)
    return solve_person(solver, rows, FOCALS[int(np.argmin(costs))] * side, reporter)[0]


FOCAL_SAMPLES = 20
FOCALS = (0.9, 1.4, 2.2, 3.5)
"""Focal lengths tried, in the image's larger side."""
FOCAL_SPREAD = 0.35
"""Standard deviation of the logarithm of the focal length."""


def solve_frames(solver: Solver, person: Person, rows: Rows) -> States:
    """States of visible rows, each on its own."""
    states = solver.start(rows, person.focal)
    for iteration in range(FRAME_STEPS):
        res, points = solver.compare(rows, person, states)
        gradient = gradients(res, points, states.pose, solver.expression_modes, solver.metric)
        if iteration in RENEWED:
            normal = normal_matrices(res, points, states.pose, solver.expression_modes, solver.metric)

        def step(precision: Array, pull: Array, normal: Array = normal) -> Array:
            return np.asarray(np.linalg.solve(normal + diagonals(precision), pull[..., None])[..., 0])

        states = states.moved(solver.bounded_step(states.expression, gradient, step, rounds=3))
    return states


def solve_window(solver: Solver, person: Person, states: States, rows: Rows, stiff: Array) -> tuple[States, Array]:
    """States of consecutive rows (bridged ones included) coupled in time, and their weights' variances (T×E)."""
    seen = np.flatnonzero(solver.track.visible[rows])
    normal = np.zeros((len(rows), len(stiff), len(stiff)))
    for iteration in range(WINDOW_STEPS):
        visible = states.rows(seen)
        res, points = solver.compare(rows[seen], person, visible)
        gradient = -stiff * smoothness_gradient(states.stacked())
        gradient[seen] += gradients(res, points, visible.pose, solver.expression_modes, solver.metric)
        if iteration == 0:
            normal[seen] = normal_matrices(res, points, visible.pose, solver.expression_modes, solver.metric)

        def step(precision: Array, pull: Array) -> Array:
            return solve_coupled(normal + diagonals(precision), pull, stiff)

        states = states.moved(solver.bounded_step(states.expression, gradient, step, rounds=1))
    ridge = np.ones(len(stiff))
    ridge[POSE:] = 1.0 / solver.priors.spread**2
    return states, np.diagonal(np.linalg.inv(normal + np.diag(ridge)), axis1=1, axis2=2)[:, POSE:]


def diagonals(values: Array) -> Array:
    """T×n×n diagonal matrices of T×n values."""
    matrices = np.zeros((*values.shape, values.shape[1]))
    matrices[:, range(values.shape[1]), range(values.shape[1])] = values
    return matrices


FRAME_STEPS, RENEWED, WINDOW_STEPS = 4, (0, 1), 3
"""Steps of a frame alone, those that renew its normal matrix, and steps of a window."""


def solve_shot(
    track: LandmarkTrack,
    model: FaceModel,
    reporter: Reporter,
    focal: float | None = None,
    priors: Priors = Priors(),
) -> Fit:
    """Fit a person's shot. `focal`: px where a matchmove gives it; otherwise the footage's EXIF or an estimate.

    Raises InputError where no frame shows a face, Cancelled where the reporter asks for it.
    """
    seen = np.flatnonzero(track.visible)
    if len(seen) == 0:
        raise InputError("no face was found in any frame; check the frame range, or choose the person")
    solver = Solver(track, model, priors)
    spread = seen[np.unique(np.linspace(0, len(seen) - 1, SAMPLES).astype(int))]
    reporter.log("fitting the person")
    person = find_person(solver, spread, focal if focal is not None else track.focal, reporter)
    states, variance = solve_states(solver, person, seen, reporter)
    return assemble(solver, person, states, variance)


def solve_states(solver: Solver, person: Person, seen: Rows, reporter: Reporter) -> tuple[States, Array]:
    """States (T rows; at rest where there is no face) and variances of the weights of the whole shot."""
    track, count = solver.track, len(solver.track)
    pose, weights = np.zeros((count, 6)), np.zeros((count, len(solver.expression_modes)))
    variance = np.full_like(weights, solver.priors.spread**2)
    chunks = np.array_split(seen, -(-len(seen) // WINDOW))
    for chunk, alone in _in_threads(lambda chunk: solve_frames(solver, person, chunk), chunks, reporter):
        pose[chunk] = np.column_stack([alone.pose.turn, alone.pose.translation])
        weights[chunk] = alone.expression
    pose, weights = bridge(pose, track.visible, track.times), bridge(weights, track.visible, track.times)
    start = States(Pose(pose[:, :3], pose[:, 3:]), weights)
    result = States(Pose(pose[:, :3].copy(), pose[:, 3:].copy()), np.zeros_like(weights))
    stiff = stiffness(solver.model.expressions, track.fps)

    def solve(window: "Window") -> tuple[States, Array]:
        return solve_window(solver, person, start.rows(window.rows), window.rows, stiff)

    for window, (solved, spread) in _in_threads(solve, windows(track), reporter):
        rows, kept = window.rows[window.kept], window.kept
        result.pose.turn[rows], result.pose.translation[rows] = solved.pose.turn[kept], solved.pose.translation[kept]
        result.expression[rows], variance[rows] = solved.expression[kept], spread[kept]
        reporter.progress("fit", int(rows[-1]) + 1, count)
    return result, variance


@dataclass(frozen=True)
class Window:
    """Consecutive rows that are solved together, and which of them are kept."""

    rows: Rows
    kept: NDArray[np.bool_]


def windows(track: LandmarkTrack) -> list[Window]:
    """Windows that cover every segment of the shot once, with margins inside the segment."""
    found = []
    for segment in segments(track.visible, track.times):
        for first in range(segment.start, segment.stop, WINDOW):
            rows = np.arange(max(first - MARGIN, segment.start), min(first + WINDOW + MARGIN, segment.stop))
            found.append(Window(rows, (rows >= first) & (rows < first + WINDOW)))
    return found


def _in_threads(
    work: Callable[[Item], Result], items: Sequence[Item], reporter: Reporter
) -> Iterator[tuple[Item, Result]]:
    """Each item with its result, in order; numpy leaves the interpreter to others while it solves."""
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as threads:
        try:
            for item, result in zip(items, threads.map(work, items), strict=True):
                reporter.check()
                yield item, result
        finally:
            threads.shutdown(cancel_futures=True)


def assemble(solver: Solver, person: Person, states: States, variance: Array) -> Fit:
    """The Fit of solved states, with residuals, confidence and gaze."""
    track = solver.track
    camera = replace(solver.camera, focal=np.full(len(track), person.focal))
    residual = np.full(len(track), np.nan)
    gaze = np.full((len(track), 2, 2), np.nan)
    for chunk in np.array_split(np.flatnonzero(track.visible), -(-len(track) // WINDOW)):
        res, points = solver.compare(chunk, person, states.rows(chunk))
        pixels = res.errors * (person.focal / states.pose.translation[chunk, None, 2:])
        residual[chunk] = np.sqrt(np.mean(np.sum(pixels**2, axis=2), axis=1))
        gaze[chunk] = eye_directions(solver.model, person.identity, points, res.errors, states.pose.rows(chunk))
    blink = [solver.model.expressions.index(f"eyeBlink_{side}") for side in "LR"]
    return Fit(
        model=solver.model.name,
        expressions=solver.model.expressions,
        camera=camera,
        identity=person.identity,
        rotation=states.pose.turn,
        translation=states.pose.translation,
        expression=states.expression,
        variance=variance.astype(np.float32),
        gaze=steady_gaze(gaze, states.expression[:, blink], track),
        offset=person.offset,
        residual=residual,
        confidence=confidence(track, residual, states.pose, person.focal),
        visible=track.visible,
        bridged=bridged(track.visible, track.times),
        frames=track.frames,
        times=track.times,
        fps=track.fps,
    )


def confidence(track: LandmarkTrack, residual: Array, pose: Pose, focal: float) -> Array:
    """T, 0–1: the detector's score, lowered where the face is badly explained (from 3 mm to 8 mm on average)."""
    metres = np.nan_to_num(residual, nan=1.0) * pose.translation[:, 2] / focal
    return np.asarray(track.score * np.clip((0.008 - metres) / 0.005, 0.0, 1.0))
