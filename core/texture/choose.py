"""Which frames a texture is baked from: good ones that show the face from as many sides as the shot has."""

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, yaw_pitch_roll
from ..face.geometry import Geometry
from ..fit.result import Fit

TURNED = np.deg2rad(6.0)
"""rad: views this far apart show something new."""
MOVED = 6e-3
"""m of expression that shows something new (root mean square over the face's most moved tenth)."""
BLUR = 0.01
"""Motion between frames, in face widths, at which a frame's quality is halved."""
FACE = 0.14
"""m: a face's width."""


def chosen_rows(model: Geometry, fit: Fit, count: int) -> NDArray[np.intp]:
    """Rows of the fit, rising, at most `count`: one after the other the best frame that differs from those before.

    Quality falls with motion (blur) and rises with the fit's confidence; views differ by head turn, expression, time.
    """
    rows = np.flatnonzero(fit.visible)
    quality = _quality(fit)[rows]
    views = _views(model, fit)[rows]
    novelty, taken = np.ones(len(rows)), np.zeros(len(rows), dtype=np.bool_)
    for _ in range(min(count, len(rows))):
        best = int(np.argmax(np.where(taken, -1.0, quality * novelty)))
        taken[best] = True
        novelty = np.minimum(novelty, np.linalg.norm(views - views[best], axis=1))
    return rows[taken]


def _quality(fit: Fit) -> Array:
    """T, 0–1."""
    places = fit.translation[:, :2] / fit.translation[:, 2:] * fit.camera.focal[:, None]
    width = FACE * fit.camera.focal / fit.translation[:, 2]
    steps = np.linalg.norm(np.diff(places, axis=0), axis=1) / width[1:]
    turns = np.linalg.norm(np.diff(fit.rotation, axis=0), axis=1) / 2  # a turn of 1 rad moves the nose half a face
    speed = np.concatenate([[0.0], steps + turns, [0.0]])
    motion = np.maximum(speed[:-1], speed[1:])
    return np.asarray(fit.confidence / (1 + (motion / BLUR) ** 2))


def _views(model: Geometry, fit: Fit) -> Array:
    """T×C: unit distance is something new."""
    turn = yaw_pitch_roll(fit.rotation)[:, :2] / TURNED
    size = np.sort(np.linalg.norm(model.expression, axis=-1), axis=1)[:, -max(len(model.mean) // 10, 1) :]
    acting = fit.expression * np.sqrt((size**2).mean(axis=1)) / MOVED
    time = np.arange(len(fit))[:, None] / max(len(fit) - 1, 1)
    return np.concatenate([turn, acting, time], axis=1)
