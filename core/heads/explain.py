"""From what a detector saw in known views to displacements in the face, modes and noise. Linear algebra only."""

import numpy as np

from ..conventions import Array


def explain(jacobians: Array, residuals: Array, expected: Array, ridge: Array) -> Array:
    """L×3 m: displacements whose projections explain what the detector reported, in all views together.

    `jacobians`: K×L×2×3 px/m; `residuals`: K×L×2 px (NaN: not seen in that view); `expected`: L×3 m, what is
    believed beforehand; `ridge`: 3, (px/m)² per observation: how strongly, per face axis (depth is badly seen).
    Minimises Σ‖J d − r‖² + K Σ ridge·(d − expected)².
    """
    seen = np.isfinite(residuals)
    j = np.where(seen[..., None], jacobians, 0.0)
    r = np.where(seen, residuals, 0.0)
    weight = np.diag(ridge) * len(residuals)
    normal = np.einsum("klac,klad->lcd", j, j) + weight
    right = np.einsum("klac,kla->lc", j, r) + expected @ weight
    return np.asarray(np.linalg.solve(normal, right[..., None])[..., 0])


def regressed(values: Array, codes: Array) -> tuple[Array, Array]:
    """A constant (…) and a mode per code (I×…) of values (N×…) that vary linearly with `codes` (N×I).

    Ridge regression: all modes are believed to be equally large beforehand, per unit of code; how large is chosen among
    `RIDGES` by the error of leaving each sample out (in closed form: residual / (1 − leverage), Allen's PRESS).
    """
    flat = values.reshape(len(values), -1)
    middle = codes.mean(axis=0)
    left, scale, right = np.linalg.svd(codes - middle, full_matrices=False)
    centred = flat - flat.mean(axis=0)
    inner = left.T @ centred
    errors = []
    for ridge in RIDGES:
        kept = scale**2 / (scale**2 + ridge * scale[0] ** 2)
        leverage = 1 / len(codes) + np.sum(left**2 * kept, axis=1)
        residual = centred - left @ (kept[:, None] * inner)
        errors.append(float(np.sum((residual / (1 - leverage)[:, None]) ** 2)))
    ridge = RIDGES[int(np.argmin(errors))]
    modes = right.T @ ((scale / (scale**2 + ridge * scale[0] ** 2))[:, None] * inner)
    constant = flat.mean(axis=0) - middle @ modes
    return constant.reshape(values.shape[1:]), modes.reshape(-1, *values.shape[1:])


RIDGES = tuple(float(ridge) for ridge in np.logspace(-3, 2, 16))
"""Tried, in the largest variance of the codes' principal components."""


def noise_model(residuals: Array, rank: int) -> tuple[Array, Array]:
    """Detector noise of residuals (N×L×2, about zero) as sigma (L×2) and a low-rank common part (R×L×2).

    Their covariance diag(sigma²) + Σ common ⊗ common has the residuals' own variances on its diagonal.
    """
    flat = residuals.reshape(len(residuals), -1)
    _, scale, modes = np.linalg.svd(flat / np.sqrt(len(flat)), full_matrices=False)
    common = scale[:rank, None] * modes[:rank]
    variance = np.mean(flat**2, axis=0)
    rest = np.maximum(variance - np.sum(common**2, axis=0), 0.01 * variance)
    shape = residuals.shape[1:]
    return np.sqrt(rest).reshape(shape), common.reshape(rank, *shape)


def gain_and_correlation(measured: Array, geometry: Array) -> tuple[float, float]:
    """How strongly, and how similarly, the detector answers a motion (both L×3, or any same shape)."""
    along = float(np.sum(measured * geometry))
    norms = float(np.linalg.norm(measured)), float(np.linalg.norm(geometry))
    return along / max(norms[1] ** 2, 1e-18), along / max(norms[0] * norms[1], 1e-18)
