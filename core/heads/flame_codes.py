"""Named expressions told in FLAME's own parameters: a hundred expression coefficients and the jaw's rotation."""

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from ..face.flame import EXPRESSIONS, JAW, JOINTS, SHAPES, Flame, Forward
from ..face.geometry import Geometry
from ..reporting import Reporter

STEPS = 4
"""Gauss–Newton steps; the jaw's rotation is all that is not linear."""
NOISE = 0.0005
"""m: how nearly a displacement has to be met …"""
EVIDENCE = 400
"""… as if so many vertices told, not all of them: neighbours say the same."""
JAW_SPREAD = 0.3
"""rad: standard deviation of the jaw's prior; the coefficients have 1."""
STEP = 1e-3
"""rad."""

Head = TypeVar("Head", bound=Geometry)


def with_flame_codes(head: Head, flame: Flame, forward: Forward, reporter: Reporter) -> Head:
    """The head, made from `flame`, with the codes that come nearest to each of its expressions.

    `forward`: flame.vertices, or another engine's. How much of the expressions' motion the codes explain is logged.
    """
    solver = _Solver.of(flame, forward)
    codes = np.array([solver.nearest(moved) for moved in head.expression.astype(np.float64)])
    told = [solver.explained(moved, code) for moved, code in zip(head.expression, codes, strict=True)]
    worst, best = int(np.argmin(told)), int(np.argmax(told))
    reporter.log(
        f"FLAME's own parameters tell {np.mean(told):.0%} of the expressions' motion on average: "
        f"{told[worst]:.0%} of {head.expressions[worst]}, {told[best]:.0%} of {head.expressions[best]}"
    )
    moved_root = codes[:, :EXPRESSIONS] @ flame.joint_bases[SHAPES:, :3]
    assert head.root is not None
    root = replace(head.root, expression=moved_root.astype(np.float32))
    return replace(head, codes=codes.astype(np.float32), root=root)


@dataclass(frozen=True)
class _Solver:
    """Finds 103 parameters, from the skin alone: gaze turns the eyeballs."""

    forward: Forward
    skin: NDArray[np.intp]
    """N vertices."""
    rest: Array
    """N×3 m."""
    linear: Array
    """100×3N m: what the coefficients do while the jaw is at rest."""
    squared: Array
    """100×100: linear · linearᵀ."""

    @classmethod
    def of(cls, flame: Flame, forward: Forward) -> "_Solver":
        skin = np.flatnonzero(flame.weights[JAW + 1 :].max(axis=0) < 0.5)
        bases = flame.bases[SHAPES:].reshape(EXPRESSIONS, 3, -1)[:, :, skin]
        linear = np.swapaxes(bases, 1, 2).reshape(EXPRESSIONS, -1).astype(np.float64)
        rest = forward(np.zeros(0), np.zeros(0), np.zeros((len(JOINTS), 3)))[skin]
        return cls(forward, skin, rest.astype(np.float64), linear, linear @ linear.T)

    def displacement(self, code: Array) -> Array:
        """N×3 m."""
        pose = np.zeros((len(JOINTS), 3))
        pose[JAW] = code[EXPRESSIONS:]
        return np.asarray(self.forward(np.zeros(0), code[:EXPRESSIONS], pose)[self.skin] - self.rest)

    def nearest(self, moved: Array) -> Array:
        """103 parameters of a displacement (V×3 m): the maximum a posteriori, by Gauss–Newton."""
        precision = EVIDENCE / len(self.skin) / NOISE**2
        prior = np.concatenate([np.ones(EXPRESSIONS), np.full(3, JAW_SPREAD**-2)])
        code = np.zeros(EXPRESSIONS + 3)
        for _ in range(STEPS):
            reached = self.displacement(code)
            turned = np.array([(self.displacement(code + STEP * axis) - reached).ravel() / STEP for axis in _JAW_AXES])
            both = self.linear @ turned.T
            system = precision * np.block([[self.squared, both], [both.T, turned @ turned.T]]) + np.diag(prior)
            missing = (moved[self.skin] - reached).ravel()
            along = np.concatenate([self.linear @ missing, turned @ missing])
            code = code + np.linalg.solve(system, precision * along - prior * code)
        return code

    def explained(self, moved: Array, code: Array) -> float:
        """0–1: how much of the squared motion of the skin the parameters make."""
        missing = moved[self.skin] - self.displacement(code)
        return float(1 - np.sum(missing**2) / max(np.sum(moved[self.skin] ** 2), 1e-18))


_JAW_AXES = np.eye(EXPRESSIONS + 3)[EXPRESSIONS:]
