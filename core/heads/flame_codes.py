"""Named expressions told in FLAME's own parameters: a hundred expression coefficients and the jaw's rotation."""

from dataclasses import replace
from typing import TypeVar

import numpy as np

from ..conventions import Array
from ..face.flame import EXPRESSIONS, JAW, JOINTS, SHAPES, Flame, Forward
from ..face.geometry import Geometry
from ..reporting import Reporter

STEPS = 6
"""Gauss–Newton steps; the jaw's rotation is all that is not linear."""
NOISE = 0.001
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
    codes = np.array([_nearest_codes(moved, flame, forward) for moved in head.expression.astype(np.float64)])
    told = [_explained(moved, code, flame, forward) for moved, code in zip(head.expression, codes, strict=True)]
    worst, best = int(np.argmin(told)), int(np.argmax(told))
    reporter.log(
        f"FLAME's own parameters tell {np.mean(told):.0%} of the expressions' motion on average: "
        f"{told[worst]:.0%} of {head.expressions[worst]}, {told[best]:.0%} of {head.expressions[best]}"
    )
    full = np.concatenate([np.zeros((len(codes), SHAPES)), codes[:, :EXPRESSIONS]], axis=1)
    moved_root = (full @ flame.joint_bases)[:, :3].astype(np.float32)
    assert head.root is not None
    return replace(head, codes=codes.astype(np.float32), root=replace(head.root, expression=moved_root))


def displacement(code: Array, forward: Forward) -> Array:
    """V×3 m: what FLAME's mean head does at 103 parameters."""
    return np.asarray(forward(_NONE, code[:EXPRESSIONS], _pose(code)) - forward(_NONE, _NONE, _STILL), dtype=np.float64)


_NONE, _STILL = np.zeros(0), np.zeros((len(JOINTS), 3))


def _pose(code: Array) -> Array:
    pose = _STILL.copy()
    pose[JAW] = code[EXPRESSIONS:]
    return pose


def _nearest_codes(wanted: Array, flame: Flame, forward: Forward) -> Array:
    """103 parameters: the maximum a posteriori, by Gauss–Newton."""
    skin = np.flatnonzero(flame.weights[JAW + 1 :].max(axis=0) < 0.5)
    precision = EVIDENCE / len(skin) / NOISE**2
    prior = np.concatenate([np.ones(EXPRESSIONS), np.full(3, JAW_SPREAD**-2)])
    linear = flame.bases[SHAPES:].reshape(EXPRESSIONS, 3, -1)[:, :, skin].transpose(0, 2, 1).reshape(EXPRESSIONS, -1)
    code = np.zeros(EXPRESSIONS + 3)
    for _ in range(STEPS):
        reached = displacement(code, forward)
        turned = [(displacement(code + STEP * row, forward) - reached)[skin].ravel() / STEP for row in _JAW_AXES]
        jacobian = np.concatenate([linear, turned])
        missing = (wanted - reached)[skin].ravel()
        system = precision * jacobian @ jacobian.T + np.diag(prior)
        code = code + np.linalg.solve(system, precision * jacobian @ missing - prior * code)
    return code


_JAW_AXES = np.eye(EXPRESSIONS + 3)[EXPRESSIONS:]


def _explained(wanted: Array, code: Array, flame: Flame, forward: Forward) -> float:
    """0–1: how much of the squared motion of the skin the codes make."""
    skin = flame.weights[JAW + 1 :].max(axis=0) < 0.5
    missing = (wanted - displacement(code, forward))[skin]
    return float(1 - np.sum(missing**2) / max(np.sum(wanted[skin] ** 2), 1e-18))
