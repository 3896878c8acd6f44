"""Landmark lists against the built-in head, which has the landmarks' places on its mesh."""

import numpy as np
import pytest
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.landmarks.places import LEFT_EYE, MOUTH, OUTER_EYE_CORNERS, RIGHT_EYE, eye_distance


@pytest.fixture(scope="module")
def points() -> np.ndarray:
    """478×3 m of the mean head: x to the subject's left, y up."""
    head = load_builtin()
    return head.landmarks(head.neutral(np.zeros(len(head.identity))))


def mirrored(points):
    return points * (-1, 1, 1)


def test_left_and_right_mirror_each_other(points):
    pairs = [(left, right) for left, right in zip(LEFT_EYE.rings, RIGHT_EYE.rings, strict=True)]
    pairs += [(LEFT_EYE.aperture.upper[::-1], RIGHT_EYE.aperture.upper)]
    pairs += [(LEFT_EYE.aperture.lower[::-1], RIGHT_EYE.aperture.lower)]
    pairs += [(OUTER_EYE_CORNERS[:1], OUTER_EYE_CORNERS[1:])]
    for left, right in pairs:
        assert (points[left, 0] > 0).all()
        np.testing.assert_allclose(mirrored(points[left]), points[right], atol=2e-3)


@pytest.mark.parametrize("aperture", [LEFT_EYE.aperture, RIGHT_EYE.aperture, MOUTH])
def test_rims_share_their_corners_and_lie_above_each_other(points, aperture):
    assert aperture.upper[[0, -1]].tolist() == aperture.lower[[0, -1]].tolist()
    assert (points[aperture.upper[1:-1], 1] >= points[aperture.lower[1:-1], 1] - 1e-3).all()


def test_eye_distance_of_one_and_of_many(points):
    both = np.linalg.norm(points[263, :2] - points[33, :2])
    assert eye_distance(points[:, :2]) == pytest.approx(both)
    assert eye_distance(np.stack([points, 2 * points])[..., :2]) == pytest.approx([both, 2 * both])
