"""Who is in the shot: identity, focal length and landmark bias, from frames spread over it.

Gauss–Newton on everything at once, the frames' own states eliminated (Schur complement).
"""

from dataclasses import replace

import numpy as np

from ..conventions import Array
from ..reporting import Reporter
from .normal import POSE, Residuals, gradients, normal_matrices
from .solver import TYPICAL_FOCAL, Person, Rows, Solver, States, diagonals
from .threads import in_threads


def solve_person(solver: Solver, rows: Rows, focal: float, reporter: Reporter, steps: int) -> tuple[Person, float]:
    """The person seen in `rows` at a given focal length, and the cost per frame (to compare focal lengths)."""
    person = Person(np.zeros(len(solver.identity_modes)), np.zeros_like(solver.mean), focal)
    states = solver.start(rows, focal)
    evidence = min(1.0, solver.priors.frames / len(rows))
    for iteration in range(steps):
        reporter.check()
        change, states = person_step(solver, rows, person, states, evidence, reporter)
        person = replace(person, identity=person.identity + change)
        if iteration >= steps - OFFSET_STEPS:
            person = replace(person, offset=person.offset + offset_step(solver, rows, person, states, evidence))
    res, _ = solver.compare(rows, person, states)
    errors = np.sqrt(res.robust)[..., None] * res.errors
    return person, float(np.mean(np.sum(errors * solver.metric.precision(errors), axis=(1, 2))))


def person_step(
    solver: Solver, rows: Rows, person: Person, states: States, evidence: float, reporter: Reporter
) -> tuple[Array, States]:
    """One Gauss–Newton step of identity and all frames at once: the change of identity (I) and the frames' states."""
    modes = np.concatenate([solver.expression_modes, solver.identity_modes])
    own = POSE + len(solver.expression_modes)
    seen = solver.compare(rows, person, states)
    on_contours, gradient_there = contour_equations(solver, rows, person, states)
    normal = normal_in_parts(solver, states, seen, modes, reporter) + on_contours
    gradient = solver.gradient(rows, person, states, seen, modes) + gradient_there
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

    frames = solver.bounded_step(rows, states.expression, gradient[:, :own], step, rounds=3)
    return change, states.moved(frames)


def normal_in_parts(
    solver: Solver, states: States, seen: tuple[Residuals, Array], modes: Array, reporter: Reporter
) -> Array:
    """As Solver.normal, the same to the bit: frames' matrices don't depend on each other."""
    parts = np.array_split(np.arange(len(states.expression)), PARTS)

    def normal(part: Rows) -> Array:
        return solver.normal(states.rows(part), (seen[0].rows(part), seen[1][part]), modes)

    return np.concatenate([found for _, found in in_threads(normal, parts, reporter)])


def contour_equations(solver: Solver, rows: Rows, person: Person, states: States) -> tuple[Array, Array]:
    """The contours' part of the normal matrices and of the negative gradient."""
    contours = solver.contours
    weights = np.column_stack([states.expression, np.tile(person.identity, (len(rows), 1))])
    pixels = solver.track.points[rows].astype(np.float64)
    seen = contours.compare(weights, pixels, states.pose, solver.camera, np.full(len(rows), person.focal))
    equations = (*seen, states.pose, contours.modes, contours.metric)
    return normal_matrices(*equations), gradients(*equations)


PARTS = 2
"""Normal matrices, which take most of a step's time, are made in so many threads."""
STEPS, READ_STEPS = 9, 6
"""Steps of the person's solve, and of one that begins with an estimator's readings."""
OFFSET_STEPS = 3
"""The last steps move the landmark bias too: before, identity and expression would leave it too much to explain."""


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
    steps = READ_STEPS if solver.belief.informed else STEPS
    if focal is not None:
        return solve_person(solver, rows, focal, reporter, steps)[0]
    side = max(solver.track.width, solver.track.height)
    few = rows[:: max(1, len(rows) // FOCAL_SAMPLES)]

    def cost(candidate: float) -> float:
        misfit = solve_person(solver, few, candidate * side, reporter, FOCAL_STEPS)[1]
        unusual = (np.log(candidate / TYPICAL_FOCAL) / FOCAL_SPREAD) ** 2
        return float(FOCAL_EVIDENCE * misfit + unusual) / 2

    costs = dict(in_threads(cost, FOCALS, reporter))
    return solve_person(solver, rows, min(costs, key=costs.__getitem__) * side, reporter, steps)[0]


FOCAL_SAMPLES, FOCAL_STEPS = 20, 6
"""Frames and steps that are enough to tell focal lengths apart."""
FOCAL_EVIDENCE = 3.0
"""How many frames' worth of evidence a shot holds about the lens: what the detector gets wrong about a person's depth,
it gets wrong in every frame, and a wrong lens explains it. Fewer than 2 and a known lens (tests/fit) isn't found.
"""
FOCALS = (0.9, 1.4, 2.2, 3.5)
"""Focal lengths tried, in the image's larger side."""
FOCAL_SPREAD = 0.35
"""Standard deviation of the logarithm of the focal length."""
