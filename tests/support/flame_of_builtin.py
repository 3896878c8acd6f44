"""The built-in head as a model file in FLAME's exact layout: a face that the detector knows, on FLAME's counts."""

import numpy as np
from expression_transfer.core.face.chart import borders
from expression_transfer.core.face.model import FaceModel
from flame_maker import BALL_COLUMNS, BALL_ROWS, _lathe, _regressor

SKIN_VERTICES, SKIN_TRIANGLES = 3931, 7800
PARTS = ("skin", "lips", "lid", "head")


def flame_of(model: FaceModel) -> dict[str, np.ndarray]:
    """FLAME's arrays; shape coefficients are the model's identity modes, expression ones the principal components of
    its expressions. FLAME's origin is 5 cm behind and 3 cm below the point between the eyes.
    """
    used, triangles = np.unique(model.triangles[_of_parts(model)], return_inverse=True)
    ends, along, triangles = _filled_up(len(used), triangles.reshape(-1, 3), model.mean[used])

    def skin(values: np.ndarray) -> np.ndarray:
        values = values[..., used, :].astype(np.float64)
        return np.concatenate([values, np.einsum("nk,...nkc->...nc", along, values[..., ends, :])], axis=-2)

    ball, ball_faces = _lathe(BALL_ROWS, BALL_COLUMNS, closed=True)
    balls = [model.eyes.radius * ball[:, [0, 2, 1]] * [1, 1, -1] + centre for centre in model.eyes.centre]
    template = np.concatenate([skin(model.mean), *balls])
    faces = np.concatenate([triangles, *(ball_faces + SKIN_VERTICES + k * len(ball) for k in range(2))])
    member = np.repeat([0, 1, 2], [SKIN_VERTICES, len(ball), len(ball)])
    still = np.zeros((54, 2 * len(ball), 3))
    moved = np.concatenate([skin(model.expression), still], axis=1)
    _, size, modes = np.linalg.svd(moved.reshape(54, -1), full_matrices=False)
    directions = np.zeros((len(template), 3, 400))
    with_eyes = np.repeat(model.eyes.identity, len(ball), axis=1)
    identity = np.concatenate([skin(model.identity), with_eyes], axis=1)
    directions[..., : len(identity)] = np.moveaxis(identity, 0, -1)
    directions[..., 300:354] = np.moveaxis((size[:, None] * modes).reshape(54, -1, 3) / np.sqrt(54), 0, -1)
    template = template + np.array([0.0, 0.03, 0.05])
    return {
        "v_template": template,
        "shapedirs": directions,
        "posedirs": np.zeros((len(template), 3, 36)),
        "weights": _weights(moved[model.expressions.index("jawOpen")], template, member),
        "J_regressor": _regressor(template, member),
        "kintree_table": np.array([[2**32 - 1, 0, 1, 1, 1], [0, 1, 2, 3, 4]]),
        "f": faces.astype(np.uint32),
    }


def _of_parts(model: FaceModel) -> np.ndarray:
    return np.isin(np.array(model.parts)[model.part], PARTS)


def _filled_up(count: int, triangles: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """FLAME's counts: as many small openings closed as it takes, the neck's border shortened, the largest triangles
    split in three. Returns what each new vertex is mixed from (N×3 vertices, N×3 weights), and the triangles.
    """
    *openings, neck = sorted(borders(triangles), key=lambda loop: np.ptp(places[loop], axis=0).max())
    missing = SKIN_VERTICES - count
    spare = SKIN_TRIANGLES - 2 * missing - len(triangles)
    for loop in openings:
        if len(loop) - 2 <= spare:
            fan = [(loop[0], loop[k + 1], loop[k]) for k in range(1, len(loop) - 1)]
            triangles, spare = np.concatenate([triangles, fan]), spare - len(fan)
    ears = [(neck[k + 2], neck[k + 1], neck[k]) for k in range(0, 2 * spare, 2)]
    triangles = np.concatenate([triangles, np.reshape(ears, (-1, 3)).astype(triangles.dtype)])
    size = np.linalg.norm(np.ptp(places[triangles], axis=1), axis=1)
    chosen = np.argsort(-size, kind="stable")[:missing]
    a, b, c, new = *triangles[chosen].T, count + np.arange(missing)
    thirds = [np.stack(corners, axis=1) for corners in ((a, b, new), (b, c, new), (c, a, new))]
    split = np.concatenate([np.delete(triangles, chosen, axis=0), *thirds])
    assert len(split) == SKIN_TRIANGLES
    return triangles[chosen], np.full((missing, 3), 1 / 3), split


def _weights(jaw_open: np.ndarray, template: np.ndarray, member: np.ndarray) -> np.ndarray:
    jaw = np.clip(np.linalg.norm(jaw_open, axis=1) / 0.03, 0, 1)
    neck = 1 / (1 + np.exp(-(template[:, 1] + 0.1) / 0.01))
    weights = np.stack([1 - neck, neck * (1 - jaw), neck * jaw, 0 * jaw, 0 * jaw], axis=1)
    for eye in (1, 2):
        weights[member == eye] = np.eye(5)[2 + eye]
    return weights
