"""A model file in FLAME's exact layout with planted random data: no licensed numbers, every size and type as there."""

import pickle
from pathlib import Path

import numpy as np

SKIN_ROWS, SKIN_COLUMNS = 131, 30
BALL_ROWS, BALL_COLUMNS = 16, 34
TRIANGLES = 9976
EYES = ((0.032, 0.03, 0.07), (-0.032, 0.03, 0.07))


def flame_arrays(seed: int = 0) -> dict[str, np.ndarray]:
    """The entries of FLAME's file as plain arrays: an egg-shaped head with two eyeballs, smooth random bases."""
    rng = np.random.default_rng(seed)
    skin, skin_faces = _lathe(SKIN_ROWS, SKIN_COLUMNS, closed=False)
    skin = skin * np.array([0.075, 0.11, 0.095])
    ball, ball_faces = _lathe(BALL_ROWS, BALL_COLUMNS, closed=True)
    balls = [0.012 * ball[:, [0, 2, 1]] * np.array([1, 1, -1]) + centre for centre in EYES]
    template = np.concatenate([skin, *balls])
    # the mouth's and the eyes' openings: triangles left out, vertices kept
    skin_faces = np.delete(skin_faces, 4500 + 2 * np.arange(30), axis=0)
    faces = np.concatenate([skin_faces, ball_faces + len(skin), ball_faces + len(skin) + len(ball)])
    assert template.shape == (5023, 3) and faces.shape == (TRIANGLES, 3)
    member = np.concatenate([np.zeros(len(skin), int), np.full(len(ball), 1), np.full(len(ball), 2)])
    return {
        "v_template": template,
        "shapedirs": np.stack([_wave(template, rng) * spread for spread in _spread()], axis=-1),
        "posedirs": np.stack([_wave(template, rng) * 0.002 for _ in range(36)], axis=-1),
        "weights": _weights(template, member),
        "J_regressor": _regressor(template, member),
        "kintree_table": np.array([[2**32 - 1, 0, 1, 1, 1], [0, 1, 2, 3, 4]]),
        "f": faces.astype(np.uint32),
    }


def write_flame(path: Path, arrays: dict[str, np.ndarray]) -> Path:
    """As .npz, or as .pkl with a dense regressor and plain arrays."""
    if path.suffix == ".npz":
        np.savez(path, **arrays)
    else:
        path.write_bytes(pickle.dumps({**arrays, "bs_style": "lbs", "bs_type": "lrotmin"}, protocol=2))
    return path


def _spread() -> np.ndarray:
    return np.concatenate([0.004 / np.sqrt(1 + np.arange(300)), 0.003 / np.sqrt(1 + np.arange(100))])


def _wave(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A smooth random vector field (V×3, of order 1)."""
    frequency, phase = rng.normal(size=(3, 3)) * 15, rng.uniform(0, 2 * np.pi, 3)
    return np.sin(points @ frequency + phase) * rng.normal(size=3)


def _weights(template: np.ndarray, member: np.ndarray) -> np.ndarray:
    height, ahead = template[:, 1], template[:, 2]
    neck = 1 / (1 + np.exp(-(height + 0.08) / 0.01))
    jaw = neck * 0.9 / (1 + np.exp((height + 0.03) / 0.01)) / (1 + np.exp(-ahead / 0.02))
    weights = np.stack([1 - neck, neck - jaw, jaw, 0 * jaw, 0 * jaw], axis=1)
    for eye in (1, 2):
        weights[member == eye] = np.eye(5)[2 + eye]
    return weights


def _regressor(template: np.ndarray, member: np.ndarray) -> np.ndarray:
    places = np.array([[0, -0.1, -0.01], [0, -0.07, -0.01], [0, -0.02, 0.01]])
    rows = []
    for place in places:
        near = np.argsort(np.linalg.norm(template - place, axis=1) + 10 * (member > 0))[:40]
        rows.append(np.bincount(near, np.full(40, 1 / 40), minlength=len(template)))
    rows += [(member == eye) / (member == eye).sum() for eye in (1, 2)]
    return np.array(rows)


def _lathe(rows: int, columns: int, *, closed: bool) -> tuple[np.ndarray, np.ndarray]:
    """A unit sphere of rows of vertices from the top pole down; open at the bottom unless `closed`."""
    polar = np.pi * (1 + np.arange(rows)) / (rows + 1)
    turn = 2 * np.pi * np.arange(columns) / columns
    ring = np.stack([np.sin(turn), np.zeros(columns), np.cos(turn)], axis=1)
    body = [np.sin(angle) * ring + np.array([0, np.cos(angle), 0]) for angle in polar]
    points = np.concatenate([[[0, 1, 0]], *body, *([[[0, -1, 0]]] if closed else [])])
    first = 1 + np.arange(columns)
    following = 1 + (np.arange(columns) + 1) % columns
    faces = [np.stack([0 * first, first, following], axis=1)]
    for row in range(rows - 1):
        a, b = first + row * columns, following + row * columns
        faces += [np.stack([a, a + columns, b], axis=1), np.stack([b, a + columns, b + columns], axis=1)]
    if closed:
        low = (rows - 1) * columns
        faces.append(np.stack([first + low, 0 * first + len(points) - 1, following + low], axis=1))
    return points, np.concatenate(faces)
