import cv2
import numpy as np
import pytest
from expression_transfer.core.conventions import CAMERA_FROM_FACE, CV_PIXEL_CENTRE, Array, rotation_matrices
from expression_transfer.core.encoder.alignment import MIDDLE, REACH, SIDE, STEADY, align


def face() -> Array:
    """478×3 in eye distances: the steady landmarks where the template has them, the others anywhere."""
    points = np.random.default_rng(0).normal(size=(478, 3))
    points[list(STEADY)] = list(STEADY.values())
    return points


def pictured(
    points: Array, turn: tuple[float, float, float], scale: float, origin: tuple[float, float, float]
) -> Array:
    rotation = CAMERA_FROM_FACE @ rotation_matrices(np.array(turn))
    return np.asarray(scale * points @ rotation.T + np.array(origin))


@pytest.mark.parametrize("turn", [(0, 0, 0), (0.2, -0.6, 0.3), (0, 0, 2.5)])
def test_landmarks_of_any_pose_come_back_to_the_front(turn: tuple[float, float, float]) -> None:
    aligned = align(pictured(face(), turn, 87.0, (300, 200, 10))[None])
    np.testing.assert_allclose(aligned.scale, [87.0], rtol=1e-9)
    np.testing.assert_allclose(aligned.front(pictured(face(), turn, 87.0, (300, 200, 10))[None])[0], face(), atol=1e-6)


def test_a_frame_without_a_face_stays_unknown_and_spoils_no_other() -> None:
    points = np.stack([np.full((478, 3), np.nan), pictured(face(), (0, 0, 0), 50.0, (100, 100, 0))])
    aligned = align(points)
    assert np.isnan(aligned.front(points)[0]).all()
    np.testing.assert_allclose(aligned.front(points)[1], face(), atol=1e-6)


@pytest.mark.parametrize("scale", [20.0, 58.0, 300.0])
@pytest.mark.parametrize("roll", [0.0, 0.8])
def test_what_lies_in_the_face_lies_in_the_crop(scale: float, roll: float) -> None:
    origin = (700.0, 600.0, 0.0)
    aligned = align(pictured(face(), (0, 0, roll), scale, origin)[None])
    mark = np.array([[0.5, -0.8, 0.0]])
    u, v = pictured(mark, (0, 0, roll), scale, origin)[0, :2]
    picture = np.zeros((1400, 1400, 3), np.uint8)
    middle = (round(16 * (u - CV_PIXEL_CENTRE)), round(16 * (v - CV_PIXEL_CENTRE)))
    cv2.circle(picture, middle, 16 * max(int(scale / 12), 2), (255, 255, 255), -1, cv2.LINE_AA, shift=4)
    crop = aligned.crop(picture, 0)[..., 0].astype(float)
    row, column = np.indices(crop.shape) + 0.5
    found = np.array([np.sum(crop * column), np.sum(crop * row)]) / crop.sum()
    away = (mark[0, :2] - MIDDLE[:2]) * [1, -1]
    np.testing.assert_allclose(found, SIDE / 2 * (1 + away / REACH), atol=0.5)
