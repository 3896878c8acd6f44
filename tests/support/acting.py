"""A fit of which every number matters: turned, moved, squinting heads before a lens that is not like others'."""

import numpy as np
from expression_transfer.core.fit.result import Camera, Fit

FIRST, COUNT, UNSEEN = 1001, 9, 4
"""Source frame numbers from FIRST on; the UNSEENth of the COUNT rows has no face."""


def acting_fit(model, *, fps=24.0, principal=(320.0, 180.0), aspect=1.0, zoom=False, count=COUNT):
    """COUNT random frames, 640×360 px."""
    rng, rows = np.random.default_rng(7), np.arange(count)
    focal = 900.0 + 20.0 * rows if zoom else np.full(count, 900.0)
    expression = rng.uniform(0, 0.6, (count, len(model.expressions))) * (
        rng.random((count, len(model.expressions))) < 0.3
    )
    return Fit(
        model=model.name, expressions=model.expressions,
        camera=Camera(640, 360, focal, np.array(principal), np.zeros(2), aspect),
        identity=rng.normal(scale=0.7, size=len(model.identity)),
        rotation=rng.normal(scale=0.4, size=(count, 3)),
        translation=np.array([0.02, -0.01, 0.7]) + rng.normal(scale=0.03, size=(count, 3)),
        expression=expression, variance=np.ones_like(expression, dtype=np.float32),
        gaze=rng.uniform(-0.4, 0.4, (count, 2, 2)), offset=np.zeros((478, 3)), residual=np.zeros(count),
        confidence=np.ones(count), visible=rows != UNSEEN, bridged=np.zeros(count, bool),
        frames=FIRST + rows, times=3.0 + rows / fps, fps=fps,
    )  # fmt: skip


def posed(model, fit, row):
    """V×3 m in front of a camera that looks along −Z with Y up: the model's own geometry, as the fit has it."""
    shape = model.shape(fit.identity, fit.expression[row], fit.gaze[row])
    return fit.to_camera(shape, row) * np.array([1.0, -1.0, -1.0])


def seen(fit, points, row):
    """N×2 px of points as `posed` has them, in the fit's own projection."""
    return fit.camera.project(points * np.array([1.0, -1.0, -1.0]), row)
