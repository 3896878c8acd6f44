"""Surfaces laid flat: no triangle folded or twice in a place, crowded ones spread, the face upright."""

import numpy as np
import pytest
from expression_transfer.core.face.chart import flat_chart
from expression_transfer.core.face.library import load_builtin
from numpy.typing import NDArray


def areas(points: NDArray[np.float64], triangles: NDArray[np.int32]) -> NDArray[np.float64]:
    """F, signed: of triangles in a plane."""
    a, b, c = (points[triangles[:, k]].astype(np.float64) for k in range(3))
    return 0.5 * ((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0])


def skin() -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """The built-in head's skin and lips: a face with holes for eyes and mouth, its seams closed."""
    model = load_builtin()
    chosen = model.triangles[np.isin(np.array(model.parts)[model.part], ("skin", "lips"))]
    place, whole = np.unique(np.round(model.mean, 6), axis=0, return_inverse=True)
    used, triangles = np.unique(whole.ravel()[chosen], return_inverse=True)
    return place[used].astype(np.float64), triangles.reshape(-1, 3).astype(np.int32)


def test_a_face_is_laid_flat() -> None:
    vertices, triangles = skin()
    uv, corners = flat_chart(vertices, triangles)
    laid = areas(uv, corners)
    assert np.array_equal(corners, triangles)
    assert (laid > 0).all() and uv.min() >= 0 and uv.max() <= 1
    assert laid.sum() <= np.pi * 0.49**2 * (1 + 1e-6)  # inside the disc without a fold: nothing is covered twice
    true = np.linalg.norm(np.cross(*(vertices[triangles[:, k]] - vertices[triangles[:, 0]] for k in (1, 2))), axis=1)
    scale = np.sqrt(laid / true * true.sum() / laid.sum())
    assert np.percentile(scale, 2) > 0.4 and np.percentile(scale, 98) < 2


def test_it_stands_upright_and_is_not_mirrored() -> None:
    vertices, triangles = skin()
    uv, _ = flat_chart(vertices, triangles)
    assert np.corrcoef(uv[:, 0], vertices[:, 0])[0, 1] > 0.9
    assert np.corrcoef(uv[:, 1], vertices[:, 1])[0, 1] > 0.9


def test_pieces_lie_beside_each_other() -> None:
    vertices, triangles = skin()
    twice = np.concatenate([vertices, vertices + np.array([1.0, 0, 0])])
    uv, corners = flat_chart(twice, np.concatenate([triangles, triangles + len(vertices)]).astype(np.int32))
    assert (areas(uv, corners) > 0).all()
    assert uv[: len(vertices), 0].max() < uv[len(vertices) :, 0].min()


def test_what_can_not_be_laid_flat() -> None:
    corners = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, 0, 0], [0, -1, 0]])
    closed = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], dtype=np.int32)
    with pytest.raises(ValueError, match="closed"):
        flat_chart(corners[:4], closed)
    touching = np.array([[0, 1, 2], [0, 4, 5]], dtype=np.int32)
    with pytest.raises(ValueError, match="touch"):
        flat_chart(corners, touching)
