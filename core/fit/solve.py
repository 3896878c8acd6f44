"""Footage's landmarks → Fit: the maximum a posteriori solve of a whole shot.

First the person (person.py), then every frame's pose and expression given the person, coupled in time by second
differences, in windows that overlap so far that their joins don't show; memory does not grow with the shot.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from ..errors import InputError
from ..face.model import FaceModel
from ..landmarks.track import LandmarkTrack
from ..reporting import Reporter
from .banded import bends, smoothness_gradient, solve_coupled
from .evidence import Evidence
from .gaze import eye_directions, steady_gaze, with_reading
from .normal import POSE, Pose
from .person import find_person
from .priors import DEFAULT, Priors, Stiffness
from .result import Fit
from .segments import bridge, bridged, segments
from .solver import Person, Rows, Solver, States, diagonals
from .threads import in_threads

WINDOW, MARGIN = 240, 24
"""Frames solved together, and frames to either side that are solved with them and thrown away."""

EVERY, TOGETHER = 2, 100
"""One in how many seen frames is solved alone to begin with, and about how many of these in one turn of a thread."""

SAMPLES = 64
"""Frames from which the person is learnt."""

FRAME_STEPS, RENEWED, WINDOW_STEPS = 3, 2, 2
"""Steps of a frame alone, how many of them renew its normal matrix, and steps of a window (before the relaxed one).
Where readings say what the face does, one step less of either is enough (weights differ by 0.0005).
"""


def solve_shot(
    track: LandmarkTrack,
    model: FaceModel,
    reporter: Reporter,
    focal: float | None = None,
    priors: Priors = DEFAULT,
    evidence: Evidence | None = None,
) -> Fit:
    """Fit a person's shot. `focal`: px where a matchmove gives it; otherwise the footage's EXIF or an estimate.
    `evidence`: T rows of what a learnt estimator read off the pictures.

    Raises InputError where no frame shows a face, Cancelled where the reporter asks for it.
    """
    seen = np.flatnonzero(track.visible)
    if len(seen) == 0:
        raise InputError("no face was found in any frame; check the frame range, or choose the person")
    solver = Solver(track, model, priors, evidence)
    spread = seen[np.unique(np.linspace(0, len(seen) - 1, SAMPLES).astype(int))]
    reporter.log("fitting the person")
    person = find_person(solver, spread, focal if focal is not None else track.focal, reporter)
    states, variance = solve_states(solver, person, seen, reporter)
    return assemble(solver, person, states, variance, None if evidence is None else evidence.gaze, reporter)


def solve_states(solver: Solver, person: Person, seen: Rows, reporter: Reporter) -> tuple[States, Array]:
    """States (T rows; at rest where there is no face) and variances of the weights of the whole shot."""
    track, count = solver.track, len(solver.track)
    pose, weights = np.zeros((count, 6)), np.zeros((count, len(solver.expression_modes)))
    variance = 1.0 / solver.belief.precision
    alone_rows = np.union1d(seen[::EVERY], seen[-1:])  # the others begin between their neighbours
    started = np.isin(np.arange(count), alone_rows)
    chunks = np.array_split(alone_rows, -(-len(alone_rows) // TOGETHER))
    for chunk, alone in in_threads(lambda chunk: solve_frames(solver, person, chunk), chunks, reporter):
        pose[chunk] = np.column_stack([alone.pose.turn, alone.pose.translation])
        weights[chunk] = alone.expression
    pose, weights = bridge(pose, started, track.times), bridge(weights, started, track.times)
    start = States(Pose(pose[:, :3], pose[:, 3:]), weights)
    result = States(Pose(pose[:, :3].copy(), pose[:, 3:].copy()), np.zeros_like(weights))
    stiff = Stiffness.of(solver.model.expressions, track.fps)

    def solve(window: "Window") -> tuple[States, Array]:
        return solve_window(solver, person, start.rows(window.rows), window.rows, stiff)

    for window, (solved, spread) in in_threads(solve, windows(track), reporter):
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


def assemble(
    solver: Solver, person: Person, states: States, variance: Array, gaze_read: Array | None, reporter: Reporter
) -> Fit:
    """The Fit of solved states, with residuals, confidence and gaze (`gaze_read`: as Evidence has it)."""
    track = solver.track
    camera = replace(solver.camera, focal=np.full(len(track), person.focal))
    residual = np.full(len(track), np.nan)
    gaze = np.full((len(track), 2, 2), np.nan)
    chunks = np.array_split(np.flatnonzero(track.visible), -(-len(track) // WINDOW))
    for chunk, found in in_threads(lambda chunk: compared(solver, person, chunk, states.rows(chunk)), chunks, reporter):
        residual[chunk], gaze[chunk] = found
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
        gaze=steady_gaze(with_reading(gaze, gaze_read), states.expression[:, blink], track),
        offset=person.offset,
        residual=residual,
        confidence=confidence(track, residual, states.pose, person.focal),
        visible=track.visible,
        bridged=bridged(track.visible, track.times),
        frames=track.frames,
        times=track.times,
        fps=track.fps,
    )


def compared(solver: Solver, person: Person, rows: Rows, states: States) -> tuple[Array, Array]:
    """In N visible rows: distance between fitted and seen landmarks (N px, root mean square), and gaze as the irises
    show it (N×2×2 rad, left eye first).
    """
    res, points = solver.compare(rows, person, states)
    pixels = res.errors * (person.focal / states.pose.translation[:, None, 2:])
    residual: Array = np.sqrt(np.mean(np.sum(pixels**2, axis=2), axis=1))
    return residual, eye_directions(solver.model, person, solver.neutral(person), points, res.errors, states.pose)


PIXEL_NOISE = 1.0
"""px: what no detector gets below."""


def confidence(track: LandmarkTrack, residual: Array, pose: Pose, focal: float) -> Array:
    """T, 0–1: the detector's score, lowered where the face is badly explained (from 3 mm to 8 mm on average, what a
    pixel of noise makes of a small face left out).
    """
    pixels = np.sqrt(np.maximum(np.nan_to_num(residual, nan=1e3) ** 2 - PIXEL_NOISE**2, 0.0))
    metres = pixels * pose.translation[:, 2] / focal
    return np.asarray(track.score * np.clip((0.008 - metres) / 0.005, 0.0, 1.0))


def solve_frames(solver: Solver, person: Person, rows: Rows) -> States:
    """States of visible rows, each on its own."""
    states, fewer = solver.start(rows, person.focal), int(solver.belief.informed)
    for iteration in range(FRAME_STEPS - fewer):
        seen = solver.compare(rows, person, states)
        if iteration < RENEWED:
            normal, discount = solver.discounted_normal(rows, states, seen)
        gradient = solver.gradient(rows, person, states, seen, solver.expression_modes, discount)

        def step(precision: Array, pull: Array, normal: Array = normal) -> Array:
            return np.asarray(np.linalg.solve(normal + diagonals(precision), pull[..., None])[..., 0])

        states = states.moved(solver.bounded_step(rows, states.expression, gradient, step, rounds=3))
    return states


def solve_window(solver: Solver, person: Person, states: States, rows: Rows, stiff: Stiffness) -> tuple[States, Array]:
    """States of consecutive rows (bridged ones included) coupled in time, and their weights' variances (T×E)."""
    known = np.flatnonzero(solver.track.visible[rows])
    steps = WINDOW_STEPS - int(solver.belief.informed)
    size = len(stiff.usual)
    normal = np.zeros((len(rows), size, size))
    for iteration in range(steps + 1):
        visible = states.rows(known)
        seen = solver.compare(rows[known], person, visible)
        stacked = states.stacked()
        held = stiff.at(bends(stacked))
        gradient = -smoothness_gradient(stacked, held)
        if iteration == 0:
            normal[known], discount = solver.discounted_normal(rows[known], visible, seen)
        gradient[known] += solver.gradient(rows[known], person, visible, seen, solver.expression_modes, discount)

        def step(precision: Array, pull: Array, held: Array = held) -> Array:
            return solve_coupled(normal + diagonals(precision), pull, held)

        if iteration < steps:
            states = states.moved(solver.bounded_step(rows, states.expression, gradient, step, rounds=1))
        else:
            states = states.moved(solver.relaxed_step(rows, states.expression, gradient, step))
    precision = np.ones_like(gradient)
    precision[:, POSE:] = solver.belief.precision[rows]
    return states, np.diagonal(np.linalg.inv(normal + diagonals(precision)), axis1=1, axis2=2)[:, POSE:]
